"""The commands of the README: `make` targets, .ci/run and the demo."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import bench
import demo
import pytest
import toolchain

from tests.support.layout import REPOSITORY


def make(*arguments: str, cwd: Path = REPOSITORY) -> subprocess.CompletedProcess[str]:
    """Run make."""
    return subprocess.run(
        ["make", *arguments], cwd=cwd, capture_output=True, text=True, check=False
    )


def demo_environment(**changes: str) -> dict[str, str]:
    """Return the environment `make demo` gives to the demo, with the pinned k6 on PATH."""
    folders = {name: toolchain.find(name, os.environ) for name in ("dev", "k6")}
    complete = {name: folder for name, folder in folders.items() if folder}
    return {**toolchain.run_environment(complete, os.environ), **changes}


def run_demo(**changes: str) -> subprocess.CompletedProcess[str]:
    """Run the whole demo with a short smoke test."""
    return subprocess.run(
        [sys.executable, str(REPOSITORY / "tools" / "demo.py")],
        env=demo_environment(DURATION="2s", **changes),
        capture_output=True,
        text=True,
        check=False,
    )


def test_help_lists_every_target(tmp_path: Path) -> None:
    shown = make("--no-print-directory", "-C", str(REPOSITORY), cwd=tmp_path).stdout
    text = (REPOSITORY / "Makefile").read_text(encoding="utf-8")
    targets = re.findall(r"^\.PHONY: (.+)$", text, flags=re.MULTILINE)
    assert {"demo", "test", "test-fast", "lint", "format", "bench", "help"} <= set(targets)
    for target in targets:
        assert re.search(rf"^  make {target} +\S", shown, flags=re.MULTILINE), target


@pytest.mark.parametrize("target", ["demo", "test", "test-fast", "lint", "format", "bench"])
def test_targets_set_up_what_they_need_first(target: str) -> None:
    assert "toolchain.py run" in make("-n", target).stdout


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ([], ([], [])),
        (["a", "b"], (["a", "b"], [])),
        (["a", "--pairs", "3"], (["a"], ["--pairs", "3"])),
    ],
)
def test_arguments_of_bench(arguments: list[str], expected: tuple[list[str], list[str]]) -> None:
    assert bench.split(arguments) == expected


def test_an_unknown_benchmark_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert bench.main(["nonsense"]) == 2
    assert "unknown benchmark 'nonsense': expected" in capsys.readouterr().err


def test_ci_run_is_the_test_command_and_nothing_else() -> None:
    path = REPOSITORY / ".ci" / "run"
    assert os.access(path, os.X_OK)
    lines = path.read_text(encoding="utf-8").splitlines()
    code = [line for line in lines if not line.startswith("#")]
    assert code == ['cd "$(dirname "$0")/.." && exec make test']


@pytest.mark.parametrize(
    ("answer", "supported"),
    [
        ("echo 'k6 v1.8.1 (go1.26, linux/amd64)'", True),
        ("echo 'k6 v2.0.0-rc1 (x)'", True),
        ("echo 'k6 v0.57.0 (x)'", False),
        ("echo 'k6 v10.0.0 (x)'", False),
        ("echo 'k6 v1.8.1 (x)'; exit 1", False),
    ],
)
def test_which_k6_the_demo_accepts(tmp_path: Path, answer: str, supported: bool) -> None:
    k6 = tmp_path / "my k6"
    k6.write_text(f"#!/bin/sh\n{answer}\n", encoding="utf-8")
    k6.chmod(0o755)
    assert demo.is_supported_k6(str(k6)) is supported
    if supported:
        assert demo.k6_for_demo({"K6_BIN": str(k6), "PATH": "/nowhere"}) == k6
    else:
        with pytest.raises(demo.DemoError, match="unset K6_BIN"):
            demo.k6_for_demo({"K6_BIN": str(k6)})


def test_the_demo_falls_back_to_the_pinned_k6(k6_binary: Path) -> None:
    environ = {**os.environ, "PATH": "/nowhere"}
    assert demo.k6_for_demo(environ) == k6_binary


@pytest.mark.slow
def test_the_demo_passes_and_says_where_the_summary_is(tmp_path: Path) -> None:
    folder = tmp_path / "demo folder"
    folder.mkdir()
    done = run_demo(DEMO_DIR=str(folder), BASE_URL="http://127.0.0.1:9", K6_VUS="3")
    assert done.returncode == 0, done.stdout + done.stderr
    summary = re.search(r"^  summary +(.*)$", done.stdout, flags=re.MULTILINE)
    assert summary
    assert '"passed": true' in Path(summary[1]).read_text(encoding="utf-8")
    assert re.search(r"^PASSED in \d+ s \(exit code 0\)$", done.stdout, flags=re.MULTILINE)


@pytest.mark.slow
def test_the_exit_code_of_the_demo_is_the_verdict(tmp_path: Path) -> None:
    done = run_demo(DEMO_DIR=str(tmp_path), THRESHOLDS="http_req_duration=max<0.001")
    assert done.returncode == 99, done.stdout + done.stderr
    assert "FAILED" in done.stdout


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["ctrl-c", "sigterm"])
def test_an_interrupted_demo_leaves_no_process_behind(tmp_path: Path, number: int) -> None:
    process = subprocess.Popen(
        [sys.executable, str(REPOSITORY / "tools" / "demo.py")],
        env=demo_environment(DURATION="60s", DEMO_DIR=str(tmp_path)),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    wait_for_text(process, "execution: local")
    if number == signal.SIGINT:
        os.killpg(process.pid, number)  # as a terminal does
    else:
        process.terminate()
    process.communicate(timeout=60)
    assert process.returncode == 105
    with pytest.raises(ProcessLookupError):
        os.killpg(process.pid, 0)


def wait_for_text(process: subprocess.Popen[str], text: str) -> None:
    """Read the output of a process until a line holds `text`."""
    assert process.stdout
    deadline = time.monotonic() + 60
    for line in process.stdout:
        if text in line:
            return
        assert time.monotonic() < deadline
    pytest.fail(f"the demo ended without {text!r}")


def test_make_is_there() -> None:
    assert shutil.which("make"), "the commands of this repository need make"
