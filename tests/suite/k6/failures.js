// What messages and the report show of foreign text: one line, no secrets.

import { hide, readable, shorten } from '../engine/vu/failures.js';
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

export default function () {
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
