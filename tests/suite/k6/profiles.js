import {
  namedStages,
  openModel,
  peakRate,
  peakVus,
  plannedMs,
  rescale,
} from '../engine/plan/profiles.js';
import { combinations, equal, expectations, outcome, shows } from './expect.js';

const ramp = (start, ...stages) => ({
  executor: 'ramping-vus',
  startVUs: start,
  stages: stages.map(([duration, target]) => ({ duration, target })),
});
const pairs = (shape) => shape.stages.map(({ duration, target }) => [duration, target]);
const names = (shape) => namedStages(shape).map(({ name, endsAt }) => [name, endsAt]);

const load = ramp(0, ['2m', 50], ['5m', 50], ['2m', 0]);
const spike = ramp(0, ['1m', 5], ['10s', 100], ['3m', 100], ['10s', 5], ['3m', 5], ['1m', 0]);
const arrivals = {
  executor: 'ramping-arrival-rate',
  startRate: 10,
  timeUnit: '1s',
  preAllocatedVUs: 20,
  maxVUs: 100,
  stages: [
    { duration: '1m', target: 50 },
    { duration: '1m', target: 50 },
  ],
};
const rate = {
  executor: 'constant-arrival-rate',
  rate: 50,
  duration: '15m',
  preAllocatedVUs: 20,
  maxVUs: 100,
};
const constant = { executor: 'constant-vus', vus: 20, duration: '30m' };

export const options = expectations(38);

const SHAPES = [
  load,
  spike,
  arrivals,
  rate,
  constant,
  ramp(3, ['0s', 9], ['30s', 9], ['1m', 1], ['0s', 4], ['90s', 4]),
  { ...arrivals, timeUnit: '1m', maxVUs: undefined },
  { ...rate, timeUnit: '30s' },
  { executor: 'per-vu-iterations', vus: 3, iterations: 5, maxDuration: '2m' },
  { executor: 'shared-iterations', vus: 2, iterations: 9 },
  { executor: 'ramping-vus', stages: ramp(0, ['9s', 2], ['1m', 2], ['9s', 6]).stages },
];

/** Every shape with every change of it. */
function all() {
  for (const shape of SHAPES) {
    const facts = [peakVus(shape), peakRate(shape), plannedMs(shape), namedStages(shape)];
    shows(`facts of ${JSON.stringify(shape)}`, facts);
    for (const [vus, duration, timeScale] of combinations(
      [undefined, 1, 7, 333],
      [undefined, '90s'],
      [0.02, 1, 2.5],
    )) {
      shows('rescaled', rescale(shape, { vus, duration, timeScale }));
    }
    for (const more of [undefined, { vus: 9 }, { most: 12 }]) {
      shows(
        'open model',
        outcome(() => openModel(shape, 40, more)),
      );
    }
  }
}

