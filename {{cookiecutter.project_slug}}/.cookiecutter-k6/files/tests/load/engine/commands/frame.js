// The frame of every command: the wrapper runs it as a k6 script of its own. A command does its work at init,
// where __VU is 0, and in handleSummary; its single iteration does nothing.

export const options = {
  scenarios: {
    command: { executor: /** @type {const} */ ('shared-iterations'), vus: 1, iterations: 1 },
  },
};

export default function nothing() {}
