"""Runs the wrapper in a private project, with a k6 that records how it was called."""

from __future__ import annotations

import functools
import os
import re
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from tests.support.isolation import RARE_COLLECTION
from tests.support.layout import LOAD, SUITE_FILES, WRAPPER, shell_parts

# Every test's project is below a folder of this name, so that an unquoted path breaks.
HOSTILE = "-a b'\"$(touch pwned)`touch pwned`;* é"

# Run the whole folder with another bash: WRAPPER_BASH=/path/to/bash-3.2 pytest tests/wrapper
BASH = os.environ.get("WRAPPER_BASH") or shutil.which("bash") or "bash"

SHIM_FOLDER = Path(__file__).resolve().parent / "shims"

SUITE_ENV = """\
PROJECT_NAME="Sample Shop"
PROJECT_SLUG=sample-shop
BACKEND_PORT=8000
BASE_URL=
"""


@dataclass
class Call:
    """One call of the recording k6 (or docker)."""

    kind: str
    args: list[str]
    env: dict[str, str]
    cwd: str
    pid: int

    @property
    def script(self) -> str:
        """The script for k6: the last argument."""
        return self.args[-1]

    @property
    def vars(self) -> dict[str, str]:
        """Variables passed with `--env`; the last one wins, as in k6."""
        pairs = (self.args[i + 1] for i, word in enumerate(self.args[:-1]) if word == "--env")
        return dict(pair.split("=", 1) for pair in pairs)


@dataclass
class Result:
    """The result of a run of the wrapper."""

    code: int
    stdout: str
    stderr: str
    calls: list[Call] = field(default_factory=list)

    @property
    def runs(self) -> list[Call]:
        """The measured runs, without `k6 version` and the readiness check."""
        return [call for call in self.calls if call.kind == "run"]

    @property
    def call(self) -> Call:
        """The only measured run."""
        assert len(self.runs) == 1, f"{len(self.runs)} runs of k6\n{self}"
        return self.runs[0]

    @property
    def all(self) -> str:
        """Everything that was printed."""
        return self.stdout + self.stderr

    def passed(self) -> Result:
        """Assert that the exit code is 0; return self."""
        assert self.code == 0, str(self)
        return self

    def refused(self, *words: str) -> str:
        """Assert that the run was refused before any load, with these words; return stderr."""
        assert self.code == 1, str(self)
        assert not [call for call in self.calls if call.kind != "version"], "k6 was started"
        first = self.stderr.splitlines()[0] if self.stderr else ""
        assert first.startswith("load-test.sh: "), str(self)
        for word in words:
            assert word in first, f"{word!r} is not in {first!r}"
        return self.stderr

    def __str__(self) -> str:
        return f"exit code {self.code}\n--- stdout\n{self.stdout}\n--- stderr\n{self.stderr}"


class Project:
    """A project with the wrapper, below a folder with a hostile name.

    Args:
        folder: an empty folder.
        real: with the real suite and real k6, instead of a small fake suite and the recording k6.
        k6: the k6 to put on PATH.
    """

    def __init__(self, folder: Path, *, real: bool, k6: Path) -> None:
        self.root = folder / HOSTILE
        self.home = folder / "home"
        self.records = folder / "records"
        self.bin = folder / "bin"
        for path in (self.root, self.home, self.records, self.bin):
            path.mkdir(parents=True)
        if real:
            shutil.copytree(SUITE_FILES, self.root, dirs_exist_ok=True)
        else:
            self._write_fake_suite()
        (self.bin / "k6").symlink_to(k6)
        self.env = {
            "PATH": f"{self.bin}:{os.environ['PATH']}",
            "HOME": str(self.home),
            "SHIM_RECORDS": str(self.records),
            "LC_ALL": os.environ.get("LC_ALL", "C.UTF-8"),
            **RARE_COLLECTION,
            "GIT_CEILING_DIRECTORIES": str(folder),
        }
        self.bash = BASH

    def _write_fake_suite(self) -> None:
        files = fake_suite()
        for folder in dict.fromkeys(name.rpartition("/")[0] for name in files):
            (self.root / folder).mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            (self.root / name).write_bytes(content)
        shutil.copymode(WRAPPER, self.wrapper)

    @property
    def wrapper(self) -> Path:
        return self.root / "scripts" / "load-test.sh"

    @property
    def load(self) -> Path:
        return self.root / "tests" / "load"

    @property
    def results(self) -> Path:
        return self.load / "results"

    @property
    def runs(self) -> list[Path]:
        """The run folders, oldest first."""
        return sorted(
            path for path in self.results.iterdir() if path.is_dir() and not path.is_symlink()
        )

    @property
    def run_folder(self) -> Path:
        """The only run folder."""
        assert len(self.runs) == 1, self.runs
        return self.runs[0]

    def write(self, name: str, text: str | bytes, mode: int | None = None) -> Path:
        """Write a file of the project, with its folders."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(text, bytes):
            path.write_bytes(text)
        else:
            path.write_text(text, encoding="utf-8")
        if mode is not None:
            path.chmod(mode)
        return path

    def script(self, name: str, text: str) -> Path:
        """Write an executable to the folder that is first on PATH."""
        path = self.bin / name
        path.unlink(missing_ok=True)
        path.write_text(text, encoding="utf-8")
        path.chmod(0o755)
        return path

    def command(self, *args: str) -> list[str]:
        return [self.bash, "--", str(self.wrapper), *args]

    def environment(self, env: Mapping[str, str | None] | None) -> dict[str, str]:
        """Return the tests' environment with changes; None removes a variable."""
        merged: dict[str, str | None] = {**self.env, **(env or {})}
        return {name: value for name, value in merged.items() if value is not None}

    def run(
        self,
        *args: str,
        env: Mapping[str, str | None] | None = None,
        cwd: Path | None = None,
        command: Sequence[str] | None = None,
        timeout: float = 30,
        stdin: str | None = None,
    ) -> Result:
        """Run the wrapper to its end. `command` replaces the words before the arguments."""
        words = [*command, *args] if command else self.command(*args)
        before = set(self.records.iterdir())
        done = subprocess.run(
            words,
            env=self.environment(env),
            cwd=cwd or self.root,
            input=stdin,
            stdin=subprocess.DEVNULL if stdin is None else None,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )
        self.assert_nothing_executed()
        return Result(done.returncode, done.stdout, done.stderr, self.calls(before))

    @contextmanager
    def running(self, *args: str, env: Mapping[str, str | None] | None = None) -> Iterator[Running]:
        """Start the wrapper in its own process group; kill what is left at the end."""
        with (
            (self.records / "stdout").open("wb") as out,
            (self.records / "stderr").open("wb") as err,
        ):
            process = subprocess.Popen(
                self.command(*args),
                env=self.environment(env),
                cwd=self.root,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                start_new_session=True,
            )
        try:
            yield Running(self, process)
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
        self.assert_nothing_executed()

    def calls(self, before: set[Path] | None = None) -> list[Call]:
        """The recorded calls, in order."""
        found = [path for path in self.records.glob("*.call") if path not in (before or set())]
        return [read_call(path) for path in sorted(found, key=lambda path: path.stat().st_mtime_ns)]

    def assert_nothing_executed(self) -> None:
        """Fail if a shell ran text that should have stayed text."""
        left = [str(path) for path in self.root.parent.rglob("pwned*")]
        assert not left, f"a value was executed: {left}"


