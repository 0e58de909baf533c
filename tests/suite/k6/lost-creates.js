import { idOfMarked, marksIn, mayHaveCreated, searchLost } from '../lib/lost-creates.js';
import { isUniqueName, uniqueName } from '../lib/unique-name.js';
import { equal, expectations, holds, shows } from './expect.js';
import { grouping, logging } from './support/stand-ins.js';

export const options = expectations(25);

const OWN = 'Lamp k3j9x2';
const MARKS = [
  { path: ['data', 'attributes', 'name'], text: OWN },
  { path: ['code'], text: 'c-k3j9x2' },
];

/** What a list shows, and the id of what this run created in it. */
const SHOWN = [
  [
    [
      { id: 1, name: 'Lamp' },
      { id: 7, name: OWN },
    ],
    7,
  ],
  [{ data: [{ id: 'x', attributes: { name: OWN } }] }, 'x'],
  [{ result: { items: [{ uuid: 'u', code: 'c-k3j9x2' }] } }, 'u'],
  [[{ id: 7, meta: { id: '' }, name: OWN }], 7],
  // What holds, mentions or resembles it is somebody else's.
  [[{ id: 1, latest: { name: OWN } }], undefined],
  [[{ id: 1, names: [OWN] }], undefined],
  [[{ id: 1, title: OWN }], undefined],
  [[{ id: 1, name: `${OWN} copy` }], undefined],
  [[{ id: 1, name: 'parent', parts: [{ id: 7, name: OWN }] }], 7],
  [[{ id: null, name: OWN }], undefined],
  [null, undefined],
  ['text', undefined],
];

const ANSWERS = [
  [{ status: 0, error: 'EOF' }, true],
  [{ status: 0, error: 'request timeout' }, true],
  [{ status: 0, error: 'connection refused' }, false],
  [{ status: 0, error: 'lookup x: no such host' }, false],
  [{ status: 500 }, true],
  [{ status: 200 }, true],
  [{ status: 299 }, true],
  [{ status: 303 }, false],
  [{ status: 409 }, false],
];

/** A service that is down is not searched again and again, nor is the log filled. */
function searches() {
  let asked = 0;
  const list = () => void (asked += 1);
  const response = /** @type {any} */ ({ status: 500, json: () => null });
  const search = (marks, lists) => searchLost({ name: 'POST /a', marks, names: ['id'], response, lists }); // prettier-ignore
  const { logged, made } = logging(() => grouping(() => search([], [list])));
  shows('without a mark', [asked, logged, made.groups]);
  const shown = /** @type {any} */ ({ json: () => ({ id: 3, code: 'c-k3j9x2' }) });
  const found = logging(() => [search(MARKS, [list, () => shown, list]), search(MARKS, [list])]);
  shows('found', [asked, found]);
  const all = logging(() => grouping(() => Array.from({ length: 25 }, () => search(MARKS, [list])))); // prettier-ignore
  shows('too often', [asked, all.logged.length, all.made.groups.length]);
}

export default function lostCreates() {
  for (const [shown, wanted] of SHOWN) {
    const found = idOfMarked(shown, MARKS, ['id', 'uuid']);
    equal(`in ${JSON.stringify(shown)}`, found, wanted);
  }
  for (const [response, wanted] of ANSWERS) {
    equal(
      `after ${JSON.stringify(response)}`,
      mayHaveCreated(/** @type {any} */ (response)),
      wanted,
    );
  }
  searches();
  const name = uniqueName('Lamp');
  const sent = { name, size: 7, note: 'Lamp', parts: [{ code: name }], none: null };
  equal('marks', marksIn(sent, isUniqueName), [
    { path: ['name'], text: name },
    { path: ['parts', '0', 'code'], text: name },
  ]);
  equal('a text as a whole', marksIn(name, isUniqueName), []);
  holds('of this iteration', isUniqueName(name));
  holds('of another one', !isUniqueName(name.replace(/\d+$/, '99')));
  holds('without a time', !isUniqueName(name.replace(/\d{13}/, 'now')));
}
