"""The WebSocket test, in both protocols: green when all is well, else red with the cause."""

from __future__ import annotations

import itertools
import json
import os
import re
import socket
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import toolchain
from service.certificates import make_certificate
from service.testing import RunningService, free_port, running_service
from websockets.sync.server import ServerConnection, serve

from tests.suite import expected_load
from tests.suite.parallel_runs import ahead
from tests.support.raw_tcp import accepting
from tests.support.suite_runner import SCENARIOS, Run, Sample, Suite, scale_of

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("sockets")]

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
    usual = usual.having(WS_CLOCK="ask")
    return usual.having(THRESHOLDS=BUSY)


def assert_green(run: Run) -> None:
    assert run.code == 0, run.everything
    assert run.passed, run.reasons
    assert all(row["ok"] and row["measured"] for row in run.summary["thresholds"])
    assert "level=error" not in run.err, run.err


def sockets(run: Run) -> dict[str, Any]:
    return dict(run.summary["sockets"])


Talked = tuple[Run, dict[str, Any]]


def healthy(suite: Suite, service: RunningService, protocol: str) -> Talked:
    run = talking(suite, service.url, protocol).run(ENTRY, samples=True, WS_SOCKETS=3, RUN_ID="r1")
    return run, service.stats()["sockets"]


@both
@ahead(healthy)
def test_a_healthy_service(outcome: Talked, protocol: str) -> None:
    run, seen = outcome
    assert_green(run)
    found = sockets(run)
    assert found["connections"] >= 6
    assert found["openAtPeak"] == 6
    assert found["reconnects"] == 0
    assert found["received"] > 0
    assert found["errorTypes"] == {}
    assert found["latency"]["min"] >= 0
    assert found["roundTrip"]["min"] >= 0
    assert found["closeAnswered"] == 100
    assert abs(found["clockSkewMs"]) < 1000
    assert seen["peak"] == 6
    assert seen["open"] == 0
    own = [row for row in run.samples() if row.metric.startswith("ws_")]
    assert {row.tags["name"] for row in own} == {NAME}
    assert {row.tags["test_type"] for row in own} == {"websocket"}
    for row in own:
        assert set(row.tags) <= TAG_NAMES, row
        assert not any("127.0.0.1" in value or "missions" in value for value in row.tags.values())


TAG_NAMES = frozenset(
    """
    project environment test_type profile target_vus testid name phase scenario stage group status
    subproto check cause slice
    """.split()
)


@both
def test_every_profile(suite: Suite, service: RunningService, protocol: str) -> None:
    asking = suite.having(WS_CLOCK="ask", THRESHOLDS=BUSY)
    live = asking.against(service.url, WS_PROTOCOL=protocol, VUS=3)
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


def newer(suite: Suite, service: RunningService, protocol: str) -> tuple[Run, Run]:
    """Runs of the next major version: a healthy service, and one that does not close."""
    k6 = toolchain.which("k6-v2", "k6", os.environ)
    live = talking(Suite(k6, suite.load, suite.results), service.url, protocol)
    good = live.run(ENTRY)
    service.set_fault("ws-never-close")
    return good, live.run(ENTRY)


@both
@ahead(newer)
def test_the_next_major_version(outcome: tuple[Run, Run], protocol: str) -> None:
    good, bad = outcome
    assert_green(good)
    assert "level=warning" not in good.err
    assert_not_closed(bad)


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
    Case("ws-drop", 0.3, "dropped", "connection lost"),
    Case("ws-silent", "news", "", "no message ever came"),
    Case("ws-silent", "all", "", "no message ever came"),
    Case("ws-garbage", True, "unreadable", "message that cannot be read"),
    Case("ws-binary", True, "binary", "binary message"),
    Case("ws-duplicate", True, "duplicate", "message delivered twice"),
    Case("ws-auth", True, "not_upgraded", "403", ("raw",)),
    Case("ws-auth", True, "rejected", "turned away", ("socketio",)),
    Case("ws-late", 700, "", "messages too late", ("raw",)),
    Case("ws-late", 700, "", "messages too late", ("socketio",)),
]
RUNS = [(case, protocol) for case in CASES for protocol in case.protocols]


def struck(suite: Suite, service: RunningService, case: Case, protocol: str) -> tuple[Run, int]:
    service.set_fault(case.fault, case.value)
    live = talking(suite, service.url, protocol)
    run = (live.having(THRESHOLDS="") if case.fault == "ws-late" else live).run(ENTRY)
    return run, service.count()


