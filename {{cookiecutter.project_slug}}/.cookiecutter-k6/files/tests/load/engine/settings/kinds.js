import { parseDuration } from './duration.js';
import { isSecretHeader, parseHeaders } from './headers.js';
import { parseHttpUrl } from './url.js';

// The kinds of settings. Each makes a row of a settings table: what it accepts, its default and its meaning.

/**
 * A row of a settings table.
 *
 * `read` takes the raw text and returns the value, or `undefined` when the text is invalid.
 *
 * @template T
 * @typedef {object} Setting
 * @property {(raw: string) => T | undefined} read
 * @property {string} accepts what to write, for error messages
 * @property {T} fallback the value when nothing is set
 * @property {string} about one line for the documentation
 * @property {boolean} [secret] true: read from the environment only, never shown
 */

/**
 * The values of a settings table.
 *
 * @template S
 * @typedef {{ [K in keyof S]: S[K] extends Setting<infer T> ? T : never }} Values
 */

/**
 * Any text.
 *
 * @param {string} fallback
 * @param {string} about
 * @returns {Setting<string>}
 * @example text('Service', 'Name of the service')
 */
export const text = (fallback, about) => ({
  read: (raw) => raw,
  accepts: 'any text',
  fallback,
  about,
});

/**
 * A secret: read from the environment only, and never shown.
 *
 * @param {string} about
 * @returns {Setting<string>}
 * @example secret('Password of the test users')
 */
export const secret = (about) => ({ ...text('', about), secret: true });

/**
 * A whole number between two bounds.
 *
 * @template {number | undefined} F
 * @param {number} min
 * @param {number} max
 * @param {F} fallback
 * @param {string} about
 * @returns {Setting<number | F>}
 * @example integer(1, 65535, 8000, 'Port of the service')
 */
export const integer = (min, max, fallback, about) => ({
  read: (raw) =>
    /^[1-9]\d{0,8}$/.test(raw) && Number(raw) >= min && Number(raw) <= max
      ? Number(raw)
      : undefined,
  accepts: `a whole number from ${min} to ${max}, such as ${Math.max(min, Math.min(10, max))}`,
  fallback,
  about,
});

/**
 * A number between two bounds, fractions included.
 *
 * @param {number} min
 * @param {number} max
 * @param {number} fallback
 * @param {string} about
 * @returns {Setting<number>}
 * @example number(0, 10, 1, 'Multiplies every pause')
 */
export const number = (min, max, fallback, about) => ({
  read: (raw) =>
    /^\d{1,9}(\.\d{1,9})?$/.test(raw) && Number(raw) >= min && Number(raw) <= max
      ? Number(raw)
      : undefined,
  accepts: `a number from ${min} to ${max}, such as 0.5`,
  fallback,
  about,
});

/**
 * Numbers with names, such as `cores=4,memory=8000`.
 *
 * @template {string} N
 * @param {N[]} names
 * @param {string} about
 * @returns {Setting<Partial<Record<N, number>>>}
 * @example limits(['cores'], 'What this machine has')
 */
export const limits = (names, about) => ({
  read: (raw) => {
    const parts = raw
      .split(',')
      .map((part) => /^([a-z]+)=(\d{1,9}(?:\.\d{1,3})?)$/.exec(part.trim()));
    return parts.every((part) => part !== null && names.includes(/** @type {N} */ (part[1])))
      ? /** @type {Partial<Record<N, number>>} */ (
          Object.fromEntries(parts.map((part) => [part?.[1], Number(part?.[2])]))
        )
      : undefined;
  },
  accepts: `comma-separated NAME=NUMBER of ${names.join(', ')}, such as ${names[0]}=1024`,
  fallback: /** @type {Partial<Record<N, number>>} */ ({}),
  about,
});

/**
 * A duration with a unit, at least one second long.
 *
 * @template {string | undefined} F
 * @param {F} fallback
 * @param {string} about
 * @returns {Setting<string | F>}
 * @example duration('30s', 'Longest wait for one response')
 */
export const duration = (fallback, about) => ({
  read: (raw) => (parseDuration(raw) >= 1000 ? raw : undefined),
  accepts: 'a duration with a unit of at least 1s, such as 30s, 5m, 1m30s or 2h',
  fallback,
  about,
});

/**
 * One word of a list.
 *
 * @template {string} C
 * @template {C | undefined} F
 * @param {readonly C[]} choices
 * @param {F} fallback
 * @param {string} about
 * @returns {Setting<C | F>}
 * @example choice(['users', 'rate'], 'users', 'What stays constant')
 */
export const choice = (choices, fallback, about) => ({
  read: (raw) => choices.find((candidate) => candidate === raw),
  accepts: `one of ${choices.join(', ')}`,
  fallback,
  about,
});

