import { hooksOf } from '../features/registry.js';
import { headersOf } from './headers.js';
import { healthOf } from './health.js';
import { localPath } from './paths.js';
import { SETTINGS } from './table.js';
import { isLocalHost, parseHttpUrl } from './url.js';

/**
 * @template S
 * @typedef {import('./kinds.js').Values<S>} Values
 */

/** A value in quotes, with or without a comment behind it. */
const QUOTED = /^(?:"([^"]*)"|'([^']*)')(?:[ \t]+#.*)?$/;

const LINE = /^(?:export[ \t]+)?([A-Za-z_][A-Za-z0-9_]*)=(.*)$/;

/**
 * Takes the quotes or the trailing comment off a value.
 *
 * @param {string} raw the text behind `=`
 * @returns {string}
 */
function bareValue(raw) {
  const value = raw.trim();
  const quoted = QUOTED.exec(value);
  if (quoted) {
    return quoted[1] ?? quoted[2];
  }
  const quote = value[0];
  if (value.length >= 2 && (quote === '"' || quote === "'") && value.endsWith(quote)) {
    return value.slice(1, -1);
  }
  return value.replace(/(^|[ \t]+)#.*$/, '').trim();
}

/**
 * Parses `KEY=value` lines. Nothing is expanded or executed.
 *
 * @param {string} content
 * @param {string} fileName for messages
 * @returns {Record<string, string>}
 * @throws when a line is neither blank, a comment nor KEY=value
 * @example parseEnvFile('A=1 # one\nB="x y"', 'suite.env') // { A: '1', B: 'x y' }
 */
export function parseEnvFile(content, fileName) {
  /** @type {Record<string, string>} */
  const values = {};
  const lines = content.replace(/^\uFEFF/, '').split(/\r?\n/);
  lines.forEach((line, index) => {
    const trimmed = line.trim();
    if (trimmed === '' || trimmed.startsWith('#')) {
      return;
    }
    const match = LINE.exec(trimmed);
    if (!match) {
      // Not what it says: it may be a secret.
      throw new Error(`${fileName}:${index + 1}: expected KEY=value`);
    }
    values[match[1]] = bareValue(match[2]);
  });
  return values;
}

/**
 * Reads and checks every setting at once, so that all mistakes are shown before the first request.
 *
 * @template {Record<string, import('./kinds.js').Setting<any>>} S
 * @param {S} settings
 * @param {Record<string, string | undefined>} environment wins, unless empty
 * @param {Record<string, string>} file
 * @returns {Readonly<Values<S>>}
 * @throws one message that lists every bad value with what is accepted
 */
export function readSettings(settings, environment, file) {
  /** @type {Record<string, unknown>} */
  const values = {};
  const problems = [];
  for (const [name, setting] of Object.entries(settings)) {
    if (setting.secret && file[name]) {
      problems.push(
        `${name} in suite.env: secrets come from the environment, run: export ${name}=...`,
      );
    }
    const raw = environment[name] || file[name] || '';
    const value = raw === '' ? setting.fallback : setting.read(raw);
    if (raw !== '' && value === undefined) {
      // A misspelt address may hold credentials as well.
      const shown = setting.secret ? '(secret)' : raw.replace(/^(.*?:\/\/)?.*@/s, '$1***@');
      const source = environment[name] ? '' : ' in suite.env';
      problems.push(`${name}=${shown}${source}: expected ${setting.accepts}`);
    }
    values[name] = value;
  }
  if (problems.length > 0) {
    throw new Error(
      `settings refused, nothing was sent:\n  ${problems.join('\n  ')}\n` +
        'Every setting is explained in tests/load/README.md, "Settings".',
    );
  }
  return /** @type {Readonly<Values<S>>} */ (Object.freeze(values));
}

/**
 * Reads all settings, those of the features included. Called once per run, see lib/config.js.
 *
 * @returns {Readonly<Values<typeof SETTINGS>> & { target: import('../types/suite.js').Target } &
 *   ReturnType<typeof headersOf> & import('../types/features.js').FeatureEnvironment}
 * @throws when a setting is invalid
 * @example const { BASE_URL } = readEnvironment();
 */
export function readEnvironment() {
  const features = hooksOf('settings');
  const table = Object.assign({ ...SETTINGS }, ...features.map(({ settings }) => settings));
  const file = parseEnvFile(open(localPath(import.meta.resolve('../../suite.env'))), 'suite.env');
  const values = readSettings(/** @type {typeof SETTINGS} */ (table), __ENV, file);
  const url = parseHttpUrl(values.BASE_URL || `http://localhost:${values.BACKEND_PORT}`);
  if (url === null) {
    throw new Error(`BASE_URL=${values.BASE_URL}: expected ${SETTINGS.BASE_URL.accepts}`);
  }
  return Object.assign(
    {
      ...values,
      WORKLOAD: values.WORKLOAD || 'core',
      ...healthOf(values),
      ...headersOf(values, table),
      target: { ...url, isLocal: isLocalHost(url.host) },
    },
    ...features.map(({ derive }) => derive?.(values, url, table)),
  );
}