@pytest.mark.parametrize(("case", "protocol"), RUNS, ids=str)
@ahead(struck)
def test_a_fault_is_red_and_named(outcome: tuple[Run, int], case: Case, protocol: str) -> None:
    run, requests = outcome
    assert run.code == 99, run.everything
    assert not run.passed
    assert case.reason in run.reasons
    assert f"{NAME}: " in run.reasons
    assert "script_errors" not in run.reasons
    if case.cause:
        # A close frame may be lost with the connection behind it.
        assert set(sockets(run)["errorTypes"]) - {"dropped"} in ({case.cause}, set())
        assert case.cause in sockets(run)["errorTypes"]
        logged = [line for line in run.err.splitlines() if f"{NAME}: {case.cause} - ws://" in line]
        assert 1 <= len(logged) <= 2, run.err  # once per user
    if case.cause in {"not_upgraded", "closed"}:
        assert requests < 20  # it waits between two attempts
        assert sum(sockets(run)["errorTypes"].values()) < 20
    assert run.seconds < 30


def skewed(suite: Suite, service: RunningService, skew: int, protocol: str) -> Run:
    service.set_fault("ws-skew", skew)
    return talking(suite, service.url, protocol).run(ENTRY)


@both
@pytest.mark.parametrize("skew", [60_000, -60_000])
@ahead(skewed)
def test_skewed_clocks_are_put_right(outcome: Run, skew: int, protocol: str) -> None:
    assert_green(outcome)
    assert sockets(outcome)["clockSkewMs"] == pytest.approx(skew, abs=2000)
    assert 0 <= sockets(outcome)["latency"]["max"] < 10_000


def kept_open(suite: Suite, service: RunningService, protocol: str) -> Run:
    service.set_fault("ws-never-close")
    return talking(suite, service.url, protocol).run(ENTRY, WS_SOCKETS=2)


@both
@ahead(kept_open)
def test_a_server_that_never_closes_is_red_and_does_not_keep_k6(
    outcome: Run, protocol: str
) -> None:
    assert_not_closed(outcome)


def assert_not_closed(run: Run) -> None:
    assert run.code == 99, run.everything
    assert f"{NAME}: 2 x close frame never answered" in run.reasons
    assert sockets(run)["errorTypes"] == {"not_closed": 2}  # one of each user
    assert sockets(run)["closeAnswered"] == 0
    assert run.seconds < 20


def hanging(suite: Suite, service: RunningService) -> Run:
    service.set_fault("ws-hang")
    return talking(suite, service.url, "raw").run(ENTRY, REQUEST_TIMEOUT="1s", DURATION="2s")


@ahead(hanging)
def test_an_upgrade_without_an_answer(outcome: Run) -> None:
    assert outcome.code == 99
    assert "no answer to the upgrade in time" in outcome.reasons
    assert outcome.seconds < 40


def silent_later(suite: Suite, service: RunningService) -> Run:
    """Only the first two sockets are answered; the next ones start shortly before the end."""
    users = itertools.count()
    here = urlsplit(service.url)

    def attend(client: socket.socket) -> None:
        if next(users) >= 2:
            client.recv(1)  # the request
            client.settimeout(20)
            while client.recv(4096):
                pass
            return
        with socket.create_connection((here.hostname or "", here.port or 0)) as server:
            back = threading.Thread(target=pump, args=(server, client), daemon=True)
            back.start()
            pump(client, server)

    with accepting(attend) as port:
        live = talking(suite, service.url, "raw").having(WS_SESSION="2s", DURATION="4400ms")
        return live.run(ENTRY, WS_URL=f"ws://127.0.0.1:{port}/ws")


def pump(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)


@ahead(silent_later)
def test_an_upgrade_shortly_before_the_end_is_no_failure(outcome: Run) -> None:
    assert_green(outcome)
    assert sockets(outcome)["connections"] == 2
    assert sockets(outcome)["errorTypes"] == {}


def at_a_dead_port(suite: Suite, service: RunningService) -> Run:
    dead = f"ws://127.0.0.1:{free_port()}/ws"
    return talking(suite, service.url, "raw").run(ENTRY, WS_URL=dead)


@ahead(at_a_dead_port)
def test_a_dead_port_is_named(outcome: Run) -> None:
    assert outcome.code == 99
    assert "connection refused" in outcome.reasons
    assert re.search(r"FAILED websocket \(\S+\) against ws://127.0.0.1:\d+/ws", outcome.out)


def losing(suite: Suite, service: RunningService, protocol: str) -> Run:
    service.set_fault("ws-drop", 0.2, count=2)
    live = talking(suite, service.url, protocol)
    return live.run(ENTRY, DURATION="5s", THRESHOLDS=f"{BUSY};ws_errors=rate<0.9")


@both
@ahead(losing)
def test_lost_sockets_are_opened_again(outcome: Run, protocol: str) -> None:
    assert outcome.code == 0, outcome.everything
    assert sockets(outcome)["reconnects"] == 2
    assert sockets(outcome)["errorTypes"] == {"dropped": 2}
    assert sockets(outcome)["received"] > 0


