"""Access logs: formats, the mix, the rate, memory, and the test that plays them."""

from __future__ import annotations

import gzip
import http.server
import json
import random
import threading
import time
import tracemalloc
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import pytest
from table_tool import REFUSED
from traffic_table import cli, logs, mixing
from traffic_table.mix import Mix, without_secrets
from traffic_table.routes import Routes

from tests.traffic.recording import Imported

# Format -> a line of it; all say the same.
COMMON = '10.0.0.1 - - [28/Nov/2026:12:00:05 +0000] "GET /items/7?a=1 HTTP/1.1" 200 5'
LINES = {
    "common": COMMON,
    "combined": f'{COMMON} "-" "Mozilla/5.0"',
    "another zone": COMMON.replace("12:00:05 +0000", "13:00:05 +0100"),
    "traefik, common": f'{COMMON} "-" "-" 1 "a@docker" "http://10.0.0.2" 3ms',
    "syslog": f"<190>Nov 28 12:00:05 host nginx: {COMMON}",
    "nginx": '{"time_iso8601":"2026-11-28T12:00:05+00:00","request_method":"GET",'
    '"request_uri":"/items/7?a=1","status":"200"}',
    "caddy": '{"level":"info","ts":1795867205.5,"status":200,'
    '"request":{"method":"GET","uri":"/items/7?a=1","host":"a"}}',
    "traefik": '{"RequestMethod":"GET","RequestPath":"/items/7?a=1","OriginStatus":200,'
    '"StartUTC":"2026-11-28T12:00:05.5Z"}',
    "alb": "http 2026-11-28T12:00:05.123456Z app/lb/5 10.0.0.1:1 10.0.0.2:80 0.0 0.0 0.0 200 200"
    ' 3 3 "GET http://a.example.com:80/items/7?a=1 HTTP/1.1" "curl" - -',
    "uvicorn, with a time": "2026-11-28 12:00:05,123 INFO:     10.0.0.1:5 -"
    ' "GET /items/7?a=1 HTTP/1.1" 200 OK',
}


@pytest.mark.parametrize("name", LINES)
def test_a_format_is_understood(name: str) -> None:
    hit = logs.parse(LINES[name])
    assert hit is not None
    assert (hit.method, hit.target, hit.status) == ("GET", "/items/7?a=1", 200)
    assert int(hit.time) == 1795867205


def test_uvicorn_has_no_times() -> None:
    assert logs.parse('INFO:     10.0.0.1:5 - "GET / HTTP/1.1" 200 OK') == (0.0, "GET", "/", 200)


@pytest.mark.parametrize("line", ["", "x", "{", "[]", '{"a": 1}', "\x00" * 50, '"GET', "{" * 5000])
def test_other_lines_are_counted(line: str) -> None:
    assert logs.parse(line) is None


WEIGHTS = {
    "GET /products/{id}": 40, "GET /": 25, "GET /blog/{name}": 20, "HEAD /health": 10,
    "POST /orders": 5,
}  # fmt: skip


def written(path: Path, count: int, kind: str = "combined", span: int = 86_400) -> Path:
    """Write a log of a day, or of `span` seconds, with more and more requests."""
    chance = random.Random(3)
    names, weights = list(WEIGHTS), list(WEIGHTS.values())
    with path.open("w") as file:
        for number in range(count):
            method, _, route = chance.choices(names, weights)[0].partition(" ")
            word = "".join(chance.choices("abcdefghijklm", k=9))
            target = route.replace("{id}", str(chance.randint(1, 10**6))).replace("{name}", word)
            second = (span - 1) * (number / count) ** 0.7
            clock = f"{int(second // 3600):02}:{int(second // 60 % 60):02}:{int(second % 60):02}"
            if kind == "json":
                line = {
                    "time": f"2026-11-28T{clock}Z",
                    "method": method,
                    "path": target,
                    "status": 200,
                }
                file.write(json.dumps(line) + "\n")
            else:
                file.write(
                    f'1.2.3.4 - - [28/Nov/2026:{clock} +0000] "{method} {target} HTTP/1.1" 200 5\n'
                )
    return path


def mix_of(path: Path) -> Mix:
    """Return the mix of a log."""
    mix = Mix(Routes())
    mix.take(logs.read([str(path)]))
    return mix


@pytest.mark.parametrize("kind", ["combined", "json"])
def test_the_mix_is_that_of_the_log(kind: str, tmp_path: Path) -> None:
    mix = mix_of(written(tmp_path / "access.log", 6_000, kind))
    sent, left = mix.rows()
    shares = {row["name"]: row["share"] for row in [*sent, *left]}
    assert set(shares) == set(WEIGHTS)
    assert all(abs(shares[name] - share) < 1 for name, share in WEIGHTS.items()), shares
    assert [row["name"] for row in left] == ["POST /orders"]


def test_the_profile_has_the_requests_of_the_log(tmp_path: Path) -> None:
    mix = mix_of(written(tmp_path / "access.log", 6_000))
    stages = mixing.stages(mix, 1440)
    total = sum(stage["seconds"] / 60 * stage["perMinute"] for stage in stages)
    assert abs(total / 6_000 - 1) < 0.03
    assert max(stage["perMinute"] for stage in stages) > 1.2 * min(s["perMinute"] for s in stages)


