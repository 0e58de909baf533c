"""The page "Write your own test" of a generated suite, followed step by step."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support import howtos
from tests.support.bakery import Bakery
from tests.support.layout import LOAD
from tests.support.suite_runner import PATIENT

if TYPE_CHECKING:
    from service.testing import RunningService

pytestmark = pytest.mark.slow

# The reference service has items instead of orders.
PAGE = re.sub(r"(?<!scripts)/orders", "/items", (LOAD / "docs" / "own-tests.md").read_text())
COMMAND = re.compile(r"^\./scripts/load-test\.sh (.+)$", re.MULTILINE)
COMMANDS = re.compile(r"```bash\n(?:\./.*\n)+```\n")


def set_values(project: Path, edit: howtos.Edit) -> None:
    """Set values in suite.env, as a person would who edits it."""
    file = project / edit.path
    text = file.read_text()
    for line in edit.text.splitlines():
        key = line.partition("=")[0]
        lines = text.splitlines()
        old = [one for one in lines if one.startswith(f"{key}=")]
        text = text.replace(f"{old[0]}\n", f"{line}\n", 1) if old else f"{text}{line}\n"
    file.write_text(text)


def edit(project: Path, body: str) -> None:
    """Make the edits of one step."""
    for one in howtos.edits_of("own tests", COMMANDS.sub("", body)):
        if one.path.endswith("suite.env"):
            set_values(project, one)
        elif one.language == "diff":
            howtos.apply(one, project)
        else:
            file = project / one.path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(one.text)


def start(project: Path, k6: Path, arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    """Run the command of the suite, however it ends."""
    return subprocess.run(
        ["bash", "scripts/load-test.sh", *shlex.split(arguments)],
        cwd=project,
        env={**os.environ, "K6_BIN": str(k6), **env},
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )


def run(project: Path, k6: Path, arguments: str, **env: str) -> str:
    """Run the command of the suite; return what it printed."""
    done = start(project, k6, arguments, **env)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_every_step_works(baked: Bakery, service: RunningService, k6_binary: Path) -> None:
    project = baked.copy()
    env = {"BASE_URL": service.url, "THRESHOLDS": PATIENT, "THINK_TIME": "0.1"}
    commands: list[str] = []
    for step in PAGE.split("\n## ")[1:]:
        edit(project, step)
        commands += COMMAND.findall(step)
        for arguments in COMMAND.findall(step):
            if "staging" in arguments:
                shown = run(project, k6_binary, arguments, THINK_TIME="0.1")
                assert "staging.example.com" in shown
                assert "p(95)<1500" in shown
                continue
            shown = run(project, k6_binary, arguments, **env)
            assert "POST /items" in shown
            assert "no checks: " not in shown
            if arguments.startswith("load"):
                assert "openapi" not in shown.replace("/openapi", "")
        if COMMAND.search(step) is None and not step.startswith("1"):
            # The test of the steps before still runs.
            run(project, k6_binary, "orders --vus 1 --duration 2s", **env)
    assert len(commands) == 4
    listed = run(project, k6_binary, "--list")
    assert "Orders: users place an order" in listed


def test_a_failed_step_does_not_leave_out_the_pause(
    baked: Bakery, service: RunningService, k6_binary: Path
) -> None:
    """A service that is broken is asked no more often than one that works."""
    project = baked.copy()
    for step in PAGE.replace("'/items'", "'/nothing'").split("\n## ")[1:3]:
        edit(project, step)
    done = start(project, k6_binary, "orders --vus 1 --duration 3s", BASE_URL=service.url)
    assert done.returncode == 99, done.stdout + done.stderr
    [requests] = re.findall(r"POST /items +(\d+) ", done.stdout)
    assert 1 <= int(requests) <= 4


def test_core_leaves_the_journeys_out(
    baked: Bakery, service: RunningService, k6_binary: Path
) -> None:
    project = baked.copy()
    edit(project, PAGE.split("\n## ")[1])
    (project / "tests/load/scripts/broken.js").write_text("export const journey = 1;\n")
    shown = run(project, k6_binary, "load --dry-run", BASE_URL=service.url)
    assert "WORKLOAD=broken,orders" in shown
    shown = run(project, k6_binary, "load --dry-run", BASE_URL=service.url, WORKLOAD="core")
    assert "broken" not in shown
