// Digest access authentication (RFC 7616): AUTH_MODE=digest. Not by k6 itself, which asks for a challenge before every
// request, sends the password in plain before it, and crashes if the name of the realm has a blank.

import hashes from 'k6/crypto';
import { endpoint, request } from '../../lib/http.js';
import { hide } from '../vu/failures.js';
import { bodyOf, urlOf } from './sent.js';
import { currentUser } from './users.js';

/** @typedef {import('../types/suite.js').AuthStrategy} AuthStrategy */
/** @typedef {import('../types/suite.js').HttpResponse} HttpResponse */
/** @typedef {Record<string, string>} Challenge what the server asks: realm, nonce, qop, ... */

/** @type {Record<string, (text: string | ArrayBuffer) => string>} */
const HASHES = {
  md5: (text) => hashes.md5(text, 'hex'),
  'sha-256': (text) => hashes.sha256(text, 'hex'),
  'sha-512-256': (text) => hashes.sha512_256(text, 'hex'),
};

/** Asks for a challenge. Tagged apart: it is not what a journey measures. */
const PROBE = endpoint('auth challenge', '/', {
  kind: 'auth',
  phase: 'auth',
  statuses: [{ min: 100, max: 599 }],
});

/** The latest challenge of each user of this VU, and how often it was answered. */
const sessions =
  /** @type {Record<string, { challenge: Challenge, count: number } | undefined>} */ (
    Object.create(null)
  );

/** @param {Challenge} challenge */
const hashOf = ({ algorithm = 'md5' }) => HASHES[algorithm.toLowerCase().replace('-sess', '')];

/**
 * @param {HttpResponse} response
 * @returns {Challenge | undefined} undefined: it asks for no digest that can be made here
 */
function challengeOf({ headers }) {
  const [, ...parts] = (headers['Www-Authenticate'] ?? '').split(/\bDigest\s+/i);
  return parts
    .map((part) =>
      Object.fromEntries(
        [...part.matchAll(/(\w+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,]+))/g)].map(
          ([, name, quoted, plain]) => [name.toLowerCase(), quoted ?? plain],
        ),
      ),
    )
    .find((challenge) => challenge.nonce !== undefined && hashOf(challenge) !== undefined);
}

/**
 * @param {HttpResponse} response
 * @returns {boolean} whether it has a challenge, which is kept
 */
function keepChallenge(response) {
  const challenge = response.status === 401 ? challengeOf(response) : undefined;
  if (challenge !== undefined) {
    sessions[currentUser().email] = { challenge, count: 0 };
  }
  return challenge !== undefined;
}

/**
 * @param {Challenge} challenge
 * @param {number} count of requests with this nonce
 * @param {{ method: string, uri: string, body: string | ArrayBuffer }} sent
 * @returns {string} value of the header Authorization
 */
function answerTo(challenge, count, { method, uri, body }) {
  const { email, password } = currentUser();
  const { realm = '', nonce, opaque, algorithm } = challenge;
  const hash = hashOf(challenge);
  const offered = challenge.qop?.split(',').map((word) => word.trim()) ?? [];
  const qop = offered.includes('auth') ? 'auth' : offered[0];
  const nc = count.toString(16).padStart(8, '0');
  const cnonce = hashes.md5(hashes.randomBytes(16), 'hex');
  const plain = hash(`${email}:${realm}:${password}`);
  const secret = /-sess$/i.test(algorithm ?? '') ? hash(`${plain}:${nonce}:${cnonce}`) : plain;
  const what = hash(`${method}:${uri}${qop === 'auth-int' ? `:${hash(body)}` : ''}`);
  const middle = qop === undefined ? nonce : `${nonce}:${nc}:${cnonce}:${qop}`;
  const response = hash(`${secret}:${middle}:${what}`);
  const quoted = { username: email, realm, nonce, uri, response, ...(opaque && { opaque }) };
  return [
    `Digest ${Object.entries(quoted)
      .map(([name, value]) => `${name}="${value}"`)
      .join(', ')}`,
    ...(algorithm ? [`algorithm=${algorithm}`] : []),
    ...(qop ? [`qop=${qop}`, `nc=${nc}`, `cnonce="${cnonce}"`] : []),
  ].join(', ');
}

/** @type {AuthStrategy} */
export const digest = {
  endpoints: [],
  token: () => {
    hide(currentUser().password);
    return '';
  },
  headers: (target, details) => {
    const url = urlOf(target, details);
    const { email } = currentUser();
    if (sessions[email] === undefined) {
      keepChallenge(request({ ...PROBE, url }));
    }
    const session = sessions[email];
    if (session === undefined) {
      return /** @type {Record<string, string>} */ ({});
    }
    session.count += 1;
    const uri = url.replace(/^https?:\/\/[^/?#]*/, '') || '/';
    const sent = { method: target.method, uri, body: bodyOf(details) };
    return { Authorization: answerTo(session.challenge, session.count, sent) };
  },
  // The refusal of an old nonce brings a new one.
  isRefused: keepChallenge,
  renew: () => {},
};
