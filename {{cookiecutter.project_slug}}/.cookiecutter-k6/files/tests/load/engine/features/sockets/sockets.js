import k6 from 'k6';
import { SharedArray } from 'k6/data';
import encoding from 'k6/encoding';
import exec from 'k6/execution';
import { clearTimeout, setTimeout } from 'k6/timers';
import { WebSocket } from 'k6/websockets';
import { latencyMs, learn, newClock, toMs } from './clock-offset.js';
import { env } from '../../../lib/config.js';
import { causeOf, reportException } from '../../vu/failures.js';
import { hangUp, NOT_ANSWERED } from './hang-up.js';
import { createRecorder } from './socket-metrics.js';

/** @typedef {import('./types.js').Session} Session */
/** @typedef {import('./types.js').Conversation} Conversation */
/** @typedef {import('./types.js').Say} Say */
/** @typedef {import('../../types/suite.js').Shape} Shape */
/** @typedef {import('./socket-metrics.js').SocketCause} SocketCause */

/** An iteration that would have less time than this opens nothing, milliseconds. */
const SHORTEST_MS = 500;

/** A rehearsal's sessions are not cut shorter than this, milliseconds. */
const SHORTEST_SESSION_MS = 1000;

/** What was said so shortly before the end may stay without an answer, milliseconds. */
const ANSWER_WITHIN_MS = 5000;

/** Longest wait for the server's clock before subscribing anyway, milliseconds. */
const CLOCK_WITHIN_MS = 2000;

/** Waits between connections: doubled each time up to the longest, and spread. Milliseconds. */
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 30_000;

/** A connection that lasted this long was a good one: the next wait is the first again, milliseconds. */
const GOOD_AFTER_MS = 10_000;

/** Time for the answer to a close frame, milliseconds, in the first few VUs: they stand still meanwhile. */
const CLOSE_WITHIN_MS = 1000;
const WAITING_VUS = 10;

/** Ids kept per socket to notice messages that come twice. */
const REMEMBERED_IDS = 100;

/** Route name: the tag `name` of every sample. */
const NAME = 'websocket';

const talk = /** @type {Conversation} */ (
  new SharedArray('conversation', () => [
    require('./socket-plan.js').conversationOf(env.WS_PROTOCOL),
  ])[0]
);
const { url, shown, headers } = addressOf(talk);
const record = createRecorder(NAME, shown);
const params = { tags: { name: NAME }, headers };
const openForMs = talk.openFor * 1000;
const sessionMs =
  env.socket.sessionMs ?? Math.max(SHORTEST_SESSION_MS, openForMs * Math.min(1, env.TIME_SCALE));

const channels = env.WS_CHANNELS.length > 0 ? env.WS_CHANNELS : talk.channels;

/** Proves who the VU is; empty: nobody. */
let token = () => '';

/** @type {import('./types.js').DialectHooks} */
const hooks = { ready, alive, answered, news, unreadable, binary, end };
const dialect =
  env.WS_PROTOCOL === 'socketio'
    ? require('./socketio.js').socketio(hooks, env.WS_NAMESPACE, () => tokenFor('message'))
    : require('./raw-channel.js').rawChannel(hooks);

/**
 * Makes what a WebSocket test needs: it opens sockets, subscribes, sends what `config/sockets.js` describes,
 * measures the latency of messages, and reconnects sockets that were lost.
 *
 * @param {{ token?: () => string }} [options] `token` returns the credentials of the VU, empty when there are
 *   none; it may throw
 * @returns what `defineTest` needs, and `hold`, one iteration
 * @example const sockets = defineSockets({ token: currentToken });
 */
