"""Mistakes in a user's own test that k6 passes, and what the verdict must say about each.

A row is a small test against a healthy service. It is found if the summary or the exit code is red
and the reason, or the error that stops the run, contains the words.
"""

from __future__ import annotations

from typing import NamedTuple

TEMPLATE = """\
import k6 from 'k6';
import { Rate, Trend } from 'k6/metrics';
import { BASE_URL } from '../lib/config.js';
import { endpoint, request } from '../lib/http.js';
import { checker } from '../lib/checker.js';
import { defineTest } from '../lib/define.js';

const HEALTH = endpoint('health', `${BASE_URL}/api/v1/health`, { kind: 'health' });
const right = checker(HEALTH.name, { status: 200 });
const wrong = checker(HEALTH.name, { fields: ['nothing'] });
const ownErrors = new Rate('own_errors');
const ownWait = new Trend('own_wait', true);
const test = defineTest({
  name: 'own',
  defaultLoad: {
    scenario: 'own',
    shape: { executor: 'constant-vus', vus: 1, duration: '1s', gracefulStop: '2s' },
  },
  endpoints: [HEALTH],
  @spec@
});
export const { options, setup, teardown, handleSummary } = test;
export default @open@
  @body@
  k6.sleep(0.2);
@close@;
"""


class Mistake(NamedTuple):
    """A test: its iteration, further members of its spec, and what the verdict must say."""

    words: str
    body: str = "right(request(HEALTH));"
    spec: str = ""
    bare: bool = False
    is_mistake: bool = True

    def script(self) -> str:
        """Return the text of the test."""
        parts = {
            "@spec@": self.spec,
            "@body@": self.body,
            "@open@": "() => {" if self.bare else "test.run(() => {",
            "@close@": "}" if self.bare else "})",
        }
        text = TEMPLATE
        for mark, part in parts.items():
            text = text.replace(mark, part)
        return text


THROW = "throw new Error('unnoticed');"
MISTAKES: dict[str, Mistake] = {
    "iteration throws": Mistake("iterations ended in an exception", THROW),
    "async iteration throws": Mistake(
        "iterations ended in an exception",
        f"right(request(HEALTH)); return Promise.resolve().then(() => {{ {THROW} }});",
    ),
    "iteration is not wrapped": Mistake("the default export is a bare function", THROW, bare=True),
    "every check fails": Mistake("checks failed", "wrong(request(HEALTH));"),
    "checks with a limit never run": Mistake(
        "'rate>0.99' was never measured",
        "request(HEALTH);",
        "thresholds: { checks: ['rate>0.99'] },",
    ),
    "endpoint never requested": Mistake("health: was never requested", ""),
    "threshold on an endpoint that is none": Mistake(
        "there is no endpoint",
        spec="thresholds: { 'http_req_duration{name:GET /typo}': ['p(95)<1'] },",
    ),
    "threshold on a kind that is none": Mistake(
        "no endpoint is of that kind",
        spec="thresholds: { 'http_req_failed{kind:api_red}': ['rate<0.01'] },",
    ),
    "threshold on a metric that is not listed": Mistake(
        "is not in `metrics`",
        spec="metrics: ['own_wait'], thresholds: { own_errors: ['rate<0.1'] },",
    ),
    "threshold without samples": Mistake(
        "'rate<0.1' was never measured", spec="thresholds: { own_errors: ['rate<0.1'] },"
    ),
    "threshold on a group that is none": Mistake(
        "was never measured", spec="thresholds: { 'group_duration{group:::cart}': ['avg<9'] },"
    ),
    "options replace the thresholds": Mistake("would replace", spec="options: { thresholds: {} },"),
    "options replace the scenarios": Mistake(
        "would replace",
        spec="options: { scenarios: { x: { executor: 'constant-vus', duration: '1s' } } },",
    ),
    "iteration longer than the run": Mistake(
        "one iteration takes longer than the run", "right(request(HEALTH)); k6.sleep(30);"
    ),
    "teardown throws": Mistake("teardown failed", spec=f"finish: () => {{ {THROW} }},"),
    "limit that aborts": Mistake(
        "own_errors: expected rate<0.1",
        "right(request(HEALTH)); ownErrors.add(true);",
        "thresholds: { own_errors: [{ threshold: 'rate<0.1', abortOnFail: true }] },",
    ),
    "share just above the limit": Mistake(
        "own_errors: expected rate<0.01",
        "right(request(HEALTH)); for (let i = 0; i < 991; i += 1) { ownErrors.add(i < 10); }",
        "thresholds: { own_errors: ['rate<0.01'] },",
    ),
    # No mistakes: these must be green.
    "times of zero": Mistake(
        "",
        "right(request(HEALTH)); ownWait.add(0);",
        "thresholds: { own_wait: ['p(95)<100'], http_req_tls_handshaking: ['p(95)<100'] },",
        is_mistake=False,
    ),
    "unusual percentile": Mistake(
        "", spec="thresholds: { http_req_duration: ['p(98)<5000'] },", is_mistake=False
    ),
    "no checks at all": Mistake("", "request(HEALTH);", is_mistake=False),
}
