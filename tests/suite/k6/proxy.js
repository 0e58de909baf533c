// Which proxy k6 takes for a URL, as Go's httpproxy package decides it.

import { proxyOf } from '../engine/plan/proxy.js';
import { equal, expectations } from './expect.js';

export const options = expectations(34);

const SHOP = 'http://shop.test';
const BOTH = { HTTP_PROXY: 'http://one:1', HTTPS_PROXY: 'http://two:2' };

/** URL, environment, the variable whose proxy is taken. */
const CHOICES = [
  [SHOP, {}, undefined],
  [SHOP, BOTH, 'HTTP_PROXY'],
  ['https://shop.test', BOTH, 'HTTPS_PROXY'],
  ['https://shop.test', { HTTP_PROXY: 'http://one:1' }, undefined],
  [SHOP, { http_proxy: 'one:1' }, 'http_proxy'],
  [SHOP, { http_proxy: 'one:1', HTTP_PROXY: 'two:2' }, 'HTTP_PROXY'],
  // A CGI script gets a header of its caller in HTTP_PROXY.
  [SHOP, { ...BOTH, REQUEST_METHOD: 'GET' }, undefined],
  ['https://shop.test', { ...BOTH, REQUEST_METHOD: 'GET' }, 'HTTPS_PROXY'],
  ['http://localhost:8000', BOTH, undefined],
  ['http://127.9.9.9', BOTH, undefined],
  ['http://[::1]:8000', BOTH, undefined],
  ['http://128.0.0.1', BOTH, 'HTTP_PROXY'],
];

/** URL, NO_PROXY, whether it excepts the host. */
const EXCEPTIONS = [
  [SHOP, '', false],
  [SHOP, '*', true],
  [SHOP, 'shop.test', true],
  [SHOP, ' SHOP.TEST , other', true],
  [SHOP, 'other, test', true],
  [SHOP, '.test', true],
  [SHOP, '*.test', true],
  [SHOP, 'op.test', false],
  [SHOP, 'shop.test:80', true],
  [SHOP, 'shop.test:81', false],
  [`${SHOP}:8080/x`, 'shop.test:8080', true],
  ['https://shop.test', 'shop.test:443', true],
  ['http://10.1.2.3', '10.1.2.3', true],
  ['http://10.1.2.3', '10.0.0.0/8', true],
  ['http://11.1.2.3', '10.0.0.0/8', false],
  ['http://10.1.2.3', '10.1.2.0/30', true],
  ['http://10.1.2.4', '10.1.2.0/30', false],
  [SHOP, '10.0.0.0/8', false],
  ['http://10.1.2.3', '10.0.0/8', false],
  ['http://10.1.2.3', '10.1.2.256/8', false],
  ['http://[fd00::5]', 'fd00::5', true],
  ['http://[fd00::5]:80', '[fd00::5]', false],
];

export default function proxy() {
  for (const [url, environment, wanted] of CHOICES) {
    equal(`${url} ${JSON.stringify(environment)}`, proxyOf(url, environment)?.setting, wanted);
  }
  for (const [url, exceptions, wanted] of EXCEPTIONS) {
    for (const name of ['NO_PROXY', 'no_proxy']) {
      const found = proxyOf(url, { HTTP_PROXY: 'p:1', HTTPS_PROXY: 'p:1', [name]: exceptions });
      equal(`${url} ${name}=${exceptions}`, found === undefined, wanted);
    }
  }
  equal(
    'no password',
    proxyOf(SHOP, { HTTP_PROXY: 'http://ann:pw@one:1' })?.masked,
    'http://***@one:1',
  );
  equal('nor without a scheme', proxyOf(SHOP, { HTTP_PROXY: 'ann:pw@one:1' })?.masked, '***@one:1');
  equal('as it is', proxyOf(SHOP, { HTTP_PROXY: 'one:1' })?.masked, 'one:1');
  equal('no URL', proxyOf('shop', BOTH), undefined);
}
