import { isAllowedHost, isLocalHost, parseHttpUrl } from '../engine/settings/url.js';
import { equal, expectations } from './expect.js';

const CASES = JSON.parse(open('./cases/hosts.json'));

export const options = expectations(200);

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
  for (const { host, list, allowed } of CASES.allowed) {
    equal(`${host} in ${list}`, isAllowedHost(host, list), allowed);
  }
}
