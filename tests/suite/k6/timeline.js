// The course of a run: slices of time, what a VU counts and samples, what the summary makes of it.

import { plannedCourse, timelinePlan, timelineThresholds } from '../engine/plan/timeline.js';
import { edgesOf, timelineOf } from '../engine/summary/timeline.js';
import { recording, sliceAt } from '../engine/vu/timeline.js';
import { equal, expectations, holds, shows } from './expect.js';

export const options = expectations(24);

const plan = {
  every: 1,
  gapMs: 60_000,
  count: 4,
  durationMs: 40_000,
  bend: 1,
  names: ['GET /a', 'GET /b'],
  ignored: ['login'],
  planned: { what: 'Planned users', values: [1, 2, 3, 4] },
};

/** A trend whose samples are all alike. */
const trend = (ms, count) => ({
  type: 'trend',
  values: new Proxy({ count }, { get: (values, key) => values[key] ?? ms }),
});
const counter = (count) => ({ type: 'counter', values: { count } });

/** What k6 hands over of one endpoint in one slice. */
const cell = (name, slice, requests, failed, ms, samples = requests) => ({
  [`timeline_requests{name:${name},slice:${slice}}`]: counter(requests),
  [`timeline_failures{name:${name},slice:${slice}}`]: counter(failed),
  [`timeline_duration{name:${name},slice:${slice}}`]: trend(ms, samples),
});

function slices() {
  equal('evenly long', edgesOf(plan), [0, 10_000, 20_000, 30_000, 40_000]);
  equal('shorter at the start', edgesOf({ ...plan, bend: 2 }), [0, 2500, 10_000, 22_500, 40_000]);
  for (const bend of [1, 2]) {
    const edges = edgesOf({ ...plan, bend });
    const found = edges.slice(0, -1).map((edge) => sliceAt({ ...plan, bend }, edge + 1));
    equal(`edges and slices agree, bend ${bend}`, found, [0, 1, 2, 3]);
  }
  equal('what comes after the planned end is part of the last one', sliceAt(plan, 99_000), 3);
  equal('and what comes too early of the first one', sliceAt(plan, -5), 0);
}

function counts() {
  let recorder;
  recording(plan, (made) => (recorder = made))(Date.now() - 15_000);
  const course = recorder.courseOf('GET /a');
  holds('the same course for the same name', course === recorder.courseOf('GET /a'));
  holds('the first request is sampled', Date.now() >= course.nextAt);
  course.requests += 1;
  recorder.record(course, 12);
  equal('in the slice of its time', course.tags, { name: 'GET /a', slice: '1' });
  equal('what was handed on is not counted again', [course.requests, course.failed], [0, 0]);
  holds('the next one not yet', Date.now() < course.nextAt);
  for (const [requests, failed, ms] of [
    [5, 2, 0],
    [3, 0, 9],
  ]) {
    Object.assign(course, { requests, failed });
    recorder.record(course, ms);
    equal('handed on', [course.requests, course.failed], [0, 0]);
  }
  equal('logins are not measured', recorder.courseOf('login').nextAt > Date.now(), true);
  holds('nor unknown endpoints', recorder.courseOf('GET /c').nextAt > Date.now());
}

function courses() {
  const metrics = {
    ...cell('GET /a', 0, 10, 0, 5),
    ...cell('GET /a', 1, 30, 15, 9, 2),
    ...cell('GET /b', 1, 10, 0, 100),
  };
  const endpoints = [
    { name: 'GET /a', requests: 80, errors: 20 },
    { name: 'GET /b', requests: 10, errors: 1 },
  ];
  const {
    at,
    sampled,
    requests,
    planned,
    all,
    endpoints: found,
  } = timelineOf(metrics, plan, endpoints, 25_000);
  equal('slices that took place', at, [10, 20, 25]);
  equal('samples', sampled, 22);
  equal('requests', requests, 90);
  equal('planned load', planned.values, [1, 2, 3]);
  const [a, b] = found;
  equal('rates add up to the exact total', a.rate, [2, 6, 0]);
  equal('so do failures', a.failed, [0, 33.33, null]);
  equal(
    'latency',
    [a.p50, a.p95, a.max],
    [
      [5, 9, null],
      [5, 9, null],
      [5, 9, null],
    ],
  );
  equal('failures that no VU recorded have no time', b.failed, [null, null, null]);
  equal('all together', all.rate, [2, 7, 0]);
  equal('percentiles weigh endpoints by their requests, not by samples', all.p50[1], 9);
  holds('the slow one is among the slowest 5 %', all.p95[1] === 100);
  equal('nothing recorded', timelineOf({}, plan, endpoints, 25_000), null);
  equal('not asked for', timelineOf(metrics, undefined, endpoints, 25_000), null);
}

const PLAN = (vus, seconds, endpoints = 1, more = {}) => {
  const shape = { executor: 'constant-vus', vus, duration: `${seconds}s`, ...more };
  const names = Array.from({ length: endpoints }, (_, i) => ({ name: `e${i}` }));
  const load = /** @type {any} */ ({ shape, companions: [], durationMs: seconds * 1000 });
  return timelinePlan(
    /** @type {any} */ ({ endpoints: names, support: [{ name: 'login' }] }),
    load,
  );
};

