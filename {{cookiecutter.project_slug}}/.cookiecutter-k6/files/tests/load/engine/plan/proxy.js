// Which proxy k6 sends requests through: it reads HTTP_PROXY, HTTPS_PROXY and NO_PROXY from its environment, as Go programs do.

import { isLocalHost, parseHttpUrl } from '../settings/url.js';

/**
 * @param {string} url of the service
 * @param {Record<string, string | undefined>} environment
 * @returns {import('../types/features.js').LoadTarget | undefined} undefined: requests go to the service directly
 * @example proxyOf('http://shop.test', { HTTP_PROXY: 'proxy:3128' }) // { setting: 'HTTP_PROXY', host: 'proxy', ... }
 */
export function proxyOf(url, environment) {
  const target = parseHttpUrl(url.replace(/^ws(?=s?:)/, 'http'));
  if (target === null || /^(localhost|127(\.\d+){3}|\[::1\])$/.test(target.host)) {
    return undefined;
  }
  const name = `${target.scheme.toUpperCase()}_PROXY`;
  const variable = [name, name.toLowerCase()].find((each) => environment[each]);
  const isCgi = variable === 'HTTP_PROXY' && environment.REQUEST_METHOD;
  const exceptions = environment.NO_PROXY || environment.no_proxy || '';
  if (
    variable === undefined ||
    isCgi ||
    exceptions.split(',').some((each) => isMeant(each, target))
  ) {
    return undefined;
  }
  const proxy = environment[variable] ?? '';
  const [, host = ''] = /^(?:.*:\/\/)?(?:.*@)?(\[[^\]]*\]|[^:/]*)/.exec(proxy.toLowerCase()) ?? [];
  return {
    setting: variable,
    masked: proxy.replace(/^(.*:\/\/)?.*@/, '$1***@'),
    host,
    isLocal: isLocalHost(host),
  };
}

/**
 * @param {string} entry of NO_PROXY: `*`, a host, `.example.com`, an address or a network such as 10.0.0.0/8
 * @param {{ host: string, scheme: string, href: string }} target
 * @returns {boolean}
 */
function isMeant(entry, { host, scheme, href }) {
  const rule = entry.trim().toLowerCase();
  const bare = host.replace(/^\[|\]$/g, '');
  const port =
    /:(\d+)(?:\/.*)?$/.exec(href.slice(scheme.length + 3))?.[1] ??
    (scheme === 'https' ? '443' : '80');
  const [, name = rule, only = port] =
    /^\[?(.+?)\]?:(\d+)$/.exec(rule.includes('::') ? '' : rule) ?? [];
  if (rule === '' || only !== port) {
    return false;
  }
  const [network, bits] = name.split('/');
  if (bits !== undefined) {
    const [a, b] = [network, bare].map(numberOf);
    const size = 2 ** (32 - Number(bits));
    return a !== undefined && b !== undefined && Math.floor(a / size) === Math.floor(b / size);
  }
  const suffix = name.replace(/^\*?\./, '.');
  return (
    name === '*' || name === bare || bare.endsWith(suffix.startsWith('.') ? suffix : `.${suffix}`)
  );
}

/**
 * @param {string} address
 * @returns {number | undefined} undefined: no IPv4 address
 */
function numberOf(address) {
  const parts = address.split('.').map(Number);
  return parts.length === 4 && parts.every((part) => part >= 0 && part <= 255)
    ? parts.reduce((sum, part) => sum * 256 + part, 0)
    : undefined;
}
