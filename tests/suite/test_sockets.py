"""The WebSocket test, in both protocols: green when all is well, else red with the cause."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from service.testing import RunningService, free_port, running_service

from tests.suite import figures
from tests.suite.running import SCENARIOS, Run, Sample, Suite, scale_of

pytestmark = pytest.mark.slow

ENTRY = "scripts/websocket.js"
PROTOCOLS = ("raw", "socketio")
NAME = "websocket"
CANARY = "canary-77ad-key"
HOST = "sockets.example.com"
BUSY = "ws_message_latency=p(95)<5000"
"""THRESHOLDS for runs whose verdict must not depend on how busy this machine is."""

both = pytest.mark.parametrize("protocol", PROTOCOLS)


def talking(suite: Suite, url: str, protocol: str) -> Suite:
    """The suite with two users for some seconds."""
    usual = suite.against(url, WS_PROTOCOL=protocol, PROFILE="smoke", VUS=2, DURATION="2s")
    return usual.having(THRESHOLDS=BUSY)


def assert_green(run: Run) -> None:
    assert run.code == 0, run.everything
    assert run.passed, run.reasons
    assert all(row["ok"] and row["measured"] for row in run.summary["thresholds"])
    assert "level=error" not in run.err, run.err


def sockets(run: Run) -> dict[str, Any]:
    return dict(run.summary["sockets"])


@both
def test_a_healthy_service(suite: Suite, faulty: RunningService, protocol: str) -> None:
    live = talking(suite, faulty.url, protocol)
    run = live.run(ENTRY, samples=True, WS_SOCKETS=3, RUN_ID="r1")
    assert_green(run)
    found = sockets(run)
    assert found["connections"] >= 6
    assert found["openAtPeak"] == 6
    assert found["reconnects"] == 0
    assert found["received"] > 0
    assert found["errorTypes"] == {}
    assert found["latency"]["min"] >= 0
    assert found["roundTrip"]["min"] >= 0
    assert abs(found["clockSkewMs"]) < 1000
    assert faulty.stats()["sockets"]["peak"] == 6
    assert faulty.stats()["sockets"]["open"] == 0
    own = [row for row in run.samples() if row.metric.startswith("ws_")]
    assert {row.tags["name"] for row in own} == {NAME}
    assert {row.tags["test_type"] for row in own} == {"websocket"}
    for row in own:
        assert set(row.tags) <= TAG_NAMES, row
        assert not any("127.0.0.1" in value or "missions" in value for value in row.tags.values())


TAG_NAMES = frozenset(
    """
    project environment test_type profile target_vus testid name phase scenario stage group status
    subproto check cause
    """.split()
)


@both
def test_every_profile(suite: Suite, service: RunningService, protocol: str) -> None:
    live = suite.against(service.url, WS_PROTOCOL=protocol, VUS=3, THRESHOLDS=BUSY)
    scales = {name: scale_of(f"scenarios/{name}.js") for name in SCENARIOS}
    scales.update(smoke=0.05, soak=0.002)
    started = {
        name: live.start(ENTRY, PROFILE=name, TIME_SCALE=scale) for name, scale in scales.items()
    }
    started["own"] = live.start(ENTRY, TIME_SCALE=0.05 if protocol == "raw" else 0.005)
    for name, running in started.items():
        run = running.wait()
        assert_green(run)
        assert run.summary["run"]["profile"] == (NAME if name == "own" else name)


@both
def test_the_next_major_version(
    suite: Suite, k6_v2_binary: Path, service: RunningService, protocol: str
) -> None:
    newer = Suite(k6_v2_binary, suite.load, suite.results)
    run = talking(newer, service.url, protocol).run(ENTRY)
    assert_green(run)
    assert "level=warning" not in run.err


@dataclass(frozen=True)
class Case:
    """A fault, and what the verdict says."""

    fault: str
    value: Any = True
    cause: str = ""
    reason: str = ""
    protocols: tuple[str, ...] = PROTOCOLS

    def __str__(self) -> str:
        return self.fault if self.value is True else f"{self.fault}={self.value}"


CASES = [
    Case("ws-refuse", 403, "not_upgraded", "the answer was not 101 but 403"),
    Case("ws-refuse", 503, "not_upgraded", "the answer was not 101 but 503", ("raw",)),
    Case("ws-close", True, "closed", "closed by the server"),
    Case("ws-drop", 0.3, "dropped", "connection broken"),
    Case("ws-silent", "news", "", "no message ever came"),
    Case("ws-silent", "all", "", "no message ever came"),
    Case("ws-garbage", True, "unreadable", "message that cannot be read"),
    Case("ws-binary", True, "binary", "binary message"),
    Case("ws-duplicate", True, "duplicate", "message delivered twice"),
    Case("ws-auth", True, "not_upgraded", "403", ("raw",)),
    Case("ws-auth", True, "rejected", "turned away", ("socketio",)),
    Case("ws-late", 700, "", "ws_message_latency: expected p(95)<500", ("raw",)),
    Case("ws-late", 700, "", "ws_message_latency: expected p(95)<100", ("socketio",)),
]
RUNS = [(case, protocol) for case in CASES for protocol in case.protocols]


@pytest.mark.parametrize(("case", "protocol"), RUNS, ids=str)
def test_a_fault_is_red_and_named(
    suite: Suite, faulty: RunningService, case: Case, protocol: str
) -> None:
    faulty.set_fault(case.fault, case.value)
    live = talking(suite, faulty.url, protocol)
    run = (live.having(THRESHOLDS="") if case.fault == "ws-late" else live).run(ENTRY)
    assert run.code == 99, run.everything
    assert not run.passed
    assert case.reason in run.reasons
    assert "script_errors" not in run.reasons
    if case.cause:
        # A close frame may be lost with the connection behind it.
        assert set(sockets(run)["errorTypes"]) - {"dropped"} in ({case.cause}, set())
        assert case.cause in sockets(run)["errorTypes"]
        logged = [line for line in run.err.splitlines() if f"{NAME}: {case.cause} - ws://" in line]
        assert 1 <= len(logged) <= 2, run.err  # once per user
    if case.cause in {"not_upgraded", "closed"}:
        assert faulty.count() < 20  # it waits between two attempts
        assert sum(sockets(run)["errorTypes"].values()) < 20
    assert run.seconds < 30


@both
def test_skewed_clocks_are_put_right(suite: Suite, faulty: RunningService, protocol: str) -> None:
    for skew in (60_000, -60_000):
        faulty.set_fault("ws-skew", skew)
        run = talking(suite, faulty.url, protocol).run(ENTRY)
        assert_green(run)
        assert sockets(run)["clockSkewMs"] == pytest.approx(skew, abs=2000)
        assert 0 <= sockets(run)["latency"]["max"] < 10_000


@both
def test_a_server_that_never_closes_does_not_keep_k6(
    suite: Suite, faulty: RunningService, protocol: str
) -> None:
    faulty.set_fault("ws-never-close")
    run = talking(suite, faulty.url, protocol).run(ENTRY)
    assert_green(run)
    assert run.seconds < 20


def test_an_upgrade_without_an_answer(suite: Suite, faulty: RunningService) -> None:
    faulty.set_fault("ws-hang")
    run = talking(suite, faulty.url, "raw").run(ENTRY, REQUEST_TIMEOUT="1s", DURATION="2s")
    assert run.code == 99
    assert "no answer to the upgrade in time" in run.reasons
    assert run.seconds < 40


def test_a_dead_port_is_named(suite: Suite, faulty: RunningService) -> None:
    live = talking(suite, faulty.url, "raw")
    run = live.run(ENTRY, WS_URL=f"ws://127.0.0.1:{free_port()}/ws")
    assert run.code == 99
    assert "connection refused" in run.reasons


@both
def test_lost_sockets_are_opened_again(suite: Suite, faulty: RunningService, protocol: str) -> None:
    faulty.set_fault("ws-drop", 0.2, count=2)
    live = talking(suite, faulty.url, protocol)
    run = live.run(ENTRY, DURATION="5s", THRESHOLDS=f"{BUSY};ws_errors=rate<0.9")
    assert run.code == 0, run.everything
    assert sockets(run)["reconnects"] == 2
    assert sockets(run)["errorTypes"] == {"dropped": 2}
    assert sockets(run)["received"] > 0


def test_one_silent_socket_among_others_is_noticed(suite: Suite, faulty: RunningService) -> None:
    faulty.set_fault("ws-silent", count=1)
    live = talking(suite, faulty.url, "raw").having(WS_SESSION="12s", DURATION="12s")
    run = live.run(ENTRY, WS_SOCKETS=2)
    assert run.code == 99
    assert sockets(run)["errorTypes"] == {"no_message": 1}


def assert_clean(run: Run) -> None:
    for path in run.folder.iterdir():
        assert "canary" not in path.read_text(errors="replace"), path.name


@pytest.mark.parametrize(
    ("protocol", "place", "fault"),
    [
        ("raw", "query", ""),
        ("raw", "header", ""),
        ("socketio", "message", ""),
        ("raw", "query", "ws-refuse"),
        ("socketio", "query", "ws-drop"),
    ],
)
def test_tokens_arrive_and_stay_secret(suite: Suite, protocol: str, place: str, fault: str) -> None:
    faults = {"ws-auth": True, **({fault: True} if fault else {})}
    with running_service(faults=faults, args=("--api-key", CANARY)) as closed:
        live = talking(suite, closed.url.replace("://", "://me:canary-pw@"), protocol)
        ready = live.having(AUTH_MODE="api-key", API_KEY=CANARY, WS_TOKEN_IN=place)
        run = ready.run(ENTRY, samples=True, flags=("--verbose",))
        assert run.code == (99 if fault else 0), run.everything
        assert_clean(run)


def test_a_login_opens_sockets(suite: Suite, faulty: RunningService) -> None:
    faulty.set_fault("ws-auth")
    run = talking(suite, faulty.url, "socketio").run(ENTRY, AUTH_MODE="login")
    assert_green(run)


def test_namespaces_and_channels(suite: Suite, faulty: RunningService) -> None:
    live = talking(suite, faulty.url, "socketio")
    assert_green(live.run(ENTRY, WS_NAMESPACE="/live", WS_CHANNELS="a,b"))
    wrong = live.run(ENTRY, WS_NAMESPACE="/nowhere")
    assert wrong.code == 99
    assert set(sockets(wrong)["errorTypes"]) == {"rejected"}


def series(sample: Sample) -> tuple[object, ...]:
    return (sample.metric, *sorted(sample.tags.items()))


def test_unique_ids_make_no_time_series(suite: Suite) -> None:
    with running_service(args=("--news-interval", "0.02")) as lively:
        live = talking(suite, lively.url, "raw")
        run = live.run(ENTRY, samples=True, WS_SOCKETS=5, WS_SESSION="1s", DURATION="4s")
    rows = [row for row in run.samples() if row.metric.startswith("ws_")]
    assert sum(row.metric == "ws_messages_received" for row in rows) > 200
    assert len({series(row) for row in rows}) < 30


@pytest.mark.parametrize(
    ("settings", "allowed"),
    [
        ({}, False),
        ({"ALLOWED_HOSTS": HOST}, True),
        ({"ALLOW_REMOTE": "true", "CONFIRM_TARGET": HOST}, True),
        ({"ALLOWED_HOSTS": HOST, "PROFILE": "stress"}, False),
        ({"ALLOWED_HOSTS": HOST, "PROFILE": "stress", "ALLOW_HEAVY": "true"}, True),
    ],
    ids=str,
)
def test_the_guard_covers_the_sockets(
    suite: Suite, settings: dict[str, str], allowed: bool
) -> None:
    found = suite.inspect(ENTRY, WS_URL=f"wss://me:pw@{HOST}/ws", **settings)
    assert found.code == (0 if allowed else 107)
    if not settings:
        assert f"WS_URL=wss://***@{HOST}/ws: {HOST} is neither local nor listed" in found.err


@pytest.mark.parametrize(
    "settings",
    [
        {"WS_URL": "http://localhost:8000"},
        {"WS_URL": "localhost"},
        {"WS_URL": "ws://"},
        {"WS_PROTOCOL": "mqtt"},
        {"WS_PATH": "ws"},
        {"WS_SOCKETS": "0"},
        {"WS_SESSION": "60"},
        {"WS_TOKEN_IN": "cookie"},
    ],
    ids=str,
)
def test_wrong_settings_are_refused(suite: Suite, settings: dict[str, str]) -> None:
    found = suite.inspect(ENTRY, **settings)
    assert found.code == 107
    ((name, value),) = settings.items()
    assert f"{name}={value}: expected " in found.err


def test_figures(suite: Suite) -> None:
    desk = suite.inspect(ENTRY, WS_PROTOCOL="socketio")
    assert desk.shape == figures.ramping((120, 100), (300, 500), (300, 1000), (120, 0))
    assert desk.scenario["gracefulRampDown"] == "30s"
    assert desk.thresholds["ws_connections"] == ["count>500"]
    assert desk.thresholds["ws_message_latency"] == ["p(95)<100"]
    raw = suite.inspect(ENTRY, WS_PROTOCOL="raw")
    assert raw.thresholds["ws_errors"] == ["rate<0.01"]
    stress = suite.inspect(ENTRY, PROFILE="stress")
    assert stress.thresholds["ws_errors"] == ["rate<0.10"]
    assert stress.thresholds["ws_message_latency"] == ["p(95)<2000"]
    for slo, rule in (("target", "count>10000"), ("critical", "count>5000")):
        found = suite.inspect(ENTRY, SLO=slo)
        assert found.thresholds["ws_open_at_peak"] == [rule]
        assert "ws_open_at_peak" not in suite.inspect("scripts/health.js", SLO=slo).thresholds
        assert "ws_open_at_peak" not in suite.inspect(ENTRY, SLO=slo, PROFILE="smoke").thresholds
    for found in (desk, raw, stress):
        assert not any(metric.startswith("http_") for metric in found.thresholds)