/** VUs, seconds, endpoints, and what follows: who records, milliseconds between samples, slices. */
const RECORDED = [
  [1, 60, 1, [1, 7, 60]],
  [50, 60, 1, [1, 333, 60]],
  [51, 60, 1, [2, 333, 60]],
  [101, 600, 1, [3, 333, 60]],
  [10, 30, 1, [1, 67, 30]],
  [10, 0.5, 1, [1, 67, 1]],
  [10, 60, 20, [1, 1600, 30]],
  [10, 60, 50, [1, 4000, 12]],
  [10, 60, 51, [1, 2400, 20]],
];

/** At init: it loads what makes the metrics. */
const CELLS = timelineThresholds(plan);

/** Shape, and what it plans for four slices of ten seconds. */
const SHAPES = [
  [{ executor: 'constant-vus', vus: 7, duration: '40s' }, [7, 7, 7, 7]],
  [{ startVUs: 10, stages: [{ duration: '20s', target: 30 }] }, [15, 25, 30, 30]],
  [
    {
      stages: [
        { duration: '10s', target: 20 },
        { duration: '20s', target: 20 },
        { duration: '10s', target: 0 },
      ],
    },
    [10, 20, 20, 10],
  ],
  [{ preAllocatedVUs: 1, rate: 120_000, timeUnit: '1m' }, [2000, 2000, 2000, 2000]],
  [{ preAllocatedVUs: 1, startRate: 4, stages: [{ duration: '40s', target: 12 }] }, [5, 7, 9, 11]],
];

/** Whole plans and courses. */
function whole() {
  for (const vus of [1, 40, 120, 900]) {
    for (const seconds of [5, 61, 3600, 90_000]) {
      for (const endpoints of [1, 12, 75]) {
        shows(`${vus} VUs, ${seconds} s, ${endpoints}`, PLAN(vus, seconds, endpoints));
      }
    }
  }
  for (const [shape] of SHAPES) {
    for (const changed of [plan, { ...plan, bend: 2 }, { ...plan, count: 3, durationMs: 55_000 }]) {
      shows(`course of ${JSON.stringify(shape)}`, [
        plannedCourse(changed, shape),
        edgesOf(changed),
      ]);
    }
  }
  const metrics = {
    ...cell('GET /a', 0, 10, 1, 5.4321, 3),
    ...cell('GET /a', 1, 30, 15, 9, 2),
    ...cell('GET /a', 3, 7, 0, 11),
    ...cell('GET /b', 1, 10, 0, 100),
    ...cell('GET /b', 2, 0, 0, 0),
    ...cell('GET /b', 3, 2, 0, 7, 0),
  };
  for (const ranMs of [9_000, 25_000, 40_000, 47_000]) {
    for (const [requests, errors] of [
      [47, 16],
      [90, 20],
      [0, 0],
    ]) {
      const endpoints = [
        { name: 'GET /a', requests, errors },
        { name: 'GET /b', requests: 10, errors: 0 },
      ];
      shows(`timeline ${ranMs} ${requests}`, timelineOf(metrics, plan, endpoints, ranMs));
    }
  }
}

function plans() {
  for (const [shape, wanted] of SHAPES) {
    const { what, values } = plannedCourse(plan, shape);
    equal(`planned: ${JSON.stringify(shape)}`, values, wanted);
    equal('its name', what.startsWith('Planned iter'), 'preAllocatedVUs' in shape);
  }
  for (const [vus, seconds, endpoints, wanted] of RECORDED) {
    const { every, gapMs, count } = PLAN(vus, seconds, endpoints);
    equal(`recorded: ${vus} VUs, ${seconds} s, ${endpoints}`, [every, gapMs, count], wanted);
  }
  equal('many endpoints share one', PLAN(1, 60, 51).names.slice(28), ['e28', 'other endpoints']);
  equal('all have their own', PLAN(1, 60, 50).names.length, 50);
  equal('logins are ignored', PLAN(1, 60).ignored, ['login']);
  equal(
    'iterations start quickly',
    [PLAN(1, 60).bend, PLAN(1, 60, 1, { iterations: 5 }).bend],
    [1, 2],
  );
  equal('nothing to record', PLAN(1, 60, 0), undefined);
  equal('no plan', plannedCourse(undefined, SHAPES[0][0]).values, []);
  const cells = Object.keys(CELLS);
  equal('a sub-metric for each slice', cells.length, 3 * 2 * 4);
  equal('the last', cells.pop(), 'timeline_failures{name:GET /b,slice:3}');
}

export default function () {
  whole();
  plans();
  slices();
  counts();
  courses();
}

/** What was handed on. */
export const handleSummary = ({ metrics }) => {
  const of = (name) => metrics[`timeline_${name}`]?.values;
  const { min, max } = of('duration');
  shows('recorded', [min, max, of('requests').count, of('failures').count]);
  return {};
};
