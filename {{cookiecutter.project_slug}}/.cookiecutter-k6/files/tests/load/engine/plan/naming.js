// Which names and tags thresholds can refer to and outputs can store. Checked by the first VU and at init: all have the same.

/**
 * Tells whether outputs can store a text as a tag. InfluxDB loses the whole batch with one that it cannot.
 *
 * @param {unknown} text
 * @returns {boolean} false if it holds a control character or ends with a backslash
 * @example isStorable('GET /a\\') // false
 */
export function isStorable(text) {
  const line = String(text);
  return !line.endsWith('\\') && !Array.from(line).some((character) => character < ' ');
}

/**
 * Refuses the name of an endpoint that thresholds or outputs could not handle.
 *
 * @param {string} name
 * @throws with what a name must not contain
 * @example refuseName('GET /a,b');
 */
export function refuseName(name) {
  const ends = [name[0], name[name.length - 1]];
  if (name.includes(',') || ends.some((end) => end === '"' || end === "'") || !isStorable(name)) {
    throw new Error(
      `endpoint '${name}': a name must not contain a comma or a line break, start or end with a quote, or end with a ` +
        'backslash: k6 thresholds cannot refer to it, or outputs cannot store it',
    );
  }
}

/**
 * Refuses tags that outputs could not store.
 *
 * @param {string} what they belong to, for the message
 * @param {Record<string, unknown>} [tags]
 * @throws with the name of the first one
 * @example refuseTags("endpoint 'GET /', tags", { team: 'a\\' });
 */
export function refuseTags(what, tags = {}) {
  refuse(
    what,
    Object.keys(tags).find((name) => !isStorable(tags[name])),
  );
}

/**
 * Refuses names of checks that outputs could not store: they become a tag.
 *
 * @param {string} what they belong to, for the message
 * @param {Record<string, unknown>} [checks] by name
 * @throws with the first one
 * @example refuseChecks("checks of 'GET /'", { 'is fine\\': isFine });
 */
export function refuseChecks(what, checks = {}) {
  refuse(
    what,
    Object.keys(checks).find((name) => !isStorable(name)),
  );
}

/**
 * @param {string} what
 * @param {string | undefined} wrong
 */
function refuse(what, wrong) {
  if (wrong !== undefined) {
    throw new Error(
      `${what}: '${wrong}' must not contain a line break or end with a backslash, because outputs lose such samples`,
    );
  }
}
