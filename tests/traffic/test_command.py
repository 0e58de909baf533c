"""The commands `load-test.sh import` and `load-test.sh mix`: exit codes, pipes, Ctrl-C."""

from __future__ import annotations

import fcntl
import json
import os
import signal
import subprocess
import termios
import time
from array import array
from pathlib import Path
from typing import Any

import pytest

from tests.support.wrapper_project import BASH

pytestmark = pytest.mark.slow

CURL = "curl https://shop.example.com/items\ncurl https://shop.example.com/items/7\n"
LOG = '127.0.0.1 - - [29/Nov/2026:10:00:00 +0000] "GET /items HTTP/1.1" 200 12\n' * 3


@pytest.fixture(scope="module")
def project(baked: Any) -> Path:
    """A project with traffic, a file of curl commands and a log."""
    root: Path = baked.copy(include_traffic=True)
    (root / "shop.curl").write_text(CURL)
    (root / "access.log").write_text(LOG)
    (root / "odd.txt").write_text("hello")
    return root


def run(project: Path, *words: str, **more: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [BASH, "scripts/load-test.sh", *words],
        cwd=project,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        **more,
    )


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        ("import", 1, "the following arguments are required: FILE"),
        ("import --nope shop.curl", 1, "unrecognized arguments: --nope"),
        ("import shop.curl --keep everything", 1, "invalid choice: 'everything'"),
        ("import missing.har", 1, "missing.har: No such file or directory"),
        ("import odd.txt", 1, "is of no known kind"),
        ("import shop.curl --check --name new", 2, "is out of date. Try:"),
        ("import shop.curl", 0, "Next: ./scripts/load-test.sh traffic"),
        ("import shop.curl", 0, "recorded  at https://shop.example.com; the test sends to"),
        ("import --help", 0, "Exit codes:"),
        ("mix access.log --minutes soon", 1, "invalid float value: 'soon'"),
        ("mix access.log --minutes 0", 1, "expected 0.1 to 1440"),
        ("mix missing.log", 1, "missing.log: No such file or directory"),
        ("mix odd.txt", 1, "is a request of a known format"),
        ("mix access.log", 0, "Next: ./scripts/load-test.sh mix"),
    ],
)
def test_exit_codes(words: str, code: int, said: str, project: Path) -> None:
    done = run(project, *words.split())
    assert done.returncode == code, done.stdout + done.stderr
    assert said in (done.stdout if code == 0 else done.stderr)
    assert "Traceback" not in done.stderr


def test_what_was_written(project: Path) -> None:
    assert run(project, "import", "shop.curl").returncode == 0
    checked = run(project, "import", "shop.curl", "--check")
    assert (checked.returncode, "is up to date" in checked.stdout) == (0, True)
    assert run(project, "mix", "-", input=LOG).returncode == 0
    data = project / "tests/load/data"
    rows = [json.loads(line) for line in (data / "traffic.jsonl").read_text().splitlines()]
    assert [row["name"] for row in rows if "name" in row] == ["GET /items", "GET /items/{id}"]
    mix = json.loads((data / "traffic.mix.json").read_text())
    assert [route["name"] for route in mix["routes"]] == ["GET /items"]
    assert not list(project.rglob("__pycache__"))


@pytest.mark.parametrize(
    "first", ["<<<<<<< HEAD\n", "version https://git-lfs.github.com/spec/v1\n"]
)
def test_rows_that_cannot_be_read_are_not_replaced(first: str, project: Path) -> None:
    assert run(project, "import", "shop.curl", "--name", "first").returncode == 0
    table = project / "tests/load/data/traffic.jsonl"
    whole = table.read_text()
    text = first + whole
    table.write_text(text)
    done = run(project, "import", "shop.curl")
    again = table.read_text()
    table.write_text(whole)
    assert (done.returncode, again) == (1, text)
    assert "traffic.jsonl is no table: a merge conflict, or a pointer of Git LFS" in done.stderr


@pytest.mark.parametrize("words", ["import shop.curl", "import --help", "mix access.log"])
def test_a_reader_who_has_seen_enough(words: str, project: Path) -> None:
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(
        [BASH, "scripts/load-test.sh", *words.split()],
        cwd=project,
        # Unbuffered output would meet the closed pipe at once, not at the end.
        env={key: value for key, value in os.environ.items() if key != "PYTHONUNBUFFERED"},
        stdout=write,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
        timeout=60,
    )
    os.close(write)
    assert (done.returncode, done.stderr) == (0, "")


def waiting(pipe: int) -> int:
    """Return the number of bytes in a pipe that nobody has read."""
    count = array("i", [0])
    fcntl.ioctl(pipe, termios.FIONREAD, count)
    return count[0]


def test_ctrl_c(project: Path) -> None:
    """It reads standard input, which does not end."""
    with subprocess.Popen(
        [BASH, "scripts/load-test.sh", "mix", "-"],
        cwd=project,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin is not None
        process.stdin.write(LOG)
        process.stdin.flush()
        end = time.monotonic() + 20
        while waiting(process.stdin.fileno()) and time.monotonic() < end:
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=20)
    assert (process.returncode, said) == (130, "")