def one_silent(suite: Suite, service: RunningService) -> Run:
    service.set_fault("ws-silent", count=1)
    live = talking(suite, service.url, "raw").having(WS_SESSION="12s", DURATION="12s")
    return live.run(ENTRY, WS_SOCKETS=4)  # the share of what goes wrong is below its target


@ahead(one_silent)
def test_one_silent_socket_among_others_is_noticed(outcome: Run) -> None:
    assert outcome.code == 99, outcome.everything
    assert f"{NAME}: " in outcome.reasons
    assert "1 x no message came" in outcome.reasons
    assert sockets(outcome)["errorTypes"] == {"no_message": 1}


def assert_clean(run: Run) -> None:
    for path in run.folder.iterdir():
        assert "canary" not in path.read_text(errors="replace"), path.name


def with_a_token(
    suite: Suite, service: RunningService, protocol: str, place: str, fault: str
) -> Run:
    faults = {"ws-auth": True, **({fault: True} if fault else {})}
    with running_service(faults=faults, args=("--api-key", CANARY)) as closed:
        live = talking(suite, closed.url.replace("://", "://me:canary-pw@"), protocol)
        ready = live.having(AUTH_MODE="api-key", API_KEY=CANARY, WS_TOKEN_IN=place)
        return ready.run(ENTRY, samples=True, flags=("--verbose",))


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
@ahead(with_a_token)
def test_tokens_arrive_and_stay_secret(outcome: Run, protocol: str, place: str, fault: str) -> None:
    assert outcome.code == (99 if fault else 0), outcome.everything
    assert_clean(outcome)


def logged_in(suite: Suite, service: RunningService) -> Run:
    service.set_fault("ws-auth")
    return talking(suite, service.url, "socketio").run(ENTRY, AUTH_MODE="login")


@ahead(logged_in)
def test_a_login_opens_sockets(outcome: Run) -> None:
    assert_green(outcome)


def in_namespaces(suite: Suite, service: RunningService) -> tuple[Run, Run]:
    live = talking(suite, service.url, "socketio")
    good = live.run(ENTRY, WS_NAMESPACE="/live", WS_CHANNELS="a,b")
    return good, live.run(ENTRY, WS_NAMESPACE="/nowhere")


@ahead(in_namespaces)
def test_namespaces_and_channels(outcome: tuple[Run, Run]) -> None:
    good, wrong = outcome
    assert_green(good)
    assert wrong.code == 99
    assert set(sockets(wrong)["errorTypes"]) == {"rejected"}


def series(sample: Sample) -> tuple[object, ...]:
    return (sample.metric, *sorted(sample.tags.items()))


def lively(suite: Suite, service: RunningService) -> Run:
    with running_service(args=("--news-interval", "0.02")) as chatty:
        live = talking(suite, chatty.url, "raw")
        return live.run(ENTRY, samples=True, WS_SOCKETS=5, WS_SESSION="1s", DURATION="4s")


@ahead(lively)
def test_unique_ids_make_no_time_series(outcome: Run) -> None:
    rows = [row for row in outcome.samples() if row.metric.startswith("ws_")]
    assert sum(row.metric == "ws_messages_received" for row in rows) > 200
    assert len({series(row) for row in rows}) < 30


# --- report and baseline ------------------------------------------------------------------------


def beside_a_baseline(suite: Suite, service: RunningService) -> tuple[Run, Run, Run]:
    """Save a baseline of one run; run again, late by more than its limit; with other sockets."""
    live = talking(suite, service.url, "raw").having(WS_SOCKETS=2)
    first = live.run(ENTRY)
    path = suite.load / "baselines" / "sockets.json"
    saved = suite.run(
        "engine/commands/save-baseline.js",
        SUMMARIES=str(first.folder / "summary.json"),
        BASELINE_NAME="sockets",
        TO=str(path),
    )
    assert saved.code == 0, saved.everything
    baseline = json.loads(path.read_text(encoding="utf-8"))
    for row in baseline["endpoints"]:
        row["p95"] = {"median": 1000.0, "spread": None}
    path.write_text(json.dumps(baseline), encoding="utf-8")
    service.set_fault("ws-late", 1200)
    late = live.run(ENTRY, BASELINE="sockets")
    return first, late, live.run(ENTRY, BASELINE="sockets", WS_SOCKETS=3)


