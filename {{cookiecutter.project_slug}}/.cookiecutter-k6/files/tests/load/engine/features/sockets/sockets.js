import k6 from 'k6';
import exec from 'k6/execution';
import { WebSocket } from 'k6/websockets';
import { newClock } from './clock-offset.js';
import { env } from '../../../lib/config.js';
import { causeOf } from '../../vu/failures.js';
import { binary, converse, NAME, record, talk } from './conversation.js';
import { after, forgetTimers, hangUp, NOT_ANSWERED, safely } from './session.js';

/** @typedef {import('./types.js').Session} Session */
/** @typedef {import('../../types/suite.js').Shape} Shape */
/** @typedef {import('./socket-metrics.js').SocketCause} SocketCause */

/** With less time than this left, an iteration opens no socket, milliseconds. */
const SHORTEST_MS = 500;

/** A question asked this shortly before the end may stay unanswered, milliseconds. */
const ANSWER_WITHIN_MS = 5000;

/** Wait before a reconnect: doubled each time up to the longest, with jitter. Milliseconds. */
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 30_000;

/** After a connection that lasted this long, the wait starts over at the first, milliseconds. */
const GOOD_AFTER_MS = 10_000;

/** Wait for the answer to a close frame, milliseconds. It blocks the VU, so only the first few VUs wait. */
const CLOSE_WITHIN_MS = 1000;
const WAITING_VUS = 10;

const { url, headers } = talk.address;
const params = { tags: { name: NAME }, headers };

/** Returns the VU's token; empty: none. */
let token = () => '';

const dialect = converse({ alive, end }, () => tokenFor('message'));

/**
 * Defines a WebSocket test. It opens sockets, subscribes, sends what `config/sockets.js` describes, measures
 * the latency of messages, and reconnects after a lost connection.
 *
 * @param {{ token?: () => string }} [options] `token` returns the token of the VU, empty for none; it may throw
 * @returns options for `defineTest`, and `hold`, which runs one iteration
 * @example const sockets = defineSockets({ token: currentToken });
 */
export function defineSockets(options = {}) {
  token = options.token ?? token;
  return {
    name: NAME,
    defaultLoad: talk.defaultLoad,
    thresholds: talk.thresholds,
    forVus: (/** @type {Shape} */ shape) => ({ peakMs: require('./socket-plan.js').peakMs(shape) }),
    findings: () => ({
      tables: [],
      reasons: [],
      explains: (/** @type {string} */ metric) => !talk.timed && metric === 'ws_message_latency',
    }),
    hold,
  };
}

/** @param {typeof env.WS_TOKEN_IN} place */
function tokenFor(place) {
  return env.WS_TOKEN_IN === place ? token() : '';
}

function addressNow() {
  const inQuery = tokenFor('query');
  const query = [dialect.query, inQuery && `token=${encodeURIComponent(inQuery)}`];
  const text = query.filter(Boolean).join('&');
  return text ? `${url}?${text}` : url;
}

function paramsNow() {
  const inHeader = tokenFor('header');
  return inHeader
    ? { ...params, headers: { ...headers, Authorization: `Bearer ${inHeader}` } }
    : params;
}

/**
 * @param {string} channel
 * @param {number} endsAt
 * @param {number} pace share of the planned session length, at most 1
 * @param {number} patienceMs
 */
function open(channel, endsAt, pace, patienceMs) {
  const session = /** @type {Session} */ ({
    channel,
    endsAt,
    pace,
    patienceMs,
    attempts: 0,
    opened: false,
  });
  connect(session);
  return session;
}

/** @param {Session} session */
function connect(session) {
  Object.assign(session, {
    phase: 'connecting',
    timers: [],
    clock: newClock(),
    pending: new Map(),
    seen: new Set(),
    asked: 0,
    received: 0,
    subscribedAt: 0,
    error: '',
    ended: undefined,
  });
  // The types declare these handlers without an argument, but k6 passes an event.
  const socket = /** @type {Omit<WebSocket, 'onerror' | 'onclose'> & Record<string, any>} */ (
    new WebSocket(addressNow(), null, paramsNow())
  );
  session.socket = /** @type {WebSocket} */ (socket);
  const limit = Math.min(env.socket.connectMs, Math.max(0, session.endsAt - Date.now()));
  after(session, limit, () => abandon(session, limit));
  socket.onopen = safely(() => opened(session));
  socket.onmessage = safely((/** @type {any} */ event) => heard(session, event));
  socket.onerror = safely((/** @type {any} */ event) => {
    session.error = event.error;
  });
  socket.onclose = safely((/** @type {any} */ event) => closed(session, event));
}

/**
 * Gives up on a socket that is still connecting. k6 cannot close it, and gives up itself only after a minute.
 *
 * @param {Session} session
 * @param {number} limit
 */
function abandon(session, limit) {
  session.phase = 'gone';
  // Just before the end of the session or the test, the service had no time to answer.
  if (limit >= session.patienceMs) {
    record.notOpened();
    record.failure('timeout', `nothing for ${Math.round(limit)} ms`);
  }
}

/** @param {Session} session */
function opened(session) {
  forgetTimers(session);
  if (session.phase === 'gone') {
    hangUp(session.socket);
    return;
  }
  session.phase = 'open';
  session.openedAt = Date.now();
  record.opened(session.opened);
  session.opened = true;
  after(session, session.endsAt - session.openedAt, () => leave(session));
  dialect.opened(session);
}

/**
 * @param {Session} session
 * @param {any} event
 */