export function defineSockets(options = {}) {
  token = options.token ?? token;
  return {
    name: NAME,
    defaultLoad: talk.defaultLoad,
    thresholds: talk.thresholds,
    forVus: (/** @type {Shape} */ shape) => ({ peakMs: require('./socket-plan.js').peakMs(shape) }),
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

// --- a socket's life -------------------------------------------------------------------------------

/**
 * @param {string} channel
 * @param {number} endsAt
 * @param {number} pace below 1 when the session is shorter than planned
 */
function open(channel, endsAt, pace) {
  const session = /** @type {Session} */ ({ channel, endsAt, pace, attempts: 0, opened: false });
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
  // Its type says that these come without an event; k6 hands one over.
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
 * k6 cannot close a socket that is connecting, and gives up by itself after a minute only.
 *
 * @param {Session} session
 * @param {number} limit
 */
function abandon(session, limit) {
  session.phase = 'gone';
  record.notOpened();
  record.failure('timeout', `nothing for ${Math.round(limit)} ms`);
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
  if (session.subscribedAt > 0) {
    const waited = now - session.subscribedAt;
    if (session.received === 0 && waited >= talk.messageWithin * 1000) {
      record.failure('no_message', `${session.channel}: none in ${Math.round(waited)} ms`);
    }
  }
  for (const { what, askedAt } of session.pending.values()) {
    if (now - askedAt >= ANSWER_WITHIN_MS) {
      record.failure('unanswered', `${what}: nothing in ${Math.round(now - askedAt)} ms`);
    }
  }
  // What was still to be said would find the socket closing.
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
      // Has a target of its own: one late answer of a busy machine is no failure.
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
  // Never all at once: a service that restarts must not meet every client in the same instant.
  const wait = longest * (0.5 + Math.random() / 2);
  session.phase = 'waiting';
  if (now + wait + SHORTEST_MS < session.endsAt) {
    after(session, wait, () => connect(session));
  } else {
    // Without it the next iteration would knock again at once.
    after(session, session.endsAt - now, () => {
      session.phase = 'gone';
    });
  }
}

/**
 * Ends a connection that is of no more use; another one is opened.
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

// --- what is said and heard ------------------------------------------------------------------------

/** @param {Session} session */
function ready(session) {
  if (talk.clock === undefined) {
    subscribe(session);
    return;
  }
  askTime(session);
  after(session, CLOCK_WITHIN_MS, () => subscribe(session));
}

/** @param {Session} session */
function askTime(session) {
  const { clock } = talk;
  if (clock !== undefined) {
    say(session, 'clock', clock);
    after(session, clock.every * 1000, () => askTime(session));
  }
}

/** @param {Session} session */
function subscribe(session) {
  if (session.subscribedAt > 0) {
    return;
  }
  session.subscribedAt = Date.now();
  say(session, 'subscribe', talk.subscribe);
  for (const each of talk.says) {
    after(session, (each.after ?? 0) * 1000 * session.pace, () =>
      say(session, each.event ?? 'message', each),
    );
  }
}

/**
 * @param {Session} session
 * @param {string} what
 * @param {Say} step
 */
function say(session, what, step) {
  const message = withChannel(step.message, session.channel);
  const askedAt = Date.now();
  const key = dialect.say(session, { ...step, message });
  record.said();
  if (key !== undefined) {
    session.pending.set(key, { what, askedAt });
  }
}

/** @type {import('./types.js').DialectHooks['answered']} */
function answered(session, key, data, at) {
  const question = session.pending.get(key);
  if (question === undefined) {
    return false;
  }
  session.pending.delete(key);
  record.answer();
  record.roundTrip(at - question.askedAt);
  if (question.what === 'clock') {
    const serverTime = toMs(data?.[talk.timeField]);
    if (Number.isNaN(serverTime)) {
      record.failure('unreadable', `the clock's answer has no ${talk.timeField}`);
    } else if (learn(session.clock, question.askedAt, serverTime, at)) {
      record.skew(session.clock.offsetMs);
    }
    subscribe(session);
  }
  return true;
}

/** @type {import('./types.js').DialectHooks['news']} */
function news(session, message, at) {
  session.received += 1;
  const twice = isRepeated(session, message?.[talk.idField]);
  const complete = !talk.requiredField || message?.[talk.requiredField] !== undefined;
  record.message(complete && !twice);
  if (twice) {
    record.failure('duplicate', message[talk.idField], true);
  } else if (!complete) {
    record.failure('unreadable', `message without ${talk.requiredField}`, true);
  }
  const sentAt = toMs(message?.[talk.timeField]);
  if (!Number.isNaN(sentAt)) {
    if (Number.isNaN(session.clock.offsetMs) && at - sentAt < -1) {
      record.failure('clock', `message from ${Math.round(sentAt - at)} ms ahead`);
    }
    record.latency(latencyMs(session.clock, sentAt, at));
  }
}

/** @type {import('./types.js').DialectHooks['unreadable']} */
function unreadable(session, text) {
  session.received += 1;
  record.message(false);
  record.failure('unreadable', text, true);
}

/** @param {Session} session */
function binary(session) {
  session.received += 1;
  record.message(false);
  record.failure('binary', 'this test reads text only', true);
}

/**
 * The server showed that it is there; without the next sign in time it counts as gone.
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
 * One iteration: opens the VU's sockets and keeps them until their time is over, or the test's.
 *
 * @param {import('../../types/suite.js').VuPlan & { peakMs?: number }} plan with what `forVus` added
 */
function hold({ durationMs, peakMs = durationMs / 2 }) {
  const now = Date.now();
  const { startTime } = exec.scenario;
  const left = startTime + durationMs - now;
  if (left < SHORTEST_MS) {
    k6.sleep(Math.max(left, 50) / 1000);
    return;
  }
  const openMs = Math.min(sessionMs, left);
  const first = (__VU - 1) * env.WS_SOCKETS;
  const sessions = Array.from({ length: env.WS_SOCKETS }, (_, index) =>
    open(
      channels[(first + index) % channels.length],
      now + openMs,
      Math.min(1, openMs / openForMs),
    ),
  );
  // All end together; the last has nobody to keep waiting.
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
 * @param {{ path: string }} where
 * @returns {{ url: string, shown: string, headers: Record<string, string> }}
 */
function addressOf({ path: usual }) {
  const { href, masked, path } = env.socket;
  const whole = env.WS_URL !== '' && path !== '';
  const rest = whole ? '' : env.WS_PATH || usual;
  // Servers of Socket.IO insist on the slash at the end, which a parsed address has lost.
  const tail = env.WS_PROTOCOL === 'socketio' && whole ? '/' : rest;
  const credentials = /\/\/([^@/]*)@/.exec(href)?.[1];
  return {
    // k6 takes no credentials in the address of a socket.
    url: `${href.replace(/\/\/[^@/]*@/, '//')}${tail}`,
    shown: `${masked}${tail}`,
    headers: {
      ...env.requestHeaders,
      ...(credentials && {
        Authorization: `Basic ${encoding.b64encode(decodeURIComponent(credentials))}`,
      }),
    },
  };
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

/**
 * @param {Session} session
 * @param {unknown} id
 * @returns {boolean} whether a message of this id came before
 */
function isRepeated({ seen }, id) {
  if (id === undefined || id === null) {
    return false;
  }
  if (seen.has(id)) {
    return true;
  }
  if (seen.size >= REMEMBERED_IDS) {
    seen.delete(seen.values().next().value);
  }
  seen.add(id);
  return false;
}

/**
 * @param {any} message
 * @param {string} channel
 * @returns {any} the message with the channel in place of `{channel}`
 */
function withChannel(message, channel) {
  if (typeof message === 'string') {
    return message.replace('{channel}', channel);
  }
  return message && typeof message === 'object'
    ? Object.fromEntries(
        Object.entries(message).map(([key, value]) => [key, withChannel(value, channel)]),
      )
    : message;
}

/**
 * Runs something later, unless the connection ends before.
 *
 * @param {Session} session
 * @param {number} ms
 * @param {() => void} act
 * @returns {number} for clearTimeout
 */
function after({ timers }, ms, act) {
  const timer = setTimeout(safely(act), Math.max(0, ms));
  timers.push(timer);
  return timer;
}

/** @param {Session} session */
function forgetTimers(session) {
  session.timers.forEach(clearTimeout);
  session.timers = [];
}

/**
 * Keeps a mistake in one handler from ending the iteration, and with it every socket of the VU.
 *
 * @template {unknown[]} A
 * @param {(...args: A) => void} handler
 * @returns {(...args: A) => void}
 */
function safely(handler) {
  return (...args) => {
    try {
      handler(...args);
    } catch (error) {
      reportException(error);
    }
  };
}