/**
 * `true` or `false`.
 *
 * @param {boolean} fallback
 * @param {string} about
 * @returns {Setting<boolean>}
 * @example flag(false, 'Accepts any TLS certificate')
 */
export const flag = (fallback, about) => ({
  read: (raw) => (raw === 'true' ? true : raw === 'false' ? false : undefined),
  accepts: 'true or false',
  fallback,
  about,
});

/**
 * An http or https address.
 *
 * @param {string} fallback
 * @param {string} about
 * @returns {Setting<string>}
 * @example url('', 'Address of the service')
 */
export const url = (fallback, about) => ({
  read: (raw) => parseHttpUrl(raw)?.href,
  accepts:
    'http:// or https://, a host, optionally a port (1-65535) and a path, such as http://localhost:8000; a % as %25',
  fallback,
  about,
});

/**
 * A path that starts with a slash.
 *
 * @param {string} fallback
 * @param {string} about
 * @returns {Setting<string>}
 * @example path('/health', 'Health path')
 */
export const path = (fallback, about) => ({
  read: (raw) => (/^\/[^\s,]*$/.test(raw) ? raw : undefined),
  accepts: 'a path that starts with /, such as /health',
  fallback,
  about,
});

/**
 * Words separated by commas.
 *
 * @param {string[]} fallback
 * @param {string} about
 * @param {RegExp} [item] what each entry must match
 * @param {string} [accepts]
 * @returns {Setting<string[]>}
 * @example list([], 'Hosts that may receive load')
 */
export const list = (fallback, about, item = /^\S.*$/, accepts = 'a comma-separated list') => ({
  read: (raw) => {
    const items = raw
      .split(',')
      .map((entry) => entry.trim())
      .filter((entry) => entry !== '');
    return items.length > 0 && items.every((entry) => item.test(entry)) ? items : undefined;
  },
  accepts,
  fallback,
  about,
});

/**
 * Headers by name, none of them a secret.
 *
 * @param {string} about
 * @returns {Setting<Record<string, string>>}
 * @example headers('Headers of every request')
 */
export const headers = (about) => ({
  read: (raw) => {
    const found = parseHeaders(raw);
    return found === undefined || Object.keys(found).some(isSecretHeader) ? undefined : found;
  },
  accepts:
    "headers such as 'X-Tenant: acme', several separated by |; those with secrets go to SECRET_HEADERS",
  fallback: {},
  about,
});

/**
 * Headers by name that hold secrets: read from the environment only, and never shown.
 *
 * @param {string} about
 * @returns {Setting<Record<string, string>>}
 * @example secretHeaders('Headers of every request that hold secrets')
 */
export const secretHeaders = (about) => ({
  read: parseHeaders,
  accepts: "headers such as 'X-Gateway-Token: ...', several separated by |",
  fallback: {},
  about,
  secret: true,
});

/**
 * `name=value` pairs separated by commas.
 *
 * @param {string} about
 * @param {string} accepts
 * @returns {Setting<Record<string, string>>}
 * @example pairs('Addresses of host names', 'name=address')
 */
export const pairs = (about, accepts) => ({
  read: (raw) => {
    const entries = raw.split(',').map((entry) => /^\s*([^\s=]+)=(\S+)\s*$/.exec(entry));
    return entries.includes(null)
      ? undefined
      : Object.fromEntries(entries.map((match) => [match?.[1], match?.[2]]));
  },
  accepts,
  fallback: {},
  about,
});

/**
 * A path that starts with a slash, or an http or https address.
 *
 * @param {string} fallback
 * @param {string} about
 * @returns {Setting<string>}
 * @example address('/oauth/token', 'Token endpoint')
 */
export const address = (fallback, about) => ({
  read: (raw) => (/^\/[^\s,]*$/.test(raw) ? raw : parseHttpUrl(raw)?.href),
  accepts: 'a path that starts with /, or an http:// or https:// address',
  fallback,
  about,
});

/**
 * Fields of a form, `name=value` joined by `&`.
 *
 * @param {string} about
 * @returns {Setting<Record<string, string>>}
 * @example fields('Further fields of the login')
 */
export const fields = (about) => ({
  read: (raw) => {
    const entries = raw.split('&').map((entry) => /^([^=]+)=(.*)$/.exec(entry));
    try {
      return entries.includes(null)
        ? undefined
        : Object.fromEntries(
            entries.map((match) => [match?.[1], decodeURIComponent(match?.[2] ?? '')]),
          );
    } catch {
      return undefined; // a stray %, or bytes that are no text
    }
  },
  accepts: 'name=value, several joined by &, such as grant_type=password&tenant=acme',
  fallback: {},
  about,
});