function heard(session, { data, timestamp }) {
  if (session.phase !== 'open') {
    return;
  }
  if (typeof data === 'string') {
    dialect.read(session, data, timestamp);
  } else {
    binary(session);
  }
}

/** @param {Session} session */
function leave(session) {
  const now = Date.now();
  if (session.subscribedAt > 0 && talk.messageWithin > 0) {
    const waited = now - session.subscribedAt;
    if (session.received === 0 && waited >= talk.messageWithin * 1000) {
      record.failure('no_message', `${session.channel}: none in ${Math.round(waited)} ms`);
    }
  }
  for (const { what, askedAt } of session.pending.values()) {
    // A service need not tell its time: clocks are then taken to agree.
    if (what !== 'clock' && now - askedAt >= ANSWER_WITHIN_MS) {
      record.failure('unanswered', `${what}: nothing in ${Math.round(now - askedAt)} ms`);
    }
  }
  // A message sent from here on would find the socket closing.
  forgetTimers(session);
  session.phase = 'leaving';
  dialect.goodbye(session);
  session.error = '';
  hangUp(session.socket, session.awaitsClose ? CLOSE_WITHIN_MS : 0);
}

/** @param {Session} session */
function hasLeft(session) {
  session.phase = 'gone';
  if (session.awaitsClose) {
    const ok = !NOT_ANSWERED.test(session.error);
    record.closed(ok);
    if (!ok) {
      // Has its own threshold: one late answer on a busy machine is no failure.
      record.failure('not_closed', `no close frame within ${CLOSE_WITHIN_MS} ms`, true);
    }
  }
}

/**
 * @param {Session} session
 * @param {any} event
 */
function closed(session, { code, reason }) {
  forgetTimers(session);
  if (session.phase === 'leaving') {
    hasLeft(session);
  }
  if (session.phase === 'gone') {
    return;
  }
  if (session.phase === 'connecting') {
    record.notOpened();
    record.failure(handshakeCause(session.error), session.error);
  } else if (session.ended) {
    record.failure(session.ended.cause, session.ended.detail);
  } else {
    const wordless = code === undefined || code === 1006;
    record.failure(
      wordless ? 'dropped' : 'closed',
      wordless ? session.error : `code ${code} ${reason ?? ''}`.trim(),
    );
  }
  reconnect(session);
}

/** @param {Session} session */
function reconnect(session) {
  const now = Date.now();
  const good = session.phase === 'open' && now - session.openedAt >= GOOD_AFTER_MS;
  session.attempts = good ? 1 : session.attempts + 1;
  const longest = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (session.attempts - 1));
  // Jitter: after a restart of the service, clients must not all reconnect at once.
  const wait = longest * (0.5 + Math.random() / 2);
  session.phase = 'waiting';
  if (now + wait + SHORTEST_MS < session.endsAt) {
    after(session, wait, () => connect(session));
  } else {
    // Keeps the iteration running. The next one would reconnect at once.
    after(session, session.endsAt - now, () => {
      session.phase = 'gone';
    });
  }
}

/**
 * Ends an unusable connection; the session then reconnects.
 *
 * @param {Session} session
 * @param {SocketCause} cause
 * @param {unknown} detail
 */
function end(session, cause, detail) {
  forgetTimers(session);
  session.ended = { cause, detail };
  hangUp(session.socket);
}

/**
 * Restarts the heartbeat timer: without the next heartbeat in time, the connection ends.
 *
 * @param {Session} session
 */
function alive(session) {
  clearTimeout(session.heartbeat);
  session.heartbeat = after(session, session.heartbeatMs, () =>
    end(session, 'no_heartbeat', `nothing for ${session.heartbeatMs} ms`),
  );
}

/**
 * Runs one iteration: opens the VU's sockets and keeps them open for their session or until the test ends.
 *
 * @param {import('../../types/suite.js').VuPlan & { peakMs?: number }} plan including the result of `forVus`
 */
function hold({ durationMs, peakMs = durationMs / 2 }) {
  const now = Date.now();
  const { startTime } = exec.scenario;
  const left = startTime + durationMs - now;
  if (left < SHORTEST_MS) {
    k6.sleep(Math.max(left, 50) / 1000);
    return;
  }
  const { channels, openForMs, sessionMs } = talk;
  const openMs = Math.min(sessionMs, left);
  // What a first socket of a short test has, a little less for the time until it starts.
  const wholeMs = 0.9 * Math.min(sessionMs, durationMs);
  const patienceMs = Math.min(env.socket.connectMs, ANSWER_WITHIN_MS, wholeMs);
  const first = (__VU - 1) * env.WS_SOCKETS;
  const sessions = Array.from({ length: env.WS_SOCKETS }, (_, index) =>
    open(
      channels[(first + index) % channels.length],
      now + openMs,
      Math.min(1, openMs / openForMs),
      patienceMs,
    ),
  );
  // All sockets end together. Only the last may block the VU while it waits.
  sessions[sessions.length - 1].awaitsClose = __VU <= WAITING_VUS;
  const untilPeak = startTime + peakMs - now;
  if (untilPeak >= 0 && untilPeak < openMs) {
    setTimeout(
      safely(() => record.openAtPeak(sessions.filter(({ phase }) => phase === 'open').length)),
      untilPeak,
    );
  }
}

/**
 * @param {string} error
 * @returns {SocketCause}
 */
function handshakeCause(error) {
  return /bad handshake|HTTP|response/i.test(error)
    ? 'not_upgraded'
    : /** @type {SocketCause} */ (causeOf(/** @type {any} */ ({ status: 0, error })));
}
