"""The suite's modules, tested from inside k6: the scripts in `k6/`."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.support import expected
from tests.support.suite_runner import Suite

SCRIPTS = sorted(
    path.name for path in (Path(__file__).parent / "k6").glob("*.js") if path.name != "expect.js"
)
# What a script passes to `shows` of expect.js.
SHOWN = re.compile(r'msg=("= (?:[^"\\]|\\.)*")')


@pytest.mark.parametrize("script", SCRIPTS)
def test_module(live: Suite, script: str) -> None:
    run = live.run(f"k6/{script}")
    assert run.code == 0, run.everything
    lines = [json.loads(text) for text in SHOWN.findall(run.err)]
    if lines:
        expected.compare(expected.beside(Path(__file__)), script, lines)


def test_a_wrong_expectation_is_seen(live: Suite) -> None:
    script = live.load / "k6" / "wrong.js"
    script.write_text(
        "import { equal, expectations } from './expect.js';\n"
        "export const options = expectations(1);\n"
        "export default function () { equal('one', 1, 2); }\n",
        encoding="utf-8",
    )
    assert live.run(script).code == 99


def test_an_exception_is_seen(live: Suite) -> None:
    script = live.load / "k6" / "throwing.js"
    script.write_text(
        "import { equal, expectations } from './expect.js';\n"
        "export const options = expectations(2);\n"
        "export default function () { equal('one', 1, 1); throw new Error('early'); }\n",
        encoding="utf-8",
    )
    assert live.run(script).code == 99