export default function profiles() {
  all();
  equal('peak of a ramp', peakVus(load), 50);
  equal('peak may be the start', peakVus(ramp(70, ['1m', 5])), 70);
  equal('peak of a constant', peakVus(constant), 20);
  equal('peak of a rate is its pool', peakVus(rate), 100);
  equal('no rate of users', peakRate(load), 0);
  equal('highest rate', peakRate(rate), 50);
  equal('highest rate of a ramp', peakRate({ ...arrivals, startRate: 70 }), 70);
  equal('rate per second', peakRate({ ...arrivals, timeUnit: '500ms' }), 100);
  equal('peak of a rate without maximum', peakVus({ ...rate, maxVUs: undefined }), 20);
  equal('length of a ramp', plannedMs(load), 540_000);
  equal('length of a constant', plannedMs(constant), 1_800_000);

  equal('nothing asked, nothing changed', rescale(load, { timeScale: 1 }), load);
  equal('the original stays', pairs(rescale(load, { vus: 5, timeScale: 2 })) && pairs(load)[0], [
    '2m',
    50,
  ]);
  equal(
    'users in proportion',
    pairs(rescale(spike, { vus: 50, timeScale: 1 })).map(([, n]) => n),
    [3, 50, 50, 3, 3, 0],
  );
  equal(
    'never down to nobody',
    pairs(rescale(spike, { vus: 2, timeScale: 1 })).map(([, n]) => n),
    [1, 2, 2, 1, 1, 0],
  );
  equal(
    'start in proportion',
    rescale(ramp(10, ['1m', 20]), { vus: 40, timeScale: 1 }).startVUs,
    20,
  );
  equal('start from nobody stays', rescale(load, { vus: 500, timeScale: 1 }).startVUs, 0);
  equal('duration sets the hold', pairs(rescale(load, { duration: '10m', timeScale: 1 })), [
    ['2m', 50],
    ['10m', 50],
    ['2m', 0],
  ]);
  equal(
    'every hold',
    pairs(rescale(spike, { duration: '9s', timeScale: 1 })).map(([d]) => d),
    ['1m', '10s', '9s', '10s', '9s', '1m'],
  );
  equal(
    'a hold from the start',
    pairs(rescale(ramp(5, ['1m', 5], ['1m', 0]), { duration: '7s', timeScale: 1 })),
    [
      ['7s', 5],
      ['1m', 0],
    ],
  );
  equal(
    'an idle stage is no hold',
    pairs(rescale(ramp(0, ['1m', 0], ['1m', 5], ['1m', 5]), { duration: '7s', timeScale: 1 })).map(
      ([d]) => d,
    ),
    ['1m', '1m', '7s'],
  );
  equal(
    'no hold: all of it',
    plannedMs(rescale(ramp(0, ['1m', 5], ['1m', 0]), { duration: '30s', timeScale: 1 })),
    30_000,
  );
  equal(
    'time scale',
    pairs(rescale(load, { timeScale: 0.05 })).map(([d]) => d),
    ['6s', '15s', '6s'],
  );
  equal(
    'time scale and duration',
    pairs(rescale(load, { duration: '2s', timeScale: 0.05 })).map(([d]) => d),
    ['6s', '2s', '6s'],
  );
  equal(
    'constant users and duration',
    rescale(constant, { vus: 3, duration: '9s', timeScale: 1 }),
    { ...constant, vus: 3, duration: '9s' },
  );
  equal('constant and time scale', rescale(constant, { timeScale: 0.5 }).duration, '15m');
  equal('a second at least', rescale(constant, { timeScale: 0.0001 }).duration, '1s');
  const busier = rescale(rate, { vus: 50, timeScale: 1 });
  equal('rate in proportion', [busier.rate, busier.preAllocatedVUs, busier.maxVUs], [25, 10, 50]);
  const faster = rescale(arrivals, { vus: 200, duration: '5s', timeScale: 0.5 });
  equal('ramping rate', [faster.startRate, faster.preAllocatedVUs, faster.maxVUs], [20, 40, 200]);
  equal('ramping rate stages', pairs(faster), [
    ['30s', 100],
    ['5s', 100],
  ]);

  equal('one level has no steps', names(load), []);
  equal('a constant has no steps', names(constant), []);
  equal(
    'a stress test',
    names(ramp(0, ['1m', 50], ['1m', 50], ['1m', 100], ['1m', 100], ['1m', 0])),
    [
      ['step-1-50vus', 120_000],
      ['step-2-100vus', 240_000],
      ['ramp-down', 300_000],
    ],
  );
  equal(
    'a spike',
    names(spike).map(([name]) => name),
    ['step-1-5vus', 'step-2-100vus', 'recovery', 'ramp-down'],
  );
  equal(
    'ends of a spike',
    names(spike).map(([, ms]) => ms / 1000),
    [60, 250, 440, 500],
  );
  equal(
    'rates',
    names({
      ...arrivals,
      stages: [
        { duration: '1m', target: 5 },
        { duration: '1m', target: 9 },
      ],
    }).map(([n]) => n),
    ['step-1-5rate', 'step-2-9rate'],
  );
  equal('as few users as stages', names(rescale(spike, { vus: 1, timeScale: 1 })), []);
  equal(
    'two peaks',
    names(ramp(0, ['1m', 5], ['1m', 9], ['1m', 5], ['1m', 9], ['1m', 0])).map(([n]) => n),
    ['step-1-5vus', 'step-2-9vus', 'recovery', 'step-4-9vus', 'ramp-down'],
  );
}