@dataclass
class Running:
    """A wrapper that is still running."""

    project: Project
    process: subprocess.Popen[bytes]

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def stdout(self) -> str:
        return (self.project.records / "stdout").read_text(encoding="utf-8")

    @property
    def stderr(self) -> str:
        return (self.project.records / "stderr").read_text(encoding="utf-8")

    def until(self, condition: Callable[[], object], what: str, limit: float = 20) -> None:
        """Wait for a condition."""
        until(condition, lambda: f"{what}\n{self.stdout}\n{self.stderr}", limit)

    def until_k6_runs(self) -> Call:
        """Wait until the recording k6 is in its measured run."""
        self.until(
            lambda: [c for c in self.project.calls() if c.kind == "run"], "k6 was not started"
        )
        return next(call for call in self.project.calls() if call.kind == "run")

    def signal(self, number: int) -> None:
        os.kill(self.pid, number)

    def signal_group(self, number: int) -> None:
        os.killpg(self.pid, number)

    def end(self, limit: float = 20) -> Result:
        """Wait for the wrapper to end by itself."""
        code = self.process.wait(limit)
        return Result(code, self.stdout, self.stderr, self.project.calls())


@functools.cache
def fake_suite() -> dict[str, bytes]:
    """Return the files of a small suite: the wrapper with all it reads, and tests without code."""
    shown = [
        WRAPPER,
        *shell_parts(),
        LOAD / "config" / "profiles.js",
        *(LOAD / "engine" / "settings").glob("*.js"),
        *(LOAD / "engine" / "features").glob("*/settings.js"),
    ]
    files = {path.relative_to(SUITE_FILES).as_posix(): path.read_bytes() for path in shown}
    texts = {
        "engine/commands/wait-for-service.js": "",
        "engine/commands/finish-report.js": "",
        "engine/version.txt": "0.9.1\n",
        "suite.env": SUITE_ENV,
        "results/.gitkeep": "",
    }
    for name in ("smoke", "load", "stress", "soak", "spike", "breakpoint"):
        texts[f"scenarios/{name}.js"] = f"// {name.title()}: a profile.\n"
    for name in ("health", "api-public"):
        texts[f"scripts/{name}.js"] = f"/**\n * {name}: a test.\n */\n"
    return files | {f"tests/load/{name}": text.encode() for name, text in texts.items()}


def until(condition: Callable[[], object], what: Callable[[], str], limit: float) -> None:
    """Wait for `condition`; fail with the text of `what` after `limit` seconds."""
    deadline = time.monotonic() + limit
    while not condition():
        assert time.monotonic() < deadline, f"after {limit} s: {what()}"
        time.sleep(0.02)


def read_call(path: Path) -> Call:
    """Read one record of the recording k6: NUL-separated words in sections."""
    head, args, env = path.read_bytes().decode("utf-8", "surrogateescape").split("\x01\x00")
    kind, pid, cwd = head.split("\0")[:3]
    pairs = (pair.split("=", 1) for pair in env.split("\0") if "=" in pair)
    return Call(kind, args.split("\0")[:-1], {pair[0]: pair[1] for pair in pairs}, cwd, int(pid))


def plain(text: str) -> str:
    """The text without colours."""
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


def left_over(project: Project) -> list[str]:
    """Return the living processes that inherited the environment of this test."""
    found = []
    for process in psutil.process_iter():
        try:
            ours = process.environ().get("SHIM_RECORDS") == str(project.records)
            if ours and process.status() != psutil.STATUS_ZOMBIE:
                found.append(f"{process.pid} {process.cmdline()}")
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
    return found
