// The tag of the load step that an iteration starts in.

import exec from 'k6/execution';
import { withStage } from '../engine/vu/stage-tag.js';
import { expectations, shows } from './expect.js';

export const options = expectations(0);

const step = (name, endsAt) => ({ name, endsAt });
const STEPS = [
  [step('one', 9)],
  [step('none', 0), step('two', 9)],
  [step('none', 0), step('two', 9), step('last', 0)],
  [step('none', 0), step('last', 0)],
];

export default function stages() {
  const tags = exec.vu.metrics.tags;
  for (const steps of STEPS) {
    delete tags.stage;
    const iteration = withStage(steps, (data) => `${data} in ${tags.stage}`);
    const first = iteration('first');
    tags.stage = 'other';
    shows(JSON.stringify(steps), [first, iteration('second')]);
  }
}
