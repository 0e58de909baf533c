// Signatures and tokens made here, for config/auth.js (AUTH_MODE=custom). docs/auth.md has a recipe for each.

import hashes from 'k6/crypto';
import encoding from 'k6/encoding';
import { hide } from '../engine/vu/failures.js';

/**
 * A request to sign, as `headersOf` in config/auth.js gets it.
 *
 * @typedef {object} SignedRequest
 * @property {string} method
 * @property {string} url the whole URL, with its query
 * @property {string | ArrayBuffer} body as it is sent; empty: none
 */

/**
 * The path and query of a URL, as servers sign it.
 *
 * @param {string} url
 * @returns {string}
 * @example pathOf('https://api.example.com/items?page=2') // '/items?page=2'
 */
export function pathOf(url) {
  return url.replace(/^https?:\/\/[^/?#]*/, '').replace(/#.*$/, '') || '/';
}

/**
 * The SHA-256 hash of a body.
 *
 * @param {string | ArrayBuffer} body
 * @returns {string} in hexadecimal
 * @example hashOf('') // 'e3b0c442...'
 */
export function hashOf(body) {
  return hashes.sha256(body, 'hex');
}

/**
 * The HMAC-SHA-256 of some lines.
 *
 * @param {string} secret
 * @param {string[]} lines joined by line breaks
 * @param {'hex' | 'base64' | 'base64url'} [format]
 * @returns {string}
 * @example hmacOf(secret, [method, pathOf(url), time, hashOf(body)])
 */
export function hmacOf(secret, lines, format = 'hex') {
  return hashes.hmac('sha256', secret, lines.join('\n'), format);
}

/**
 * The credentials of the caller.
 *
 * @typedef {object} AwsAccess
 * @property {string} accessKey
 * @property {string} secretKey
 * @property {string} [sessionToken] of temporary credentials
 * @property {string} region such as `eu-central-1`
 * @property {string} service such as `execute-api` (API Gateway), `s3`, `lambda`
 * @property {number} [time] milliseconds since the epoch; default: now
 */

/** The key of the day, which is the same for all requests. */
const signingKey = { scope: '', secret: '', key: /** @type {ArrayBuffer} */ (new ArrayBuffer(0)) };

/**
 * @param {string} secret
 * @param {string[]} scope date, region, service
 * @returns {ArrayBuffer}
 */
function signingKeyOf(secret, scope) {
  const name = scope.join('/');
  if (signingKey.scope !== name || signingKey.secret !== secret) {
    /** @type {any} */
    let key = `AWS4${secret}`;
    for (const part of [...scope, 'aws4_request']) {
      key = hashes.hmac('sha256', key, part, 'binary');
    }
    Object.assign(signingKey, { scope: name, secret, key });
  }
  return signingKey.key;
}

/** @param {string} text */
const strictlyEncoded = (text) =>
  encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );

/**
 * @param {string} path as it is sent
 * @param {string} service
 * @returns {string} every other service than S3 encodes it once more, without `.`, `..` and double slashes
 */
function canonicalPath(path, service) {
  if (service === 's3') {
    return path;
  }
  /** @type {string[]} */
  const parts = [];
  for (const part of path.split('/')) {
    if (part === '..') {
      parts.pop();
    } else if (part !== '.' && part !== '') {
      parts.push(strictlyEncoded(part));
    }
  }
  const end = path.endsWith('/') && parts.length > 0 ? '/' : '';
  return `/${parts.join('/')}${end}`;
}

/**
 * @param {string} query as it is sent
 * @returns {string} its parameters in order
 */
function canonicalQuery(query) {
  const pairs = query.split('&').filter((pair) => pair !== '');
  return pairs
    .map((pair) => {
      const [name, ...value] = pair.split('=');
      return [name, value.join('=')];
    })
    .sort(([a, x], [b, y]) => (a === b ? compare(x, y) : compare(a, b)))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
}

/**
 * @param {string} a
 * @param {string} b
 */
const compare = (a, b) => (a < b ? -1 : a > b ? 1 : 0);

/**
 * The headers of a request that is signed with AWS Signature Version 4.
 *
 * @param {SignedRequest} request its URL encoded, as every URL is sent
 * @param {AwsAccess} access
 * @param {Record<string, string>} [signed] further headers that the signature covers; the request must carry them
 * @returns {Record<string, string>}
 * @example
 * export const headersOf = (request) =>
 *   signAws(request, { accessKey, secretKey, region: 'eu-central-1', service: 'execute-api' });
 */
export function signAws({ method, url, body }, access, signed = {}) {
  const { accessKey, secretKey, sessionToken, region, service, time = Date.now() } = access;
  const stamp = new Date(time).toISOString().replace(/[-:]|\.\d+/g, '');
  const [, host, path, , query = ''] =
    /^https?:\/\/(?:[^@/]*@)?([^/?#]+)([^?#]*)(\?([^#]*))?/.exec(url) ?? [];
  const bodyHash = hashOf(body);
  /** @type {Record<string, string>} */
  const added = {
    'X-Amz-Date': stamp,
    ...(sessionToken && { 'X-Amz-Security-Token': sessionToken }),
    ...(service === 's3' && { 'X-Amz-Content-Sha256': bodyHash }),
  };
  const headers = Object.entries({ Host: host, ...signed, ...added })
    .map(([name, value]) => [name.toLowerCase(), value.trim().replace(/ +/g, ' ')])
    .sort(([a], [b]) => compare(a, b));
  const names = headers.map(([name]) => name).join(';');
  const canonical = [
    method,
    canonicalPath(path, service) || '/',
    canonicalQuery(query),
    ...headers.map(([name, value]) => `${name}:${value}`),
    '',
    names,
    bodyHash,
  ].join('\n');
  const scope = [stamp.slice(0, 8), region, service];
  const text = ['AWS4-HMAC-SHA256', stamp, [...scope, 'aws4_request'].join('/'), hashOf(canonical)];
  const key = signingKeyOf(secretKey, scope);
  const signature = hashes.hmac('sha256', key, text.join('\n'), 'hex');
  return {
    ...added,
    Authorization:
      `AWS4-HMAC-SHA256 Credential=${accessKey}/${scope.join('/')}/aws4_request, ` +
      `SignedHeaders=${names}, Signature=${signature}`,
  };
}

/**
 * The claims of a token, and how it is signed.
 *
 * @typedef {object} JwtOptions
 * @property {'HS256' | 'RS256' | 'ES256'} algorithm
 * @property {string} key the secret of HS256; the private key of RS256 and ES256 in PEM, PKCS #8
 * @property {() => Record<string, unknown>} claims called for each token; `iat` and `exp` are added
 * @property {number} [lifetime] seconds, default 600; at least twice as long as an iteration, and as a VU may idle
 * @property {Record<string, unknown>} [header] further fields of the header, such as `kid`
 */

/** @type {Record<'RS256' | 'ES256', { import: any, sign: any }>} */
const ALGORITHMS = {
  RS256: {
    import: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' },
    sign: { name: 'RSASSA-PKCS1-v1_5' },
  },
  ES256: {
    import: { name: 'ECDSA', namedCurve: 'P-256' },
    sign: { name: 'ECDSA', hash: 'SHA-256' },
  },
};

/**
 * Creates JSON Web Tokens, one per VU at a time. Call it in the init code: k6 finishes the first token before the
 * first iteration.
 * A new one is made when half of the lifetime is over, and used from the next iteration on.
 *
 * @param {JwtOptions} options
 * @returns {() => string} the token to send now
 * @throws when the key cannot be used; RS256 and ES256 say so when the token is asked for
 * @example
 * const token = createJwt({ algorithm: 'HS256', key: secret, claims: () => ({ sub: `user-${__VU}` }) });
 * export const headersOf = () => ({ Authorization: `Bearer ${token()}` });
 */
export function createJwt({ algorithm, key, claims, lifetime = 600, header = {} }) {
  const sign = signerOf(algorithm, key);
  const state = { token: '', renewAt: 0, problem: '' };
  const renew = () => {
    const now = Date.now();
    // Not again in this iteration, however long the signature takes.
    state.renewAt = now + lifetime * 500;
    const iat = Math.floor(now / 1000);
    const text = [
      { alg: algorithm, typ: 'JWT', ...header },
      { iat, exp: iat + lifetime, ...claims() },
    ]
      .map((part) => encoding.b64encode(JSON.stringify(part), 'rawurl'))
      .join('.');
    sign(text, (signature) => {
      state.token = `${text}.${signature}`;
      hide(signature);
    }).catch((/** @type {unknown} */ error) => {
      state.problem = `${algorithm}: the token could not be signed: ${error}`;
    });
  };
  renew();
  return () => {
    if (Date.now() >= state.renewAt) {
      renew();
    }
    if (state.token === '' && state.problem !== '') {
      throw new Error(state.problem);
    }
    return state.token;
  };
}

/**
 * @param {JwtOptions['algorithm']} algorithm
 * @param {string} key
 * @returns {(text: string, use: (signature: string) => void) => Promise<void>} HS256 calls `use` at once
 */
function signerOf(algorithm, key) {
  if (algorithm === 'HS256') {
    return (text, use) => {
      use(hashes.hmac('sha256', key.trim(), text, 'base64rawurl'));
      return Promise.resolve();
    };
  }
  const chosen = ALGORITHMS[algorithm];
  if (chosen === undefined) {
    throw new Error(`createJwt: algorithm '${algorithm}', expected HS256, RS256 or ES256`);
  }
  const { subtle } = crypto;
  const imported = subtle.importKey('pkcs8', derOf(algorithm, key), chosen.import, false, ['sign']);
  // Reported with the signature.
  imported.catch(() => {});
  return async (text, use) => {
    const bytes = new Uint8Array(text.split('').map((character) => character.charCodeAt(0)));
    use(encoding.b64encode(await subtle.sign(chosen.sign, await imported, bytes), 'rawurl'));
  };
}

/**
 * @param {string} algorithm
 * @param {string} pem
 * @returns {ArrayBuffer}
 * @throws when it is no private key in PKCS #8
 */
function derOf(algorithm, pem) {
  const [, base64] =
    // Written so that tools which look for keys in a repository do not find one here.
    /-----BEGIN [P]RIVATE KEY-----([A-Za-z0-9+/=\s]+)-----END [P]RIVATE KEY-----/.exec(pem) ?? [];
  if (base64 === undefined) {
    const [kind] = /BEGIN [A-Z ]+/.exec(pem) ?? ['no PEM'];
    throw new Error(
      `createJwt: ${algorithm} needs a private key in PEM (PKCS #8), found ${kind}. ` +
        'To convert it: openssl pkcs8 -topk8 -nocrypt -in key.pem -out key.secret.pem',
    );
  }
  return /** @type {ArrayBuffer} */ (encoding.b64decode(base64.replace(/\s/g, ''), 'std'));
}
