import { prettyJson } from '../engine/summary/pretty-json.js';
import { equal, expectations } from './expect.js';

const CASES = [
  [{}, '{}'],
  [[], '[]'],
  [null, 'null'],
  ['a "b"\n', '"a \\"b\\"\\n"'],
  [{ a: [], b: { c: {} } }, '{\n  "a": [],\n  "b": {\n    "c": {}\n  }\n}'],
  [[1, [true, 'x']], '[\n  1,\n  [\n    true,\n    "x"\n  ]\n]'],
];

export const options = expectations(8);

export default function json() {
  for (const [value, text] of CASES) {
    equal(text, prettyJson(value), text);
  }
  const [deep] = CASES[4];
  equal('reads back', JSON.parse(prettyJson(deep)), deep);
  equal('undefined is null', prettyJson([undefined]), '[\n  null\n]');
}
