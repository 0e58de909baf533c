/** @typedef {import('./types.js').Dialect} Dialect */
/** @typedef {import('./types.js').DialectHooks} DialectHooks */

/**
 * Speaks JSON texts. An answer is known by its `type`.
 *
 * @param {DialectHooks} hooks what to do with what was heard
 * @returns {Dialect}
 * @example const dialect = rawChannel(hooks);
 */
export function rawChannel(hooks) {
  return {
    query: '',
    opened: hooks.ready,
    say(session, { message, answer }) {
      session.socket.send(JSON.stringify(message));
      return answer;
    },
    read(session, text, at) {
      const message = parsed(text);
      if (message === null || typeof message !== 'object') {
        hooks.unreadable(session, text);
      } else if (!hooks.answered(session, message.type, message, at)) {
        hooks.news(session, message, at);
      }
    },
    goodbye() {},
  };
}

/**
 * @param {string} text
 * @returns {any} null when it is no JSON
 */
function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
