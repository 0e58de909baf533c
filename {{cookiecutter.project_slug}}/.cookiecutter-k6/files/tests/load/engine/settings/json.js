// Files of data as they are in a working copy. Once per run.

/** Whether a line starts with a mark. An expression for that takes 150 ms of a table of 7 MB. */
const hasLine = (/** @type {string} */ text, /** @type {string} */ mark) =>
  text.startsWith(mark) || text.includes(`\n${mark}`);

/** What is there instead of a file's content, and what to do about it. @type {readonly [(text: string) => boolean, string][]} */
const INSTEAD = [
  [
    (text) => /^version https:\/\/git-lfs\./.test(text),
    'is a pointer of Git LFS, its content is not here. Run: git lfs pull (in CI, check out with LFS)',
  ],
  [
    (text) => hasLine(text, '<<<<<<< ') || hasLine(text, '>>>>>>> '),
    'has the marks of a merge conflict. Resolve it, or make the file again',
  ],
];

/**
 * Refuses a text that git put in the place of a file's content.
 *
 * @param {string} text
 * @param {string} file its name, for messages
 * @returns {string} the text
 * @throws when it is a pointer of Git LFS, or a merge is unfinished
 * @example complete(open('users.csv'), 'users.csv')
 */
export function complete(text, file) {
  const found = INSTEAD.find(([applies]) => applies(text));
  if (found !== undefined) {
    throw new Error(`${file} ${found[1]}`);
  }
  return text;
}

/**
 * Parses JSON, and names the file if that fails.
 *
 * @param {string} text
 * @param {string} file its name, for messages
 * @returns {any}
 * @throws when it is no JSON
 * @example parseJson('{"a": 1}', 'a.json') // { a: 1 }
 */
export function parseJson(text, file) {
  try {
    return JSON.parse(complete(text, file));
  } catch (error) {
    const { message, name } = /** @type {Error} */ (error);
    throw name === 'SyntaxError'
      ? new Error(`${file} is no JSON: ${message}`, { cause: error })
      : error;
  }
}
