import {
  addThresholds,
  buildThresholds as build,
  isBuiltIn,
  isMisspelt,
  parseKey,
  parseOverrides,
} from '../engine/plan/thresholds.js';
import { equal, expectations, outcome, shows, throws } from './expect.js';

/** All thresholds are compared as a whole as well. */
function buildThresholds(given) {
  const built = build(given);
  shows('thresholds', built);
  return built;
}

const plan = (changes) => ({
  targets: {},
  scenarios: ['smoke'],
  endpoints: [],
  stages: [],
  metrics: [],
  arrivalRate: false,
  ...changes,
});
const endpoint = (name, kind = 'api') => ({ name, kind });
const HEALTH = endpoint('health', 'health');
const LIST = endpoint('GET /items/{id}', 'api_read');

/** Those with a condition, sorted. */
const conditions = (built) =>
  Object.fromEntries(
    Object.entries(built)
      .filter(([, list]) => list.length > 0)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
const kept = (targets, changes = {}) =>
  Object.keys(conditions(buildThresholds(plan({ targets, ...changes })))).filter(
    (key) => key in targets,
  );

export const options = expectations(27);

export default function thresholds() {
  for (const key of [
    'checks',
    'a{b:c}',
    'a{b:c,d:e f}',
    'http_req_duration{name:GET /x/{id}}',
    'http_reqz',
    'own',
  ]) {
    shows(key, [parseKey(key), isBuiltIn(key), isMisspelt(key)]);
  }
  for (const key of ['', 'a b', 'a{', 'a{b}', 'a{b:}', 'a{b:c} ', '{b:c}', '1a']) {
    shows(
      `key ${key}`,
      outcome(() => parseKey(key)),
    );
  }
  buildThresholds(
    plan({
      targets: {
        http_req_failed: ['rate<0.1'],
        'http_req_failed{kind:health}': ['rate<0.2'],
        'http_req_duration{name:api}': ['p(95)<500', { threshold: 'avg<9', abortOnFail: true }],
        'http_req_duration{stage:recovery}': ['p(95)<700'],
        'checks{name:health}': ['rate>0.5'],
      },
      scenarios: ['load', 'other'],
      endpoints: [HEALTH, LIST, endpoint('GET /page', 'page'), endpoint('POST /x', 'api_write')],
      stages: ['step-1-5vus', 'recovery'],
      metrics: ['own'],
      arrivalRate: true,
    }),
  );
  equal('proof of a run', conditions(buildThresholds(plan({}))), {
    'iterations{scenario:smoke}': ['count>0'],
    script_errors: ['count<1'],
  });
  equal('dropped iterations', buildThresholds(plan({ arrivalRate: true })).dropped_iterations, [
    'count<1',
  ]);

  const targets = {
    http_req_failed: [{ threshold: 'rate<0.5', abortOnFail: true }],
    checks: ['rate>0.9'],
    'http_req_duration{name:health}': ['p(95)<100'],
    'http_req_duration{name:api}': ['p(95)<500'],
  };
  const built = buildThresholds(plan({ targets, endpoints: [HEALTH, LIST] }));
  equal('an endpoint must be called', built['http_reqs{name:health}'], ['count>0']);
  equal('an endpoint with braces too', built['http_reqs{name:GET /items/{id}}'], ['count>0']);
  equal('the overall rate may abort', built.http_req_failed, targets.http_req_failed);
  equal('one endpoint may not', built['http_req_failed{name:health}'], ['rate<0.5']);
  equal('checks of an endpoint', built['checks{name:health}'], ['rate>0.9']);
  equal('its own target', built['http_req_duration{name:health}'], ['p(95)<100']);
  equal('the target of the API', built['http_req_duration{name:GET /items/{id}}'], ['p(95)<500']);
  equal(
    'a page has no API target',
    buildThresholds(plan({ targets, endpoints: [endpoint('root', 'page')] }))[
      'http_req_duration{name:root}'
    ],
    [],
  );
  equal('shown though without a condition', built['http_req_duration{phase:main}'], []);
  equal('causes are counted', built['request_errors{name:health,cause:refused}'], []);

  equal('a name nobody has', kept({ 'http_req_duration{name:x}': ['p(95)<1'] }), []);
  equal(
    'a kind somebody has',
    kept({ 'http_req_duration{kind:health}': ['p(95)<1'] }, { endpoints: [HEALTH] }).length,
    1,
  );
  equal(
    'a kind nobody has',
    kept({ 'http_req_duration{kind:health}': ['p(95)<1'] }, { endpoints: [LIST] }),
    [],
  );
  equal(
    'a step there is',
    kept({ 'checks{stage:recovery}': ['rate>0'] }, { stages: ['recovery'] }).length,
    1,
  );
  equal(
    'checks of every step are shown',
    buildThresholds(plan({ stages: ['recovery'] }))['checks{stage:recovery}'],
    [],
  );
  equal('a step there is not', kept({ 'checks{stage:recovery}': ['rate>0'] }), []);
  equal(
    'another tag',
    kept({ 'http_req_duration{expected_response:true}': ['p(95)<1'] }).length,
    1,
  );
  equal('a metric of the test', kept({ own: ['count>0'] }, { metrics: ['own'] }).length, 1);
  equal('a metric of another test', kept({ own: ['count>0'] }), []);

  const base = { checks: ['rate>0.9'] };
  equal('added', addThresholds(base, { checks: ['rate>0.99'], http_reqs: ['rate>1'] }), {
    checks: ['rate>0.9', 'rate>0.99'],
    http_reqs: ['rate>1'],
  });
  equal('the base stays', base, { checks: ['rate>0.9'] });
  equal('nothing to override', parseOverrides(''), {});
  equal('overrides', parseOverrides(' a=p(95)<800 ; b{name:GET /x/{id}} = rate<0.1;a=max<9;'), {
    a: ['p(95)<800', 'max<9'],
    'b{name:GET /x/{id}}': ['rate<0.1'],
  });
  throws(
    'no expression',
    () => parseOverrides('checks'),
    /THRESHOLDS=checks is invalid: expected metric=expression/,
  );
  throws('no metric', () => parseOverrides('a=count>0;=x'), /expected metric=expression/);
}
