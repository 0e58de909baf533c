"""Are the requests valid, by two judges that know nothing of the compiler?

    make bench ARGS=openapi_validity

Each document of tests/openapi/documents, and the one that the benchmark of the compiler makes, is
compiled unchanged. jsonschema judges three values of each parameter and body; Prism, a validating
mock server, judges the requests that k6 sends: it answers with a success only what is valid.
"""

from __future__ import annotations

import argparse
import json
import runpy
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import yaml

REPOSITORY = Path(__file__).resolve().parents[2]
SUITE = REPOSITORY / "{{cookiecutter.project_slug}}/.cookiecutter-k6/files/tests/load"
sys.path[:0] = [
    str(REPOSITORY),
    str(REPOSITORY / "tools"),
    str(REPOSITORY / "examples/service"),
    str(SUITE / "engine/features/openapi"),
    str(SUITE / "engine/features/rows"),
]

from tests.openapi.compiling import compiled  # noqa: E402
from tests.openapi.oracle import Oracle  # noqa: E402
from tests.openapi.running import SCRIPT, compiled_suite, consent  # noqa: E402
from tests.openapi.test_end_to_end import mock  # noqa: E402
from tests.support.installed import installed  # noqa: E402

# Documents and operations that Prism refuses or dies of, whatever is sent.
UNREADABLE = {
    "small/files.json POST /a": "a list in a multipart form; it takes one file for no list",
    "small/bodies.json POST /multi": "the same",
    "small/bodies.json POST /import2": "a multipart body that is the file itself",
    "small/pairs.json GET /r": "a list of lists in a query",
    "small/pathparams.json": "it dies of a list of numbers in a path",
}

DOCUMENTS = REPOSITORY / "tests" / "openapi" / "documents"


class Judgement(NamedTuple):
    """What both judges say: valid ones and all. refused: operations of which Prism refused one.

    unread: requests that Prism cannot read.
    """

    values: tuple[int, int]
    requests: tuple[int, int]
    refused: list[str]
    unread: int


def documents(operations: int) -> Iterator[tuple[str, Any]]:
    """Yield names and contents."""
    for folder in ("styles", "small"):
        for path in sorted((DOCUMENTS / folder).iterdir()):
            yield f"{folder}/{path.name}", yaml.safe_load(path.read_text(encoding="utf-8"))
    yield "shop.json", json.loads((DOCUMENTS / "shop.json").read_text(encoding="utf-8"))
    made = runpy.run_path(str(REPOSITORY / "benchmarks" / "openapi" / "bench.py"))["document"]
    yield f"the compiler's benchmark, {operations} operations", made(operations)


def judged(name: str, content: Any, folder: Path) -> Judgement:
    """Let both judge a document."""
    for key in ("servers", "host", "basePath"):
        content.pop(key, None)  # the mock serves at its root
    own = list(Oracle(content, compiled(content)).judge())
    document = folder / "document.json"
    document.write_text(json.dumps(content), encoding="utf-8")
    suite = compiled_suite(installed("k6", "k6"), folder, document, consent(content))
    with mock(installed("node", "prism"), document, folder / "mock.txt") as url:
        run = suite.against(url, OPENAPI_KEY="user:secret", OPENAPI_SEED=7).run(SCRIPT)
    every = run.summary["endpoints"]
    rows = [row for row in every if not {name, f"{name} {row['name']}"} & UNREADABLE.keys()]
    unread = sum(row["requests"] for row in every if row not in rows)
    sent = sum(row["requests"] for row in rows)
    failed = sum(row["errors"] for row in rows)
    refused = [row["name"] for row in rows if row["errors"]]
    good = sum(not one.problem for one in own)
    return Judgement((good, len(own)), (sent - failed, sent), refused, unread)


def main() -> None:
    """Print both judgements of each document, and of all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--operations", type=int, default=250, help="of the generated document")
    options = parser.parse_args()
    sums = [[0, 0], [0, 0]]
    unread = 0
    for name, content in documents(options.operations):
        with tempfile.TemporaryDirectory() as folder:
            try:
                found = judged(name, content, Path(folder))
            except AssertionError as problem:
                print(f"{name}: Prism does not load it: {str(problem)[-200:]}", flush=True)
                continue
        unread += found.unread
        for total, (good, count) in zip(sums, (found.values, found.requests), strict=True):
            total[0] += good
            total[1] += count
        print(
            f"{name}: {found.values[0]} of {found.values[1]} values,"
            f" {found.requests[0]} of {found.requests[1]} requests"
            + (f"; {found.unread} more that Prism cannot read" if found.unread else "")
            + (f"; refused: {', '.join(found.refused[:5])}" if found.refused else ""),
            flush=True,
        )
    shares = [f"{good} of {count}, {100 * good / max(1, count):.2f} %" for good, count in sums]
    print(f"all: jsonschema {shares[0]} (bar: 99.5); Prism {shares[1]} (bar: 99.5)")
    print(f"{unread} further requests are ones that Prism cannot read:")
    for name, reason in UNREADABLE.items():
        print(f"  {name}: {reason}")


if __name__ == "__main__":
    main()
