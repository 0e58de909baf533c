import k6 from 'k6';
import { reportException } from '../../vu/failures.js';

/** @typedef {import('./types.js').Session} Session */

/**
 * Runs something later, unless the connection ends first.
 *
 * @param {Session} session
 * @param {number} ms milliseconds
 * @param {() => void} act
 * @returns {number} for clearTimeout
 * @example after(session, 500, () => connect(session));
 */
export function after({ timers }, ms, act) {
  const timer = setTimeout(safely(act), Math.max(0, ms));
  timers.push(timer);
  return timer;
}

/**
 * Cancels every timer of a session.
 *
 * @param {Session} session
 * @example forgetTimers(session);
 */
export function forgetTimers(session) {
  session.timers.forEach(clearTimeout);
  session.timers = [];
}

/**
 * Reports what a handler throws. Otherwise one exception would end the iteration and with it every socket of
 * the VU.
 *
 * @template {unknown[]} A
 * @param {(...args: A) => void} handler
 * @returns {(...args: A) => void}
 * @example socket.onopen = safely(() => opened(session));
 */
export function safely(handler) {
  return (...args) => {
    try {
      handler(...args);
    } catch (error) {
      reportException(error);
    }
  };
}

/**
 * Closes a socket: sends the close frame, then ends the connection, with or without an answer.
 *
 * `socket.close()` alone waits for the server's answer, and k6 has no time limit for it: a server that never
 * answers would keep k6 running forever, whatever the graceful stop. A write after the close frame fails, and
 * k6 then ends the connection. To get such a write past k6's check for an open socket, the close happens in
 * the middle of a `send`, while k6 checks whether the data is a typed array.
 *
 * If the server answered in between, the socket's error handler is not called. Otherwise it gets an error that
 * matches `NOT_ANSWERED`.
 *
 * @param {import('k6/websockets').WebSocket} socket an open one: closing a connecting socket never returns
 * @param {number} [waitMs] time for the answer, milliseconds; blocks the whole VU
 * @example hangUp(session.socket);
 */
export function hangUp(socket, waitMs = 0) {
  const { isView } = ArrayBuffer;
  ArrayBuffer.isView = /** @type {any} */ (
    () => {
      socket.close(1000);
      if (waitMs > 0) {
        k6.sleep(waitMs / 1000);
      }
      return true;
    }
  );
  try {
    socket.send(new Uint8Array(1));
  } finally {
    ArrayBuffer.isView = isView;
  }
  // In case a later k6 checks in another way.
  socket.close(1000);
}

/** The error of k6 when the write after the close frame ended the connection. */
export const NOT_ANSWERED = /close sent/;
