import k6 from 'k6';
import { Counter, Rate, Trend } from 'k6/metrics';
import { recordOne } from '../../../lib/http.js';
import { reportOnce, shorten } from '../../vu/failures.js';

/** @typedef {keyof typeof import('./socket-causes.js').SOCKET_CAUSES} SocketCause */

/** Connections that were opened, reconnects included. */
const connections = new Counter('ws_connections');

/** Connections opened again after one was lost. */
const reconnects = new Counter('ws_reconnects');

/** Sockets that were open at one instant, the middle of the highest load. */
const openAtPeak = new Counter('ws_open_at_peak');

/** Messages of the service; answers to what the test itself said are not among them. */
const received = new Counter('ws_messages_received');

/** Messages the test sent. */
const sent = new Counter('ws_messages_sent');

/** Share of connections, messages and answers that went wrong. */
const errors = new Rate('ws_errors');

/** The same by the tag `cause`. */
const failures = new Counter('ws_failures');

/** Share of close frames that the server answered, of those where somebody waited. */
const closeAnswered = new Rate('ws_close_answered');

/** From the server's time stamp to arrival, clocks put right. */
const latency = new Trend('ws_message_latency', true);

/** From a question to its answer; needs no clock but ours. */
const roundTrip = new Trend('ws_round_trip', true);

/** How far the server's clock is ahead, milliseconds; negative: behind. */
const skew = new Trend('ws_clock_skew');

/**
 * Records what happens on the sockets of one endpoint.
 *
 * @param {string} name route name
 * @param {string} address for messages: no query, no credentials
 * @returns the recorder
 * @example const record = createRecorder('websocket', 'ws://localhost:8000/ws');
 */
export function createRecorder(name, address) {
  const tags = { name };
  const handshake = { [`${name} handshake is 101`]: (/** @type {boolean} */ ok) => ok };
  const message = { [`${name} message is complete`]: (/** @type {boolean} */ ok) => ok };
  return {
    /**
     * @param {boolean} again after an earlier one was lost
     */
    opened(again) {
      connections.add(1, tags);
      if (again) {
        reconnects.add(1, tags);
      }
      errors.add(false, tags);
      k6.check(true, handshake, tags);
    },
    notOpened() {
      k6.check(false, handshake, tags);
    },
    /**
     * @param {boolean} complete
     * @param {number} [ms] from the server's time stamp to arrival
     */
    message(complete, ms) {
      received.add(1, tags);
      errors.add(!complete, tags);
      k6.check(complete, message, tags);
      if (ms !== undefined) {
        latency.add(ms, tags);
      }
      recordOne(name)(ms ?? 0, !complete);
    },
    answer() {
      errors.add(false, tags);
    },
    /** @param {boolean} ok */
    closed(ok) {
      closeAnswered.add(ok, tags);
    },
    said() {
      sent.add(1, tags);
    },
    /** @param {number} ms */
    roundTrip(ms) {
      roundTrip.add(ms, tags);
    },
    /** @param {number} ms */
    skew(ms) {
      skew.add(ms, tags);
    },
    /** @param {number} count */
    openAtPeak(count) {
      openAtPeak.add(count, tags);
    },
    /**
     * Counts a failure by cause and shows the first of its kind.
     *
     * @param {SocketCause} cause
     * @param {unknown} [detail] what was seen; foreign text
     * @param {boolean} [counted] whether the rate has it already
     */
    failure(cause, detail, counted = false) {
      failures.add(1, { name, cause });
      if (!counted) {
        errors.add(true, tags);
        recordOne(name)(0, true, 0);
      }
      reportOnce(
        `${name} ${cause}`,
        () =>
          `${name}: ${cause} - ${address}${detail ? ` - ${shorten(detail)}` : ''}, ` +
          `VU ${__VU}, iteration ${__ITER}`,
      );
    },
  };
}
