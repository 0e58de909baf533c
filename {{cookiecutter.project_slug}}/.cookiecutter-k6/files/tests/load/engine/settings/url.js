const HTTP_URL =
  /^(https?):\/\/(?:([^@/?#\s\\]*)@)?(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)(?::(\d{1,5}))?(\/[^?#\s]*)?$/;

/**
 * Hosts that can only be this machine, its private networks, or Docker's host alias. Link-local addresses are not among
 * them, nor is fd00:ec2::/32: there, clouds give out credentials. The wrapper reads this list
 * (engine/shell/rules.sh): one pattern per line, in the syntax that POSIX extended regular expressions share.
 */
const LOCAL_HOSTS = [
  /^localhost$/,
  /\.localhost$/,
  /^host\.docker\.internal$/,
  /^0\.0\.0\.0$/,
  /^127(\.[0-9]{1,3}){3}$/,
  /^10(\.[0-9]{1,3}){3}$/,
  /^192\.168(\.[0-9]{1,3}){2}$/,
  /^172\.(1[6-9]|2[0-9]|3[01])(\.[0-9]{1,3}){2}$/,
  /^\[::1\]$/,
  /^\[f(c[0-9a-f]{2}|d[1-9a-f][0-9a-f]|d0[1-9a-f]):.*\]$/,
  /^\[fd00:(:|[0-9a-f]{1,2}:|0?[0-9abcdf][0-9a-f]{2}:|0?e[0-9abdef][0-9a-f]:|0?ec[013-9a-f]:|[1-9a-f][0-9a-f]{3}:).*\]$/,
];

/**
 * Splits an HTTP URL (k6 has no global `URL`).
 *
 * @param {string} text
 * @returns {import('../types/suite.js').HttpUrl | null} null when the text is no usable http(s) URL
 * @example parseHttpUrl('http://localhost:8000/shop/').href // 'http://localhost:8000/shop'
 */
export function parseHttpUrl(text) {
  const match = HTTP_URL.exec(text);
  if (!match || !isEncoded(text)) {
    return null;
  }
  const [, scheme, userinfo, rawHost, port, path = ''] = match;
  if (port !== undefined && (Number(port) < 1 || Number(port) > 65535)) {
    return null;
  }
  const host = rawHost.toLowerCase();
  const authority = port === undefined ? host : `${host}:${Number(port)}`;
  const trimmedPath = path.replace(/\/+$/, '');
  const credentials = userinfo === undefined ? '' : `${userinfo}@`;
  return {
    scheme,
    host,
    path: trimmedPath,
    href: `${scheme}://${credentials}${authority}${trimmedPath}`,
    masked: `${scheme}://${credentials && '***@'}${authority}${trimmedPath}`,
  };
}

/**
 * Says whether every percent sign of an address encodes something. A `%` of a password has to be written as `%25`.
 *
 * @param {string} address
 * @returns {boolean}
 * @example isEncoded('http://me:100%@localhost') // false
 */
export function isEncoded(address) {
  try {
    return decodeURIComponent(address) !== '';
  } catch {
    return false;
  }
}

/**
 * Says whether a host can only be this machine or a private network. Names are compared whole:
 * `localhost.example.com` is not local.
 *
 * @param {string} host as in a URL, IPv6 in brackets
 * @returns {boolean}
 * @example isLocalHost('127.0.0.1') // true
 */
export function isLocalHost(host) {
  const name = host.toLowerCase();
  return LOCAL_HOSTS.some((pattern) => pattern.test(name));
}

/**
 * Says whether a host is named by an allow-list.
 *
 * @param {string} host
 * @param {readonly string[]} allowed exact hosts, or `*.example.com` for every host below it
 * @returns {boolean}
 * @example isAllowedHost('a.example.com', ['*.example.com']) // true
 */
export function isAllowedHost(host, allowed) {
  const name = host.toLowerCase();
  return allowed.some((entry) => {
    const rule = entry.toLowerCase();
    return rule.startsWith('*.') ? name.endsWith(rule.slice(1)) : name === rule;
  });
}
