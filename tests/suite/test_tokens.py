"""Logins of the virtual users: how many, when renewed, and what happens when tokens die early."""

from __future__ import annotations

import json
from typing import Any

import pytest
from service.testing import RunningService, running_service

from tests.support.json_server import Answer, Received, serving_json
from tests.support.recording_server import recording
from tests.support.suite_runner import PATIENT, Run, Suite

pytestmark = pytest.mark.slow

LOGIN = "/api/v1/auth/login"
REFRESH = "/api/v1/auth/refresh"
SCRIPT = "scripts/api-authenticated.js"

FORGIVING = ";".join(
    [
        PATIENT,
        *(f"http_req_failed{tag}=rate<0.5" for tag in ("", "{kind:api_read}", "{kind:api_write}")),
    ]
)
"""A single 401 in a short run is more than one in a hundred."""


STRANGE = {
    "auth-flow": {"GET /user/me is the user who logged in"},
    "api-authenticated": {
        "GET /items/{id} returns what was created",
        "PATCH /items/{id} returns what was changed",
    },
}
"""Checks that tell the answers of somebody else from one's own."""


def signed_in(suite: Suite, service: RunningService, **settings: Any) -> Suite:
    live = suite.against(service.url, AUTH_MODE="login", THRESHOLDS=PATIENT)
    short = live.having(VUS=1, DURATION="2s", TIME_SCALE="0.005", THINK_TIME="0.05")
    return short.having(**settings)


def retries(run: Run) -> int:
    return sum(row.metric == "auth_retries" for row in run.samples())


def test_each_user_logs_in_once(suite: Suite) -> None:
    with running_service(args=("--record", "10000")) as attentive:
        run = signed_in(suite, attentive, VUS=3, DURATION="1s").run(SCRIPT, samples=True)
        bodies = [row["body"] for row in attentive.stats()["recent"] if row["path"] == LOGIN]
    assert run.code == 0, run.everything
    assert run.summary["metrics"]["iterations"] > 6
    assert retries(run) == 0
    # One each, and one in setup to find out before the load whether it works.
    assert len(bodies) == 4
    assert len(set(bodies)) == 3


def test_tokens_are_renewed_before_they_expire(suite: Suite) -> None:
    # They say two seconds and live a little less: at least a tenth has to be left.
    with running_service(args=("--token-lifetime", "2"), faults={"token-life": 1.9}) as strict:
        run = signed_in(suite, strict, DURATION="4s").run(SCRIPT, samples=True)
        assert run.code == 0, run.everything
        assert run.summary["metrics"]["errors"] == 0
        assert retries(run) == 0
        assert strict.count("POST", REFRESH) >= 2
        assert strict.count("POST", LOGIN) == 2


@pytest.mark.parametrize("seconds", [-600, 600])
def test_the_clock_of_the_issuer_counts(suite: Suite, faulty: RunningService, seconds: int) -> None:
    """Ten minutes behind, every token looks as if it had ended; ahead, as if it lasted longer."""
    faulty.set_fault("token-clock", seconds)
    faulty.set_fault("token-life", 3)
    run = signed_in(suite, faulty, DURATION="2s").run(SCRIPT, samples=True)
    assert run.code == 0, run.everything
    assert run.summary["metrics"]["iterations"] > 3
    assert faulty.count("POST", REFRESH) <= 2
    assert retries(run) == 0
    assert "tokens: renewed" not in run.out


def test_answers_about_somebody_else_are_no_success(suite: Suite, faulty: RunningService) -> None:
    faulty.set_fault("stranger", True)
    live = signed_in(suite, faulty, DURATION="1s")
    runs = {
        script: live.start(f"scripts/{script}.js") for script in ("auth-flow", "api-authenticated")
    }
    for script, running in runs.items():
        run = running.wait()
        assert run.code == 99, run.everything
        failed = {check["name"] for check in run.summary["failedChecks"]}
        assert failed == STRANGE[script], run.everything


