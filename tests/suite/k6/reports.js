// What a VU reports of failures: to the log, to the summary, to metrics.

import { endpoint } from '../lib/http.js';
import {
  hide,
  hideResponses,
  passLeft,
  reportChecks,
  reportException,
  reportFailure,
  reportLeft,
  reportOnce,
  shorten,
  unanswered,
} from '../engine/vu/failures.js';
import { expectations, shows } from './expect.js';
import { grouping, logging } from './support/stand-ins.js';

export const options = expectations(0);

const ITEM = endpoint('GET /items/{id}', 'http://me:pw@shop.test/items/{id}?token=1');
const LOGIN = endpoint('login', 'http://shop.test/login', { method: 'POST' });
const answer = (status, more = {}) =>
  /** @type {any} */ ({ status, error: '', headers: {}, body: 'seen', ...more });

const RULES = { 'is fine': () => true, 'is JSON': () => false, 'is new': () => false };

/** What a step logs and passes on; the time is left out. */
function told(name, step) {
  const { logged, made } = logging(() => grouping(step));
  const groups = made.groups.map((group) =>
    decodeURIComponent(group).replace(/"at":\d{13},/, '"at":"now",'),
  );
  // Where an exception was thrown is in the log, too.
  shows(name, [logged.map((line) => line.replace(/\n[^]*/, ' (stack)')), groups]);
}

function failures() {
  const seen = [
    answer(500),
    answer(500, { body: 'another' }),
    answer(404, { body: null }),
    answer(302, { headers: { Location: '/login' } }),
    answer(429, { headers: { 'Retry-After': '7' } }),
    /** @type {any} */ (unanswered(ITEM, new Error('Get "x": malformed "\\x00": EOF'))),
    answer(401, { body: 'x'.repeat(400) }),
  ];
  for (const response of seen) {
    told(`failed: ${response.status}`, () => reportFailure(ITEM, response));
  }
  for (const status of [500, 501]) {
    told(`checks after a failure, ${status}`, () => reportChecks(ITEM.name, RULES, answer(status)));
  }
  told('failed for another reason', () => reportFailure(ITEM, answer(200), 'timeout'));
  told('a login', () => reportFailure(LOGIN, answer(500)));
  told('a login without an answer', () => reportFailure(LOGIN, answer(0, { error: 'EOF', body: null }))); // prettier-ignore
}

function checks() {
  told('checks', () => reportChecks('POST /items', RULES, answer(200)));
  told('checks again', () => reportChecks('POST /items', RULES, answer(200)));
  told('checks of a login', () => reportChecks(LOGIN.name, RULES, answer(200)));
}

function exceptions() {
  told('an exception', () => reportException(new Error('first')));
  told('again', () => reportException(new Error('first'), 'iteration'));
  told('a text', () => reportException(' a text '));
  told('elsewhere', () => reportException('a text', 'the end'));
  told('reported', () => reportException(Object.assign(new Error('known'), { reported: true })));
  told('something with that name', () => reportException({ reported: true }));
}

function leftovers() {
  told('left', () => reportLeft('topic', 'One stays', 'id 7'));
  told('the same', () => reportLeft('topic', 'One stays'));
  told('another topic', () => reportLeft('topic 2', 'One stays'));
  told('without more', () => reportLeft('topic 3', 'Two stay'));
  told('silently', () => passLeft('Three stay'));
  told('too many', () => {
    for (let i = 0; i < 30; i += 1) {
      passLeft(`more ${i}`);
    }
  });
}

/** The first VUs speak, the others only count; set-up passes nothing on. */
function speakers() {
  const before = __VU;
  for (const vu of [11, 10, 0]) {
    globalThis.__VU = vu;
    told(`VU ${vu}`, () => {
      reportOnce(`VU ${vu}`, () => 'message');
      passLeft(`VU ${vu}`);
      reportFailure(ITEM, answer(400 + vu), vu === 0 ? 'refused' : 'timeout');
    });
  }
  globalThis.__VU = before;
}

function tooMany() {
  told('no more topics', () => {
    for (let i = 0; i < 30; i += 1) {
      reportOnce(`topic ${i}`, () => `topic ${i}`);
    }
  });
}

function hidden() {
  hide('first-secret');
  shows('hidden', shorten('a first-secret b'));
  for (let i = 0; i < 60; i += 1) {
    hide(`secret-${i}.`);
  }
  const texts = [0, 30, 47, 48, 49, 50, 58, 59].map((i) => `secret-${i}.`);
  shows('the last one changes', [shorten('first-secret'), ...texts.map((text) => shorten(text))]);
  shows('searched', [1991, 1992].map((size) => shorten('x'.repeat(size) + 'secret-1.', 9999).slice(-12))); // prettier-ignore
}

export default function reports() {
  hideResponses(LOGIN.name);
  speakers();
  checks();
  exceptions();
  failures();
  leftovers();
  tooMany();
  hidden();
}

/** Counts. */
export const handleSummary = ({ metrics }) => {
  shows('counts', ['request_errors', 'script_errors'].map((name) => metrics[name]?.values.count)); // prettier-ignore
  return {};
};
