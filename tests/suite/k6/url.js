import { isAllowedHost, isLocalHost, parseHttpUrl } from '../engine/settings/url.js';
import { proxyOf } from '../engine/plan/proxy.js';
import { equal, expectations } from './expect.js';

const CASES = JSON.parse(open('./cases/hosts.json'));

export const options = expectations(200);

/** Target, environment, and the proxy on the way: its host, and whether it is local; undefined: none. */
const PROXIES = [
  ['http://shop.example.com', { HTTP_PROXY: 'gate.example.com:3128' }, ['gate.example.com', false]],
  ['https://shop.example.com', { HTTP_PROXY: 'gate.example.com:3128' }, undefined],
  [
    'wss://shop.example.com',
    { https_proxy: 'http://Gate.example.com:3128/' },
    ['gate.example.com', false],
  ],
  ['http://shop.example.com', { HTTP_PROXY: 'http://me:pa@ss@10.1.2.3:80' }, ['10.1.2.3', true]],
  ['http://shop.example.com', { HTTP_PROXY: 'socks5://[fe80::1]:1080' }, ['[fe80::1]', false]],
  ['http://shop.example.com', { HTTP_PROXY: 'http://169.254.169.254' }, ['169.254.169.254', false]],
  [
    'http://shop.example.com',
    { HTTP_PROXY: 'gate.example.com', NO_PROXY: 'example.com' },
    undefined,
  ],
  ['http://localhost:8000', { HTTP_PROXY: 'gate.example.com' }, undefined],
  ['postgres://db.example.com', { HTTP_PROXY: 'gate.example.com' }, undefined],
];

export default function addresses() {
  for (const { url, host, local, href, masked } of CASES.urls) {
    const found = parseHttpUrl(url);
    equal(`host of ${JSON.stringify(url)}`, found?.host ?? null, host);
    if (host !== null) {
      equal(`local ${url}`, isLocalHost(host), local);
      equal(`local in capitals ${url}`, isLocalHost(host.toUpperCase()), local);
      equal(`href of ${url}`, found.href, href ?? found.href);
      equal(`masked ${url}`, found.masked, masked ?? found.href);
    }
  }
  for (const [url, environment, wanted] of PROXIES) {
    const found = proxyOf(url, environment);
    const name = `proxy of ${url}: ${JSON.stringify(environment)}`;
    equal(name, found && [found.host, found.isLocal], wanted);
    equal(`${name} hides its password`, found?.masked.includes('pa@ss') ?? false, false);
  }
  for (const { host, list, allowed } of CASES.allowed) {
    equal(`${host} in ${list}`, isAllowedHost(host, list), allowed);
  }
}
