// Headers that every request carries, and which values must never be shown.

const HEADER = /^([A-Za-z0-9!#$%&'*+.^_`~-]+)\s*:\s*(\S.*)$/;

/** Names of headers that are secrets by their nature. */
const SECRET_NAME =
  /authorization|cookie|token|secret|passw|api-?key|credential|signature|session/i;

/** Shorter values are not hidden: they would turn up in ordinary text. */
const SHORTEST_SECRET = 4;

/**
 * Parses headers.
 *
 * @param {string} raw `Name: value`, several separated by `|` or line breaks
 * @returns {Record<string, string> | undefined} undefined: one of them is not a header
 * @example parseHeaders('X-Tenant: acme | X-Region: eu') // { 'X-Tenant': 'acme', 'X-Region': 'eu' }
 */
export function parseHeaders(raw) {
  const entries = raw
    .split(/[|\n]/)
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '')
    .map((entry) => HEADER.exec(entry));
  return entries.includes(null)
    ? undefined
    : Object.fromEntries(entries.map((match) => [match?.[1], match?.[2]]));
}

/**
 * Says whether a header is a secret by its name.
 *
 * @param {string} name
 * @returns {boolean}
 * @example isSecretHeader('X-Api-Key') // true
 */
export function isSecretHeader(name) {
  return SECRET_NAME.test(name);
}

/**
 * Works out what every request carries, and all secret values, for hiding them in texts.
 *
 * @param {Record<string, any>} values of all settings
 * @param {Record<string, import('./kinds.js').Setting<any>>} table
 * @returns {{ requestHeaders: Record<string, string>, secrets: string[] }}
 * @example const { requestHeaders } = headersOf(values, SETTINGS);
 */
export function headersOf(values, table) {
  const { HEADERS, SECRET_HEADERS, HOST_HEADER } = values;
  const own = Object.entries(table).filter(([, { secret }]) => secret);
  const texts = own.flatMap(([name]) =>
    typeof values[name] === 'string' ? [values[name]] : Object.values(values[name]),
  );
  const parts = texts
    .flatMap((text) => [text, text.replace(/^(Bearer|Basic|Token) +/i, '')])
    // As they are written in a query or a form.
    .flatMap((text) => [text, encodeURIComponent(text)]);
  return {
    requestHeaders: { ...HEADERS, ...SECRET_HEADERS, ...(HOST_HEADER && { Host: HOST_HEADER }) },
    secrets: [...new Set(parts)].filter((text) => text.length >= SHORTEST_SECRET),
  };
}
