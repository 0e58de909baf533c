"""From a document to a running test: compiler and openapi test together, under a real k6."""

from __future__ import annotations

import contextlib
import json
import re
import subprocess
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from service.testing import RunningService, free_port, running_service

from tests.openapi.running import Compiled, consent
from tests.support.suite_runner import Run

pytestmark = pytest.mark.slow

DOCUMENTS = Path(__file__).parent / "documents"
STYLES = [*sorted(f"styles/{path.name}" for path in (DOCUMENTS / "styles").iterdir()), "shop.json"]
SCRIPT = "scripts/openapi.js"


@pytest.fixture
def own() -> Iterator[RunningService]:
    """A service of this test alone: its items are counted."""
    with running_service() as running:
        yield running


def answered(run: Run) -> list[Any]:
    """Return the operations that were sent and never failed; fails when one was not sent."""
    rows = run.summary["endpoints"]
    assert rows
    assert [row["name"] for row in rows if row["requests"] == 0] == []
    assert run.summary["metrics"]["scriptErrors"] == 0, run.everything
    return [row["name"] for row in rows if row["errors"] == 0]


def fetched(url: str) -> Any:
    """Return the JSON at a URL of the reference service."""
    request = urllib.request.Request(url, headers={"Authorization": "Bearer test-api-key"})
    with urllib.request.urlopen(request, timeout=10) as response:
        return json.load(response)


def test_the_reference_service(compiled: Compiled, own: RunningService, tmp_path: Path) -> None:
    document = tmp_path / "openapi.json"
    document.write_text(json.dumps(fetched(f"{own.url}/openapi.json")), encoding="utf-8")
    before = fetched(f"{own.api}/items?limit=1")["total"]
    run = compiled(document).against(own.url, OPENAPI_KEY="test-api-key").run(SCRIPT)
    rows = run.summary["endpoints"]
    assert len(answered(run)) >= 0.8 * len(rows), run.everything
    assert fetched(f"{own.api}/items?limit=1")["total"] == before


@contextlib.contextmanager
def mock(prism: Path, document: Path, log: Path) -> Iterator[str]:
    """Run a server that answers what is valid by the document with a success, and nothing else."""
    port = free_port()
    command = [str(prism), "mock", "-h", "127.0.0.1", "-p", str(port), str(document)]
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output)
    try:
        url = f"http://127.0.0.1:{port}"
        for _ in range(200):
            with contextlib.suppress(OSError):
                urllib.request.urlopen(url, timeout=1).close()
            if b"is listening" in log.read_bytes() or process.poll() is not None:
                break
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(0.1)
        assert process.poll() is None, log.read_text()
        yield url
    finally:
        process.terminate()
        process.wait(10)


@pytest.mark.parametrize("name", STYLES)
def test_every_request_is_valid(
    name: str, compiled: Compiled, node_bin: Callable[[str], Path], tmp_path: Path
) -> None:
    content = yaml.safe_load((DOCUMENTS / name).read_text(encoding="utf-8"))
    for key in ("servers", "host", "basePath"):
        content.pop(key, None)  # the mock serves at its root
    document = tmp_path / "document.json"
    document.write_text(json.dumps(content), encoding="utf-8")
    suite = compiled(document, consent(content))
    with mock(node_bin("prism"), document, tmp_path / "mock.txt") as url:
        run = suite.against(url, OPENAPI_KEY="user:secret", OPENAPI_SEED=7).run(SCRIPT)
    valid = answered(run)
    rows = run.summary["endpoints"]
    assert valid == [row["name"] for row in rows], run.everything
    methods = re.compile("get|put|post|delete|patch|head|options")
    declared = [key for path in content["paths"].values() for key in path if methods.fullmatch(key)]
    assert len(rows) == len(declared)


def test_nothing_of_a_hostile_document_runs(
    compiled: Compiled, service: RunningService, tmp_path: Path
) -> None:
    suite = compiled(DOCUMENTS / "hostile.yaml")
    run = suite.against(service.url).run(SCRIPT)
    answered(run)
    assert "at eval" not in run.err
    assert "level=error msg=PWNED" not in run.err
    assert list(tmp_path.rglob("*PWNED*")) == []