@ahead(beside_a_baseline)
def test_reports_and_baselines_know_sockets(outcome: tuple[Run, Run, Run]) -> None:
    first, late, other = outcome
    text = (first.folder / "report.md").read_text(encoding="utf-8")
    latency = sockets(first)["latency"]
    assert f"| Messages | 4 | {sockets(first)['received']} |" in text
    assert "| Endpoint |" not in text
    page = (first.folder / "report.html").read_text(encoding="utf-8")
    assert f"Sockets: {NAME}" in page
    assert f'data-value="{latency["p95"]}"' in page
    assert late.code == 99, late.everything
    assert late.summary["onlySlower"]
    rows = {row["name"]: row for row in late.summary["comparison"]["endpoints"]}
    assert set(rows) == {f"{NAME} messages", f"{NAME} answers"}
    slower = rows[f"{NAME} messages"]
    assert slower["status"] == "slower"
    assert f"{NAME} messages: p95 {slower['current']} ms, {slower['change']}% above" in late.reasons
    assert other.code == 107
    assert "sockets is 2 in the baseline and 3 in this run" in other.err


# --- TLS, heartbeats -----------------------------------------------------------------------------


def over_tls(suite: Suite, service: RunningService) -> tuple[Run, Run]:
    """Runs against the service's own certificate: not trusted, then trusted on request."""
    with tempfile.TemporaryDirectory() as folder:
        cert, key = make_certificate(Path(folder))
        with running_service(args=("--tls-cert", str(cert), "--tls-key", str(key))) as sealed:
            sure = talking(suite, sealed.url, "raw").having(INSECURE_SKIP_TLS_VERIFY="true")
            # The service itself without TLS, so that set-up passes: it is about the sockets.
            address = f"{sealed.url.replace('https://', 'wss://')}/ws"
            return sure.run(ENTRY), talking(suite, service.url, "raw").run(ENTRY, WS_URL=address)


@ahead(over_tls)
def test_a_certificate_of_its_own(outcome: tuple[Run, Run]) -> None:
    trusted, refused = outcome
    assert_green(trusted)
    assert sockets(trusted)["received"] > 0
    assert refused.code == 99
    assert "TLS error" in refused.reasons
    assert set(sockets(refused)["errorTypes"]) == {"tls"}


def without_heartbeats(suite: Suite, service: RunningService) -> Run:
    service.set_fault("ws-heartbeat", 0.5)
    live = talking(suite, service.url, "socketio")
    return live.run(ENTRY, DURATION="4s")


@ahead(without_heartbeats)
def test_lost_heartbeats_are_noticed(outcome: Run) -> None:
    assert outcome.code == 99, outcome.everything
    assert "no ping from the server in time" in outcome.reasons
    assert "no_heartbeat" in sockets(outcome)["errorTypes"]
    assert sockets(outcome)["reconnects"] > 0


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
        assert (
            f"WS_URL=wss://***@{HOST}/ws: {HOST} is neither local nor in ALLOWED_HOSTS" in found.err
        )


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
    assert desk.shape == expected_load.ramping((120, 100), (300, 500), (300, 1000), (120, 0))
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


@contextmanager
def agent_server(news: list[dict[str, Any]]) -> Iterator[str]:
    """An agent server as its document describes it: it answers a subscription with news only.

    No confirmation, no time stamps, no answer to `ping`; without a change of a mission, nothing.
    """

    def talk(connection: ServerConnection) -> None:
        for text in connection:
            if json.loads(text).get("type") == "subscribe":
                for message in news:
                    connection.send(json.dumps(message))

    with serve(talk, "127.0.0.1", 0) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        port = server.socket.getsockname()[1]
        try:
            yield f"ws://127.0.0.1:{port}/ws"
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.parametrize("news", [[], [{"type": "mission_update", "id": 1}]], ids=["quiet", "news"])
@pytest.mark.parametrize("profile", ["smoke", "stress"])
def test_the_protocol_of_an_agent_server(
    suite: Suite, news: list[dict[str, Any]], profile: str
) -> None:
    with agent_server(news) as url:
        live = suite.having(WS_PROTOCOL="missions", WS_URL=url, READINESS="none", VUS=2)
        scale = 0.05 if profile == "smoke" else 0.003
        run = live.run(ENTRY, PROFILE=profile, TIME_SCALE=scale)
    assert_green(run)
    assert sockets(run)["errorTypes"] == {}
    assert sockets(run)["latency"] is None
    assert sockets(run)["received"] == (sockets(run)["connections"] if news else 0)


def test_an_agent_server_that_sends_something_else_is_red(suite: Suite) -> None:
    with agent_server([{"event": "mission_update"}]) as url:
        live = suite.having(WS_PROTOCOL="missions", WS_URL=url, READINESS="none", VUS=2)
        run = live.run(ENTRY, PROFILE="smoke", TIME_SCALE=0.05)
    assert run.code == 99
    assert "message without type" in run.everything
