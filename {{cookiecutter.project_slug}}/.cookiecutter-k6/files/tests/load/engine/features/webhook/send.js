// Sends the result of a finished run to a chat. Used by scripts/load-test.sh; sends one request, to the webhook:
//
//   WEBHOOK_URL=... k6 run --quiet --env SUMMARIES=... --env CODE=0 engine/features/webhook/send.js
//
// SUMMARIES is one path of a summary.json per line. Exits with 107 and the reason if the message was not accepted. The
// address is a secret: no message contains it.

import k6 from 'k6';
import http from 'k6/http';
import { env } from '../../../lib/config.js';
import { linksOf } from '../sharing/ci.js';
import { readSummaries } from '../sharing/read-summaries.js';
import { hide, shorten, unanswered } from '../../vu/failures.js';
import { announcementOf } from './announcement.js';
import { formatFor, toSlack, toTeams } from './formats.js';

/** A chat that does not answer must not hold up the pipeline. */
const TIMEOUT = '10s';

/** Times that the message is sent in all, if the chat is out of order for a moment. */
const ATTEMPTS = 3;

/** Most seconds to wait before the next attempt, whatever the chat asks for. */
const LONGEST_WAIT = 10;

/** `throw` keeps k6's own message out of the log: it contains the address. */
const PARAMETERS = /** @type {import('k6/http').Params} */ ({
  headers: { 'Content-Type': 'application/json' },
  timeout: TIMEOUT,
  redirects: 0,
  throw: true,
});

const NAMES = { slack: 'Slack', teams: 'Teams' };

export const options = { setupTimeout: '90s', iterations: 1 };

hide(env.WEBHOOK_URL);

const announcement =
  __VU === 0
    ? announcementOf(readSummaries(__ENV.SUMMARIES ?? ''), {
        project: env.PROJECT_NAME,
        id: env.RUN_ID,
        code: Number(__ENV.CODE),
        meaning: __ENV.MEANING ?? '',
        planned: Number(__ENV.PLANNED ?? 1),
        reason: __ENV.REASON ?? '',
        link: linksOf(__ENV).run,
      })
    : undefined;

export default function nothing() {}

/** @throws if the chat did not accept the message */
export function setup() {
  if (announcement === undefined || (announcement.passed && env.WEBHOOK_WHEN === 'failed')) {
    return;
  }
  const format = env.WEBHOOK_FORMAT === 'auto' ? formatFor(env.WEBHOOK_URL) : env.WEBHOOK_FORMAT;
  const body = JSON.stringify((format === 'teams' ? toTeams : toSlack)(announcement));
  let problem = '';
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const response = post(body);
    if (response.status >= 200 && response.status < 300) {
      return;
    }
    problem = problemOf(response);
    // A wrong address or message does not get better by itself.
    if (
      attempt === ATTEMPTS ||
      (response.status >= 400 && response.status < 500 && response.status !== 429)
    ) {
      break;
    }
    k6.sleep(Math.min(Number(response.headers['Retry-After']) || attempt, LONGEST_WAIT));
  }
  throw new Error(`${NAMES[format]} did not accept the message: ${problem}`);
}

/**
 * @param {string} body
 * @returns {import('../../types/suite.js').HttpResponse}
 */
function post(body) {
  try {
    return http.post(env.WEBHOOK_URL, body, PARAMETERS);
  } catch (error) {
    return unanswered(/** @type {any} */ ({ url: '' }), error);
  }
}

/**
 * @param {import('../../types/suite.js').HttpResponse} response
 * @returns {string} in words, without the address
 */
function problemOf({ status, error, body }) {
  return status === 0 ? shorten(error) : `status ${status}, ${shorten(body) || 'empty body'}`;
}

/** Returns nothing: this is no measurement. */
export function handleSummary() {
  return {};
}
