"""Fixtures of the CI tests: a generated project on a machine that runs its jobs."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.ci.pipeline import Runner
from tests.support.bakery import Bakery

MakeRunner = Callable[..., Runner]

# Notes its words and the environment it got, and passes.
RECORDER = """\
#!/usr/bin/env bash
{ printf '%s\\n' "words=$*"; env; } >"$(dirname -- "$0")/recorded"
exit "${RECORDER_CODE:-0}"
"""


@pytest.fixture
def runner(baked: Bakery, tmp_path: Path, k6_binary: Path) -> MakeRunner:
    """Return a runner with a private project: `runner(ci="github", auth="login")`.

    With `recording=True` the command of the suite is replaced by one that writes down how it was
    called, to `scripts/recorded`.
    """

    def make(*, recording: bool = False, **answers: str) -> Runner:
        project = baked.copy(**answers)
        if recording:
            (project / "scripts" / "load-test.sh").write_text(RECORDER, encoding="utf-8")
        path = f"{k6_binary.parent}{os.pathsep}{os.environ['PATH']}"
        return Runner(project, tmp_path, path)

    return make
