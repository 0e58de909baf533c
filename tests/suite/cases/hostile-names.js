// A test whose names are attacks: on HTML, XML, Markdown and spreadsheets.

import { checker } from '../../lib/checker.js';
import { BASE_URL } from '../../lib/config.js';
import { endpoint, request } from '../../lib/http.js';
import { defineTest } from '../../lib/define.js';

export const NAMES = [
  '<script>alert(1)</script>',
  '</script><img src=x onerror=alert(2)>',
  ']]><!--',
  'a|b`c`*d*[e](javascript:alert(3))',
  '=1+1',
  'x"onmouseover="alert(4)\' &amp; \u202etxt.exe',
];

const ENDPOINTS = NAMES.map((name) => endpoint(name, `${BASE_URL}/api/v1/health`));
const CHECKS = NAMES.map((name) =>
  checker(name, { status: 200, also: { [`${name} is <b>bold</b>`]: () => false } }),
);

const test = defineTest({
  name: 'hostile',
  defaultLoad: { scenario: 'hostile', shape: { executor: 'constant-vus', vus: 1, duration: '1s' } },
  endpoints: ENDPOINTS,
});
export const { options, setup, teardown, handleSummary } = test;
export default test.run(() => {
  ENDPOINTS.forEach((target, i) => CHECKS[i](request(target)));
});
