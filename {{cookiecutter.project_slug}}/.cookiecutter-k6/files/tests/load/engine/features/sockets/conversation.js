import { SharedArray } from 'k6/data';
import { latencyMs, learn, toMs } from './clock-offset.js';
import { env } from '../../../lib/config.js';
import { after } from './session.js';
import { createRecorder } from './socket-metrics.js';

/** @typedef {import('./types.js').Session} Session */
/** @typedef {import('./types.js').Say} Say */
/** @typedef {import('./types.js').Dialect} Dialect */
/** @typedef {import('./types.js').DialectHooks} DialectHooks */

/** Longest wait for the server's clock before subscribing without it, milliseconds; at most half of a session. */
const CLOCK_WITHIN_MS = 1000;

/** Message ids kept per socket to detect duplicates. */
const REMEMBERED_IDS = 100;

/** Route name: the tag `name` of every sample. */
export const NAME = 'websocket';

/** The row of config/sockets.js with the settings applied, made once and shared by all VUs. */
export const talk = /** @type {import('./types.js').PlannedConversation} */ (
  new SharedArray('conversation', () => [require('./socket-plan.js').plannedConversation()])[0]
);

/** Records the metrics of all sockets of this VU. */
export const record = createRecorder(NAME, talk.address.shown);

/** Whether the service has left a question for its time unanswered, and is not asked again. */
let tellsNoTime = false;

/** @type {Dialect} */
let dialect;

/**
 * Chooses the dialect of WS_PROTOCOL and connects it to the conversation.
 *
 * @param {Pick<DialectHooks, 'alive' | 'end'>} connection what the dialect tells the connection
 * @param {() => string} connectToken token for the connect packet of Socket.IO; empty: none
 * @returns {Dialect}
 * @example const dialect = converse({ alive, end }, () => '');
 */
export function converse(connection, connectToken) {
  const hooks = { ...connection, ready, answered, news, unreadable, binary };
  dialect =
    env.WS_PROTOCOL === 'socketio'
      ? require('./socketio.js').socketio(hooks, env.WS_NAMESPACE, connectToken)
      : require('./raw-channel.js').rawChannel(hooks);
  return dialect;
}

/** @param {Session} session */
function ready(session) {
  if (talk.clock === undefined || tellsNoTime) {
    subscribe(session);
    return;
  }
  askTime(session);
  after(session, Math.min(CLOCK_WITHIN_MS, (session.endsAt - Date.now()) / 2), () => {
    if (session.subscribedAt === 0) {
      tellsNoTime = true;
      subscribe(session);
    }
  });
}

/** @param {Session} session */
function askTime(session) {
  const { clock } = talk;
  if (clock !== undefined && !tellsNoTime) {
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

/** @type {DialectHooks['answered']} */
function answered(session, key, data, at) {
  const question = session.pending.get(key);
  if (question === undefined) {
    return false;
  }
  session.pending.delete(key);
  tellsNoTime &&= question.what !== 'clock';
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

/** @type {DialectHooks['news']} */
function news(session, message, at) {
  if (talk.confirmations?.includes(message?.type)) {
    record.answer();
    return;
  }
  session.received += 1;
  const twice = isRepeated(session, message?.[talk.idField]);
  const complete = !talk.requiredField || message?.[talk.requiredField] !== undefined;
  const sentAt = toMs(message?.[talk.timeField]);
  const ms = Number.isNaN(sentAt) ? undefined : latencyMs(session.clock, sentAt, at);
  record.message(complete && !twice, ms);
  if (twice) {
    record.failure('duplicate', message[talk.idField], true);
  } else if (!complete) {
    record.failure('unreadable', `message without ${talk.requiredField}`, true);
  }
  if (Number.isNaN(session.clock.offsetMs) && at - sentAt < -1) {
    record.failure('clock', `message from ${Math.round(sentAt - at)} ms ahead`);
  }
}

/** @type {DialectHooks['unreadable']} */
function unreadable(session, text) {
  session.received += 1;
  record.message(false);
  record.failure('unreadable', text, true);
}

/**
 * Counts a binary message as a failure: the suite reads text only.
 *
 * @param {Session} session
 * @example binary(session);
 */
export function binary(session) {
  session.received += 1;
  record.message(false);
  record.failure('binary', 'this test reads text only', true);
}

/**
 * @param {Session} session
 * @param {unknown} id
 * @returns {boolean} whether a message with this id came before
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
