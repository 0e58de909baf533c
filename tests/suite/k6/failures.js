// What messages and the report show of foreign text: one line, no secrets.

import { accepts } from '../lib/http.js';
import { causeOf, hide, readable, shorten, unanswered } from '../engine/vu/failures.js';
import { equal, expectations } from './expect.js';

export const options = expectations(12);

/** Text -> what is left of it. */
const MASKED = {
  '{"detail": "no such item"}': '{"detail": "no such item"}',
  '{"accessToken":"abc.def","id":7}': '{"accessToken":"***","id":7}',
  '{"password": "say \\"x\\" now", "name": "n"}': '{"password": "***", "name": "n"}',
  '{"api_key": 12345}': '{"api_key": "***"}',
  '{"client-secret": "cut o': '{"client-secret": "***"',
  'redirects to /login?session_id=s3cr3t&next=/': 'redirects to /login?session_id=***&next=/',
  'Authorization: Bearer abc.def-ghi': 'Authorization: Bearer ***',
  'got eyJhbGciOi.eyJzdWIiOi.c2ln back': 'got *** back',
  'the given-secret here': 'the *** here',
};

/** Status, or an error of a request without an answer -> the cause. */
const CAUSES = [
  [200, 'unexpected'],
  [299, 'unexpected'],
  [300, 'redirect'],
  [399, 'redirect'],
  [400, 'client_error'],
  [401, 'auth'],
  [402, 'client_error'],
  [403, 'auth'],
  [404, 'client_error'],
  [429, 'rate_limited'],
  [499, 'client_error'],
  [500, 'server_error'],
  [599, 'server_error'],
  ['dial tcp: lookup x: no such host', 'dns'],
  ['dial tcp: lookup x: socket: too many open files', 'descriptors'],
  ['dial tcp 1.2.3.4:80: connect: cannot assign requested address', 'ports'],
  ['dial tcp 1.2.3.4:80: connect: connection refused', 'refused'],
  ['remote error: tls: handshake failure', 'tls'],
  ['x509: certificate has expired', 'tls'],
  ['request timeout', 'timeout'],
  ['context deadline exceeded', 'timeout'],
  ['EOF', 'connection'],
];

/** What an endpoint accepts, a status, whether it is accepted. */
const ACCEPTED = [
  [undefined, 199, false],
  [undefined, 200, true],
  [undefined, 299, true],
  [undefined, 300, false],
  [undefined, 0, false],
  [[404], 404, true],
  [[404], 200, false],
  [[{ min: 200, max: 204 }], 200, true],
  [[{ min: 200, max: 204 }], 204, true],
  [[{ min: 200, max: 204 }], 205, false],
  [[{ min: 200, max: 204 }], 199, false],
];

function causes() {
  for (const [seen, wanted] of CAUSES) {
    const response = typeof seen === 'number' ? { status: seen } : { status: 0, error: seen };
    equal(`cause of ${seen}`, causeOf(/** @type {any} */ (response)), wanted);
  }
  for (const [statuses, status, wanted] of ACCEPTED) {
    const target = /** @type {any} */ ({ statuses });
    equal(`${JSON.stringify(statuses)} accepts ${status}`, accepts(target, status), wanted);
  }
  const error = new Error('Get "http://me:pw@x/": dial tcp: connection refused');
  const { status, error: text, timings } = unanswered(/** @type {any} */ ({ url: 'u' }), error);
  equal('no answer', [status, text], [0, 'dial tcp: connection refused']);
  equal(
    'takes no time',
    Object.values(timings).filter((ms) => ms !== 0),
    [],
  );
}

export default function () {
  causes();
  hide('given-secret');
  for (const [text, wanted] of Object.entries(MASKED)) {
    equal(text, shorten(text), wanted);
  }
  equal('one line', shorten('a\n\tb\u0000c'), 'a b c');
  equal('no runs of blanks', shorten('  {\n    "a":   1\n  }\n'), '{ "a": 1 }');
  equal('nothing but blanks', shorten(' \n\t '), '');
  equal('no terminal codes', shorten('a\u009b31mb\u0090c\u202ed\u2066e\u200ff'), 'a 31mb c d e f');
  equal(
    'no bytes',
    readable('x: malformed "\\x00\\"\\x12": y "z"'),
    'x: malformed (binary data): y "z"',
  );
  equal('300 characters', shorten('x'.repeat(500)), `${'x'.repeat(300)}...`);
  equal('just fits', shorten('x'.repeat(300)), 'x'.repeat(300));
  equal('or fewer', shorten('x'.repeat(500), 10), `${'x'.repeat(10)}...`);
}
