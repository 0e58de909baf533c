"""Secrets of the environment appear nowhere but in the requests themselves."""

from __future__ import annotations

import pytest
from service.testing import RunningService, free_port, running_service

from tests.support.suite_runner import PATIENT, Run, Suite

pytestmark = pytest.mark.slow

KEY = "canary-5b0c-key"
PASSWORD = "canary-91fe-password"
IN_URL = "canary-33aa-url"


@pytest.fixture
def quick(suite: Suite) -> Suite:
    """The suite, for runs of a second or two."""
    short = suite.having(VUS=1, DURATION="1s", TIME_SCALE="0.002", THINK_TIME="0.1")
    return short.having(THRESHOLDS=PATIENT)


def with_credentials(url: str) -> str:
    return url.replace("://", f"://me:{IN_URL}@")


def assert_clean(run: Run) -> None:
    """Look for every canary in everything the run left behind."""
    texts = {path.name: path.read_text(errors="replace") for path in run.folder.iterdir()}
    assert {"out.txt", "err.txt"} <= set(texts)
    for name, text in texts.items():
        found = text.find("canary")
        assert found < 0, f"{name}: {text[max(0, found - 200) : found + 200]}"


@pytest.mark.parametrize(
    "entry",
    [
        "scenarios/smoke.js",
        "scripts/api-public.js",
        "scripts/api-authenticated.js",
        "scripts/missions.js",
    ],
)
def test_a_healthy_run(quick: Suite, entry: str) -> None:
    with running_service(args=("--api-key", KEY)) as closed:
        live = quick.against(with_credentials(closed.url), AUTH_MODE="api-key", API_KEY=KEY)
        run = live.having(TEST_USER_PASSWORD=PASSWORD).run(
            entry, samples=True, flags=("--verbose",)
        )
        assert run.code == 0, run.everything
        assert_clean(run)
        if entry == "scripts/api-authenticated.js":
            headers = [pair for row in closed.stats()["recent"] for pair in row["headers"]]
            assert ["authorization", f"Bearer {KEY}"] in headers


@pytest.mark.parametrize("fault", ["error", "close", "hang", "redirect-login", "garbage"])
@pytest.mark.parametrize("mode", ["api-key", "login"])
def test_a_failing_run(quick: Suite, faulty: RunningService, mode: str, fault: str) -> None:
    faulty.set_fault(fault, skip=1)
    live = quick.against(with_credentials(faulty.url), AUTH_MODE=mode, API_KEY=KEY)
    ready = live.having(TEST_USER_PASSWORD=PASSWORD, REQUEST_TIMEOUT="1s")
    run = ready.run("scripts/api-authenticated.js", samples=True)
    assert run.code in {99, 107}
    assert_clean(run)


@pytest.mark.parametrize("entry", ["scripts/auth-flow.js", "scripts/tickets.js"])
def test_a_service_that_repeats_what_it_was_sent(quick: Suite, entry: str) -> None:
    # What does not fit is answered 422 with the body in it, and a login is no item.
    with running_service(args=("--anonymous",)) as open_service:
        live = quick.against(open_service.url, AUTH_MODE="login", LOGIN_PATH="/items")
        run = live.run(entry, samples=True, TEST_USER_PASSWORD=PASSWORD)
        recent = open_service.stats()["recent"]
    assert any(PASSWORD in row["body"] and row["status"] == 422 for row in recent)
    assert run.code in {99, 107}
    assert_clean(run)


def test_a_dead_server(quick: Suite) -> None:
    url = with_credentials(f"http://127.0.0.1:{free_port()}")
    run = quick.against(url).run("scenarios/smoke.js", samples=True)
    assert run.code == 107
    assert "http://***@127.0.0.1" in run.err
    assert_clean(run)


@pytest.mark.parametrize(
    "url",
    [
        f"http://me:{IN_URL}@shop.example.com",
        f"http://me:{IN_URL}@localhost:99999",
        f"ftp://me:{IN_URL}@localhost",
        f"me:{IN_URL}@localhost:8000",
        f"http://me:{IN_URL}@localhost:8000?x=1",
    ],
)
@pytest.mark.parametrize("entry", ["scenarios/smoke.js", "engine/commands/wait-for-service.js"])
def test_a_refused_address(suite: Suite, entry: str, url: str) -> None:
    run = suite.against(url).run(entry)
    assert run.code == 107
    assert "***@" in run.err
    assert_clean(run)


def test_waiting(suite: Suite, faulty: RunningService) -> None:
    faulty.set_fault("error", 500)
    run = suite.against(with_credentials(faulty.url), WAIT_TIMEOUT="1s").run(
        "engine/commands/wait-for-service.js"
    )
    assert run.code == 108
    assert_clean(run)
