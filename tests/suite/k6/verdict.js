// How the summary turns the metrics of a run into a verdict.

import { stepsSentence } from '../engine/report/format.js';
import { findings } from '../engine/summary/verdict.js';
import { equal, expectations, holds } from './expect.js';

const TIME = { ranMs: 60_000, plannedMs: 60_000 };
const figures = (changes = {}) => ({
  name: 'x',
  requests: 10,
  requestRate: 1,
  errors: 0,
  errorRate: 0,
  errorTypes: {},
  checks: { passes: 10, fails: 0 },
  duration: { avg: 1, min: 1, p50: 1, p90: 1, p95: 1, p99: 1, max: 1 },
  ...changes,
});
const threshold = (metric, expression, changes = {}) => ({
  metric,
  expression,
  ok: true,
  value: 1,
  unit: '',
  measured: true,
  ...changes,
});
const evidence = (changes = {}) => ({
  metrics: {
    ...figures(),
    iterations: 10,
    droppedIterations: 0,
    scriptErrors: 0,
    dataReceived: 1,
    dataSent: 1,
  },
  endpoints: [figures({ name: 'health' })],
  stages: [],
  thresholds: [threshold('checks', 'rate>0.9')],
  failedChecks: [],
  ...changes,
});
const reasons = (changes, time = TIME) => findings(evidence(changes), time).reasons;

export const options = expectations(28);

export default function verdict() {
  equal('nothing to complain about', findings(evidence(), TIME), {
    reasons: [],
    breakingStage: null,
  });
  const idle = evidence();
  idle.metrics.iterations = 0;
  holds('no iteration', /^no iteration was completed/.test(findings(idle, TIME).reasons[0]));
  holds(
    'cut short',
    /^cut short: ran 30s of 1m/.test(reasons({}, { ranMs: 30_000, plannedMs: 60_000 })[0]),
  );
  equal('rounding is not cut short', reasons({}, { ranMs: 58_900, plannedMs: 60_000 }), []);
  holds('just too short', reasons({}, { ranMs: 57_000, plannedMs: 60_000 }).length === 1);
  equal('a long end is fine', reasons({}, { ranMs: 90_000, plannedMs: 60_000 }), []);

  holds(
    'a threshold without samples',
    /health_duration.*never measured/.test(
      reasons({
        thresholds: [threshold('health_duration', 'p(95)<100', { measured: false, value: null })],
      })[0],
    ),
  );
  holds(
    'a crossed one',
    /^http_req_failed: expected rate<0.01, got 0.5/.test(
      reasons({
        thresholds: [threshold('http_req_failed', 'rate<0.01', { ok: false, value: 0.5 })],
      })[0],
    ),
  );
  holds(
    'exceptions',
    /^3 iterations ended in an exception/.test(
      reasons({ thresholds: [threshold('script_errors', 'count<1', { ok: false, value: 3 })] })[0],
    ),
  );

  const crossed = (name, metric = 'http_req_failed') =>
    threshold(`${metric}{name:${name}}`, 'rate<0.01', { ok: false });
  const failing = figures({
    name: 'GET /items',
    errors: 5,
    errorRate: 50,
    errorTypes: { timeout: 5 },
    checks: { passes: 5, fails: 5 },
  });
  const fine = figures({ name: 'GET /items/{id}' });
  const [reason, ...others] = reasons({
    endpoints: [failing, fine],
    thresholds: [crossed('GET /items')],
    failedChecks: [
      { name: 'GET /items/{id} status is 200', passes: 0, fails: 9 },
      { name: 'GET /items status is 200', passes: 5, fails: 5 },
    ],
  });
  equal('only the failing endpoint', others, []);
  holds('is named', reason.startsWith('GET /items: '));
  holds('with the share', reason.includes('50% of 10'));
  holds('and the cause', reason.includes('no answer in time'));
  holds('and its own check', reason.includes("'GET /items status is 200'"));
  holds('and no check of its neighbour', !reason.includes('{id}'));
  holds(
    'never requested',
    /never requested/.test(
      reasons({
        endpoints: [figures({ name: 'x', requests: 0, duration: null })],
        thresholds: [crossed('x', 'http_reqs')],
      })[0],
    ),
  );
  holds(
    'too slow',
    /^x: too slow, p95 1 ms/.test(
      reasons({ endpoints: [figures()], thresholds: [crossed('x', 'http_req_duration')] })[0],
    ),
  );

  const { breakingStage } = findings(
    evidence({
      stages: [
        figures({ name: 'one' }),
        figures({ name: 'two', errors: 1 }),
        figures({ name: 'three', errors: 9 }),
      ],
      thresholds: [threshold('http_req_failed', 'rate<0.01')],
    }),
    TIME,
  );
  equal('the first step that broke', breakingStage.name, 'two');

  const step = (name, passes, more = {}) =>
    figures({ name, checks: { passes, fails: 10 - passes }, ...more });
  const stepOf = (stages, thresholds, time = TIME) =>
    findings(evidence({ stages, thresholds }), time).breakingStage;
  const checked = [threshold('checks', 'rate > 0.8')];
  equal('checks of a step', stepOf([step('one', 9), step('two', 8)], checked), {
    name: 'two',
    reason: 'checks rate was 0.8, target rate > 0.8',
  });
  equal(
    'steps without checks',
    stepOf([figures({ checks: { passes: 0, fails: 0 } })], checked),
    null,
  );
  equal(
    'at most is met at the limit',
    stepOf([step('one', 8)], [threshold('checks', 'rate>=0.8')]),
    null,
  );
  equal(
    'a median of a step',
    stepOf([step('one', 9)], [threshold('http_req_duration', 'p(50)<1')]).reason,
    'http_req_duration p(50) was 1, target p(50)<1',
  );
  const ofRecovery = [
    threshold('http_req_duration{stage:recovery}', 'p(95)<500', { ok: false, value: 612.5 }),
  ];
  equal('a limit of one step', stepOf([step('one', 9), step('recovery', 9)], ofRecovery), {
    name: 'recovery',
    reason: 'http_req_duration p(95) was 612.5, target p(95)<500',
  });
  equal('limits of other steps', stepOf([step('one', 9)], ofRecovery), null);
  const never = step('recovery', 9, { requests: 0 });
  equal(
    'a step that was not reached',
    stepOf([never], ofRecovery, { ranMs: 30_000, plannedMs: 60_000 }),
    null,
  );

  const said = (passed, breaking = null) => stepsSentence({ passed, breakingStage: breaking });
  equal('green', said(true), 'every step met the targets');
  equal('red for another reason', said(false), 'no single step is beyond the targets by itself');
  equal(
    'a step to name',
    said(true, { name: 'two', reason: 'why' }),
    'first step beyond the targets: two (why)',
  );
}