@pytest.mark.parametrize("shape", ["list", "wrong-types"])
def test_an_answer_that_can_be_about_nobody_is_no_success(
    suite: Suite, faulty: RunningService, shape: str
) -> None:
    faulty.set_fault(shape, True, only="/api/v1/user/me")
    run = signed_in(suite, faulty, DURATION="1s").run("scripts/auth-flow.js")
    assert run.code == 99, run.everything
    failed = {check["name"] for check in run.summary["failedChecks"]}
    assert failed == STRANGE["auth-flow"], run.everything


@pytest.mark.parametrize(
    ("me", "is_fine"),
    [
        ({"email": {"address": "A@example.com", "verified": True}}, True),
        ({"data": {"mail": [{"value": "b@example.com"}, {"value": "a@example.com"}]}}, True),
        ({"email": None, "username": "somebody"}, True),
        ({"email": {"address": "b@example.com"}}, False),
        ({"email": {"verified": True}}, False),
        ({"email": 7}, False),
    ],
)
def test_an_address_in_any_shape(suite: Suite, me: dict[str, object], is_fine: bool) -> None:
    answers = {
        "GET /health": (200, {"status": "ok"}),
        "POST /login": (200, {"access_token": "t", "expires_in": 600}),
        "GET /me": (200, me),
    }
    with recording(answers) as server:
        live = suite.against(server.url, API_PREFIX="/", AUTH_MODE="login", THRESHOLDS=PATIENT)
        user = live.having(TEST_USER_EMAIL="a@example.com", TEST_USER_PASSWORD="pw")
        paths = user.having(LOGIN_PATH="/login", ME_PATH="/me", REFRESH_PATH="/none")
        run = paths.having(VUS=1, DURATION="1s", TIME_SCALE="0.005").run("scripts/auth-flow.js")
    failed = {check["name"] for check in run.summary["failedChecks"]}
    assert failed == (set() if is_fine else {"GET /me is the user who logged in"}), run.everything


@pytest.mark.parametrize(("cookie", "token"), [("abc%3D%3d", "abc=="), ("50%", "50%")])
def test_the_token_of_a_cookie_is_decoded(suite: Suite, cookie: str, token: str) -> None:
    """As it stands if its service does not encode it."""
    logins: list[Received] = []

    def site(request: Received) -> Answer:
        if request.path != "/login":
            return 200, {"status": "ok"}, {}
        if request.method == "GET":
            return 200, {}, {"Set-Cookie": f"XSRF-TOKEN={cookie}; Path=/"}
        logins.append(request)
        return 200, {}, {"Set-Cookie": "session=7; Path=/"}

    with serving_json(site) as url:
        live = suite.against(url, API_PREFIX="/", AUTH_MODE="session", LOGIN_PATH="/login")
        run = live.run(SCRIPT, VUS=1, DURATION="1s", TIME_SCALE="0.005", TEST_USER_PASSWORD="pw")
    assert logins, run.everything
    assert {login.headers.get("x-xsrf-token") for login in logins} == {token}


@pytest.mark.parametrize("how", ["401", "500", "no-token"])
def test_without_refresh_the_password_serves(suite: Suite, how: str) -> None:
    with running_service(args=("--token-lifetime", "1"), faults={"refresh": how}) as strict:
        run = signed_in(suite, strict, THRESHOLDS=FORGIVING).run(SCRIPT)
        assert run.code == 0, run.everything
        assert strict.count("POST", LOGIN) >= 3


def test_tokens_that_do_not_outlast_their_iteration_are_named(suite: Suite) -> None:
    with running_service(args=("--token-lifetime", "1")) as strict:
        run = signed_in(suite, strict, THINK_TIME="1", THRESHOLDS=FORGIVING).run(SCRIPT)
    renewals, iterations = run.summary["renewals"], run.summary["metrics"]["iterations"]
    assert 2 * renewals > iterations
    assert f"tokens: renewed {renewals} times in {iterations} iterations: they last for" in run.out