@pytest.mark.slow
def test_time_is_linear_and_memory_is_constant(tmp_path: Path) -> None:
    seconds, memory = {}, {}
    for count in (3_000, 24_000):
        path = written(tmp_path / f"{count}.log", count)
        start = time.process_time()
        mix_of(path)
        seconds[count] = time.process_time() - start
    for count in (10_000, 30_000):
        path = written(tmp_path / f"{count}.log", count)
        tracemalloc.start()
        mix_of(path)
        memory[count] = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    # Eight times the lines; squared it would be 64 times.
    assert seconds[24_000] < 30 * seconds[3_000]
    # What is kept of paths is bounded.
    assert memory[30_000] < 2.5 * memory[10_000], memory


def test_compressed_logs_and_several(tmp_path: Path) -> None:
    plain = written(tmp_path / "access.log", 100)
    packed = tmp_path / "access.log.1.gz"
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    mix = Mix(Routes())
    mix.take(logs.read([str(plain), str(packed)]))
    assert mix.requests == 200


@pytest.mark.parametrize(
    ("target", "kept"),
    [
        ("/a?b=1&token=abc", "/a?b=1"),
        ("/a?email=ann@corp.test", "/a"),
        ("/a?q=aB3dE5fG7hI9jK1lx", "/a"),
        ("/reset/aB3dE5fG7hI9jK1lx0Zz", None),
        ("/users/ann@corp.test", None),
    ],
)
def test_secrets_of_addresses_are_not_kept(target: str, kept: str | None) -> None:
    assert without_secrets(target) == kept


def test_a_log_without_requests_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.log").write_text("one\ntwo\n")
    assert cli.main(["--project", str(tmp_path), "mix", str(tmp_path / "a.log")]) == REFUSED
    assert "none of 2 lines is a request of a known format" in capsys.readouterr().err


class _Counting(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    seen: ClassVar[Counter[str]] = Counter()
    seconds: ClassVar[float] = 0

    def do_GET(self) -> None:
        time.sleep(self.seconds)
        self.seen[self.command + " " + self.path.partition("?")[0]] += 1
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(b"ok")

    do_HEAD = do_GET  # noqa: N815

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        pass


@pytest.fixture
def counting() -> Iterator[tuple[str, Counter[str]]]:
    """A server that counts what it is asked for."""
    _Counting.seen = Counter()
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Counting)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", _Counting.seen
    server.shutdown()
    server.server_close()


@pytest.mark.slow
def test_the_run_has_the_mix_and_the_rate(
    imported: Imported, counting: tuple[str, Counter[str]], tmp_path: Path
) -> None:
    url, seen = counting
    log = written(tmp_path / "access.log", 36_000, span=600)
    done = imported.load_traffic("mix", log, "--minutes", "0.1")
    assert done.returncode == 0, done.stderr
    run = imported.suite(url, THINK_TIME=1, TEST_USER_EMAIL="").run(
        "scripts/mix.js", DURATION="", VUS=""
    )
    assert run.code == 0, run.everything
    # The first request asks whether the service is up.
    shares: Counter[str] = Counter()
    for request, count in seen.items():
        method, _, path = request.partition(" ")
        name = "/products/{id}" if path.startswith("/products/") else path
        name = "/blog/{name}" if path.startswith("/blog/") else name
        shares[f"{method} {name}"] += count
    sent = {name: share for name, share in WEIGHTS.items() if not name.startswith("POST")}
    total, wanted = sum(shares[name] for name in sent), sum(sent.values())
    for name, share in sent.items():
        assert abs(100 * shares[name] / total - 100 * share / wanted) < 1.5, shares
    stages = json.loads((imported.load / "data/traffic.mix.json").read_text())["stages"]
    expected = sum(stage["seconds"] / 60 * stage["perMinute"] for stage in stages)
    assert abs(run.summary["metrics"]["iterations"] / expected - 1) < 0.15


@pytest.mark.slow
def test_slow_answers_drop_no_request(
    imported: Imported,
    counting: tuple[str, Counter[str]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(_Counting, "seconds", 2.5)
    log = written(tmp_path / "access.log", 1200, span=600)
    assert imported.load_traffic("mix", log, "--minutes", "0.1").returncode == 0
    slow = imported.suite(counting[0], DURATION="", VUS="", TEST_USER_EMAIL="")
    run = slow.run("scripts/mix.js")
    assert run.code == 0, run.everything
    assert run.summary["metrics"]["droppedIterations"] == 0


@pytest.mark.slow
def test_a_short_run_may_miss_a_route(
    imported: Imported, counting: tuple[str, Counter[str]], tmp_path: Path
) -> None:
    log = written(tmp_path / "access.log", 300, span=600)
    assert imported.load_traffic("mix", log, "--minutes", "0.1").returncode == 0
    short = imported.suite(counting[0], DURATION="", VUS="", TEST_USER_EMAIL="")
    run = short.run("scripts/mix.js")
    assert run.code == 0, run.everything
    routes = json.loads((imported.load / "data/traffic.mix.json").read_text())["routes"]
    assert 0 < len(run.summary["endpoints"]) < len(routes)
    assert all(row["requests"] > 0 for row in run.summary["endpoints"])
