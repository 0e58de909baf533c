import k6 from 'k6';

/**
 * Closes a socket: sends the close frame, then ends the connection, answered or not.
 *
 * `socket.close()` alone waits for the server's answer, and k6 has no limit for that: a server that never
 * answers would keep k6 from ending at all, graceful stop or not. A write behind the close frame fails, and k6
 * ends the connection then. To get one past its check for an open socket, the close is asked for in the
 * middle of a `send`, while k6 asks whether it is given bytes.
 *
 * When the server answered in between, the socket's error handler is not called; otherwise it hears
 * `NOT_ANSWERED`.
 *
 * @param {import('k6/websockets').WebSocket} socket an open one: k6 also waits forever when it is connecting
 * @param {number} [waitMs] time for the answer, milliseconds; the whole VU stands still meanwhile
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
  // Should a later k6 ask in another way, the ordinary close has to do.
  socket.close(1000);
}

/** What k6 says when it was the write behind the close frame that ended the connection. */
export const NOT_ANSWERED = /close sent/;