def test_a_token_that_dies_early_costs_one_retry(suite: Suite, faulty: RunningService) -> None:
    faulty.set_fault("token-life", 1)
    running = signed_in(suite, faulty, THRESHOLDS=FORGIVING).start(SCRIPT, samples=True)
    running.wait_for(lambda: faulty.count("POST", LOGIN) == 2)
    faulty.set_fault("token-life", False)
    run = running.wait()
    assert run.code == 0, run.everything
    assert retries(run) == 1
    assert run.summary["metrics"]["errorTypes"] == {"auth": 1}
    assert run.summary["failedChecks"] == []
    # How old it was is learned: later ones are renewed in time.
    assert 1 <= faulty.count("POST", REFRESH) <= 3


def test_a_service_that_drops_every_token_is_red(suite: Suite, faulty: RunningService) -> None:
    faulty.set_fault("token-life", 0)
    run = signed_in(suite, faulty, DURATION="1s").run(SCRIPT)
    assert run.code == 99
    assert "not authorised" in run.reasons
    requests = run.summary["metrics"]["requests"]
    # One retry for each request, never a second.
    assert faulty.count("POST", LOGIN) + faulty.count("POST", REFRESH) <= requests / 2 + 2


@pytest.mark.parametrize(
    ("how", "cause"),
    [("401", "not authorised"), ("500", "server error"), ("no-token", "lacks required data")],
)
def test_a_login_that_breaks_mid_run_is_named(
    suite: Suite, faulty: RunningService, how: str, cause: str
) -> None:
    faulty.set_fault("login", how, skip=1)
    run = signed_in(suite, faulty, DURATION="1s").run(SCRIPT)
    assert run.code == 99
    [reason] = [text for text in run.summary["reasons"] if text.startswith("auth login: ")]
    assert cause in reason
    assert run.summary["metrics"]["scriptErrors"] == 0
    assert "exception" not in run.reasons + run.err
    assert "auth login" in run.err
    assert "loadtest123" not in run.err + run.out + run.summary_text
    assert len(run.err) < 20_000


def test_a_login_that_works_stays_out_of_the_results(suite: Suite, faulty: RunningService) -> None:
    run = signed_in(suite, faulty, DURATION="1s").run(SCRIPT)
    assert "auth login" not in [row["name"] for row in run.summary["endpoints"]]
    [row] = [row for row in run.summary["thresholds"] if row["metric"].startswith("support_")]
    assert (row["ok"], row["measured"], row["value"]) == (True, True, 0)


def test_a_refused_login_is_not_asked_again_at_full_speed(
    suite: Suite, faulty: RunningService
) -> None:
    faulty.set_fault("login", "401", skip=1)
    run = signed_in(suite, faulty, DURATION="2s", THINK_TIME="0.5").run(SCRIPT)
    assert run.code == 99
    # Half a second at least between two, so five at most in two seconds, and the one of set-up.
    assert faulty.count("POST", LOGIN) <= 8


def test_users_do_not_renew_all_at_once(suite: Suite) -> None:
    # Started together, ten users whose tokens live five seconds renew within half a second or more.
    with running_service(args=("--token-lifetime", "5")) as calm:
        ready = signed_in(suite, calm, VUS=10, DURATION="7s", THINK_TIME="0.02")
        run = ready.run(SCRIPT, samples=True)
    assert run.code == 0, run.everything
    renewals = [moment for name, moment in moments(run) if name == "auth refresh"]
    assert len(renewals) >= 10
    assert max(renewals) - min(renewals) > 0.15


def moments(run: Run) -> list[tuple[str, float]]:
    """Return endpoint and time (seconds) of each request."""
    rows = [json.loads(line) for line in run.samples_text.splitlines()]
    samples = [r["data"] for r in rows if r["metric"] == "http_reqs" and r["type"] == "Point"]
    return [(data["tags"]["name"], seconds_of_day(data["time"])) for data in samples]


def seconds_of_day(time: str) -> float:
    """Return the seconds since midnight of a time with nanoseconds, which Python cannot parse."""
    hours, minutes, seconds = time[11:].rstrip("Z").split("+")[0].split(":")
    return int(hours) * 3600 + int(minutes) * 60 + float(seconds)


def test_a_key_needs_no_login(suite: Suite, faulty: RunningService) -> None:
    run = signed_in(suite, faulty, AUTH_MODE="api-key", DURATION="1s").run(SCRIPT)
    assert run.code == 0
    assert faulty.count("POST", LOGIN) == 0
