import { createJwt, hashOf, hmacOf, pathOf, signAws } from '../lib/signing.js';
import { equal, expectations } from './expect.js';

// From the test suite that AWS published for Signature Version 4.
const ACCESS = {
  accessKey: 'AKIDEXAMPLE',
  secretKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
  region: 'us-east-1',
  service: 'service',
  time: Date.UTC(2015, 7, 30, 12, 36, 0),
};
const VANILLA = '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31';
const FORM = 'application/x-www-form-urlencoded';
const VECTORS = [
  ['get-vanilla', 'GET', '/', '', {}, VANILLA],
  ['get-slash', 'GET', '//', '', {}, VANILLA],
  ['get-relative', 'GET', '/example/..', '', {}, VANILLA],
  [
    'get-vanilla-query-order-key-case',
    'GET',
    '/?Param2=value2&Param1=value1',
    '',
    {},
    'b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500',
  ],
  [
    'post-vanilla',
    'POST',
    '/',
    '',
    {},
    '5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b',
  ],
  [
    'post-x-www-form-urlencoded',
    'POST',
    '/',
    'Param1=value1',
    { 'Content-Type': FORM },
    'ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a',
  ],
];

// RFC 7519 has no example with HS256 and `iat`; PyJWT checks the tokens in tests/servers.
const token = createJwt({ algorithm: 'HS256', key: 'secret', claims: () => ({ sub: 'a' }) });

/** @param {() => unknown} act */
function messageOf(act) {
  try {
    act();
    return '';
  } catch (error) {
    return error.message;
  }
}

export const options = expectations(15);

export default function signatures() {
  for (const [name, method, path, body, headers, signature] of VECTORS) {
    const url = `https://example.amazonaws.com${path}`;
    const { Authorization: sent } = signAws({ method, url, body }, ACCESS, headers);
    equal(name, sent.replace(/.*Signature=/, ''), signature);
  }
  const temporary = signAws(
    { method: 'GET', url: 'https://b.s3.amazonaws.com', body: '' },
    {
      ...ACCESS,
      service: 's3',
      sessionToken: 'token',
    },
  );
  equal(
    'names of s3',
    /SignedHeaders=([^,]*)/.exec(temporary.Authorization)[1],
    'host;x-amz-content-sha256;x-amz-date;x-amz-security-token',
  );
  equal('date', temporary['X-Amz-Date'], '20150830T123600Z');
  equal('path', pathOf('https://user:pw@api.example.com:8443/a/b?x=1#top'), '/a/b?x=1');
  equal('no path', pathOf('https://api.example.com'), '/');
  equal('hash', hashOf('').slice(0, 8), 'e3b0c442');
  // RFC 4231, test case 2.
  equal('hmac', hmacOf('Jefe', ['what do ya want for nothing?']).slice(0, 8), '5bdcc146');
  equal('parts of a token', token().split('.').length, 3);
  equal('the same token', token(), token());
  equal(
    'a wrong key',
    messageOf(() =>
      createJwt({ algorithm: 'RS256', key: '-----BEGIN RSA PRIVATE KEY-----', claims: () => ({}) }),
    ).includes('openssl pkcs8'),
    true,
  );
  equal(
    'a wrong algorithm',
    messageOf(() => createJwt({ algorithm: 'none', key: '', claims: () => ({}) })).includes(
      'expected HS256, RS256 or ES256',
    ),
    true,
  );
}
