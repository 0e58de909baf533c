import { choice, integer, list, number, text } from '../../settings/kinds.js';
import { parseJson } from '../../settings/json.js';
import { localPath } from '../../settings/paths.js';

/**
 * Tells whether a document was compiled. Before that, the table has a first line only.
 *
 * @returns {boolean}
 * @example isCompiled() // false until `load-test.sh openapi update`
 */
export function isCompiled() {
  const file = 'data/operations.jsonl';
  const table = open(localPath(import.meta.resolve(`../../../${file}`)));
  return parseJson(table.split('\n', 1)[0], file).document !== null;
}

/** Settings of the test of a whole API. */
export const settings = {
  OPENAPI_INCLUDE: list(
    [],
    'Operations the openapi test sends: `tag:NAME`, `method:GET`, names or ids with `*`, comma-separated; default all',
  ),
  OPENAPI_EXCLUDE: list([], 'Operations the openapi test leaves out, written the same way'),
  OPENAPI_DANGEROUS: list(
    [],
    'Operations that are left out as dangerous, to be sent at the end of the openapi test; written the same way',
  ),
  OPENAPI_BASE: text(
    '',
    'Path between BASE_URL and the paths of the document, such as `/api`; `/` for none; default: as in its servers',
  ),
  OPENAPI_WRITES: choice(
    /** @type {const} */ (['smoke', 'always', 'never']),
    'smoke',
    'When the openapi test sends operations that change data; off this machine also `ALLOW_WRITES`',
  ),
  OPENAPI_OPTIONAL: number(
    0,
    1,
    0,
    'Share of the optional properties and parameters that the openapi test sends',
  ),
  OPENAPI_KEY: {
    ...text(
      '',
      'Credential for every security scheme of the document without variables of its own',
    ),
    secret: true,
  },
  OPENAPI_SEED: integer(
    1,
    999_999_999,
    undefined,
    'Repeats the values of an earlier openapi run; default: new values in each run',
  ),
};
