"""Every request of a run with a seed, and what the summary says of it, as they were before."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.openapi.running import SCRIPT, Compiled
from tests.support import expected
from tests.support.json_server import Answer, Received, serving_json

DOCUMENTS = Path(__file__).parent / "documents"
HEADERS = ("accept", "content-type", "authorization", "cookie", "x-key", "x-trace", "x-own")
THING = re.compile(r"/(\d+|[0-9a-f-]{36})$")
SHAPE = "executor: 'constant-vus', vus: 1, duration: '1m'"
UUID = "00000000-0000-4000-8000-{:012d}"


@contextmanager
def serving() -> Iterator[tuple[str, list[Received]]]:
    """Serve things of any kind, the n-th with the n-th id; yield the address and the requests."""
    requests: list[Received] = []
    things: dict[str, Any] = {}

    def answer(request: Received) -> Answer:
        path = request.path.partition("?")[0]
        if path == "/api/v1/health":
            return 200, {}, {}
        requests.append(request)
        if request.method == "POST":
            sent = json.loads(request.body) if request.body.startswith(b"{") else {}
            number = len(requests)
            key: Any = UUID.format(number) if "shel" in path else number
            things[f"{path}/{key}"] = {**sent, "id": key}
            return 201, things[f"{path}/{key}"], {"Location": f"{path}/{key}"}
        if request.method == "DELETE":
            return 204 if things.pop(path, None) else 404, None, {}
        if THING.search(path):
            return (200, things[path], {}) if path in things else (404, {}, {})
        inside = [thing for where, thing in things.items() if where.rpartition("/")[0] == path]
        return 200, inside, {}

    with serving_json(answer) as url:
        yield url, requests


def shown(request: Received) -> str:
    """Return a request as a line; the boundaries of a multipart body are random."""
    headers = {k: v for k, v in sorted(request.headers.items()) if k.lower() in HEADERS}
    text = json.dumps([request.method, request.path, headers, request.body.decode("latin-1")])
    for boundary in set(re.findall(r"boundary=([^\"]+)", text)):
        text = text.replace(boundary, "BOUNDARY")
    return text


RUNS: list[tuple[str, dict[str, Any], Mapping[str, str | float]]] = [
    ("shop.json", {}, {"OPENAPI_KEY": "secret", "OPENAPI_OPTIONAL": 0.5}),
    ("kinds/legacy.json", {}, {"OPENAPI_KEY": "u:p", "OPENAPI_OPTIONAL": 1}),
    (
        "kinds/modern.json",
        {
            "GET *": {"check": False, "values": {"header.X-Own": "mine"}},
            "GET /shelves": {"weight": 3, "values": {"query.limit": [5, 6]}},
            "POST /shelves": {"values": {"body.width": 2, "body.owner.id": 3}, "ok": ["2XX"]},
            "DELETE /books/{bookId}": {"skip": "keep them"},
            "PUT /books/{bookId}/cover.{format}": {"values": {"path.bookId": "b1"}},
        },
        {"OPENAPI_EXCLUDE": "tag:none,POST /odd,method:trace", "OPENAPI_OPTIONAL": 0.5},
    ),
    ("styles/cluster.json", {}, {"OPENAPI_WRITES": "never", "OPENAPI_BASE": "/base"}),
    ("styles/pets.json", {}, {"OPENAPI_INCLUDE": "method:GET,POST /pets", "OPENAPI_KEY": "k"}),
]


@pytest.mark.parametrize(("document", "own", "settings"), RUNS, ids=[run[0] for run in RUNS])
def test_a_seed_gives_the_same_requests(
    document: str,
    own: dict[str, Any],
    settings: Mapping[str, str | float],
    compiled: Compiled,
    request: pytest.FixtureRequest,
) -> None:
    suite = compiled(DOCUMENTS / document, {"operations": own})
    script = suite.load / SCRIPT
    text = script.read_text(encoding="utf-8")
    fixed = text.replace(SHAPE, "executor: 'per-vu-iterations', vus: 1, iterations: 4")
    assert fixed != text
    script.write_text(fixed, encoding="utf-8")
    with serving() as (url, requests):
        run = suite.against(url, OPENAPI_SEED=7, THINK_TIME=0, DURATION="", **settings).run(SCRIPT)
    lines = [shown(one) for one in requests]
    rows = run.summary["endpoints"]
    lines += [json.dumps([row["name"], row["requests"], row["errors"]]) for row in rows]
    lines += [json.dumps(["checks", run.summary["metrics"].get("checks")])]
    lines += [json.dumps(table) for table in run.summary.get("tables", [])]
    lines = [line.replace(url, "URL") for line in lines]
    expected.compare(expected.beside(request.path), request.node.name, lines)
