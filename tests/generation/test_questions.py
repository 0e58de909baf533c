"""The questions, answered at a terminal."""

from __future__ import annotations

import os
import pty
import re
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.generation.commands import MANIFEST
from tests.support.hooks import defaults, load_hook
from tests.support.layout import REPOSITORY

pytestmark = pytest.mark.slow

OPTIONS = [option.name for option in load_hook("pre_gen_project").OPTIONS]
PROMPTS = defaults()["__prompts__"]
LIMIT = 60.0


class Terminal:
    """A person at a terminal who generates a project."""

    def __init__(self, folder: Path) -> None:
        self.shown = ""
        self._read = 0
        self._main, side = pty.openpty()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "cookiecutter", REPOSITORY],
            cwd=folder,
            env={**os.environ, "TERM": "dumb", "COLUMNS": "200", "NO_COLOR": "1"},
            stdin=side,
            stdout=side,
            stderr=side,
            start_new_session=True,
        )
        os.close(side)

    def see(self, text: str) -> str:
        """Wait for a text that was not seen before; return everything up to it."""
        end = time.monotonic() + LIMIT
        while text not in self.shown[self._read :]:
            assert time.monotonic() < end, f"no {text!r} in {self.shown[self._read :]!r}"
            self._more()
        start = self._read
        self._read = self.shown.index(text, start) + len(text)
        return self.shown[start : self._read]

    def _more(self) -> bool:
        if not select.select([self._main], [], [], 0.2)[0]:
            return True
        try:
            data = os.read(self._main, 65536)
        except OSError:
            data = b""
        self.shown += data.decode(errors="replace").replace("\r\n", "\n")
        return bool(data)

    def type(self, line: str) -> None:
        """Type a line."""
        os.write(self._main, f"{line}\n".encode())

    def answer(self, name: str, line: str = "") -> str:
        """Wait for a question and answer it; return the question."""
        number = OPTIONS.index(name) + 1
        self.see(f"[{number}/{len(OPTIONS)}] ")
        asked = self.see("): ")
        self.type(line)
        return asked

    def end(self) -> int:
        """Wait for the end; return the exit code."""
        end = time.monotonic() + LIMIT
        while self._process.poll() is None:
            assert time.monotonic() < end, self.shown
            self._more()
        while self._more() and select.select([self._main], [], [], 0)[0]:
            pass
        return self._process.returncode

    def close(self) -> None:
        """End the process if it is still there."""
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        os.close(self._main)


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    terminal = Terminal(tmp_path)
    yield terminal
    terminal.close()


def settings(project: Path) -> dict[str, str]:
    lines = (project / "tests" / "load" / "suite.env").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if re.match(r"[A-Z_]+=", line))


def test_defaults_by_pressing_enter(terminal: Terminal, tmp_path: Path) -> None:
    started = time.monotonic()
    for name in OPTIONS:
        asked = terminal.answer(name)
        assert PROMPTS[name].split("\n")[0] in asked
    assert terminal.end() == 0, terminal.shown
    assert time.monotonic() - started < 30
    found = settings(tmp_path / "my-service")
    assert (found["BACKEND_PORT"], found["AUTH_MODE"]) == ("8000", "none")
    assert (found["HEALTH_PATHS"], found["WORKLOAD"]) == ("", "")


def test_lists_by_number_and_by_word(terminal: Terminal, tmp_path: Path) -> None:
    typed = {
        "project_name": "Corner Shop",
        "health_path": "healthz",
        "auth": "8",
        "resources": "1,3",
        "include_multi_tenant": "no",
        "websocket": "SOCKETIO",
        "include_database": "n",
        "profile_set": "3",
        "ci": "2",
        "include_observability": "4",
        "include_claude_md": "y",
    }
    for name in OPTIONS:
        asked = terminal.answer(name, typed.get(name, ""))
        if "\n    1 - " in PROMPTS[name]:
            assert "    1 - " in asked
    assert terminal.end() == 0, terminal.shown
    found = settings(tmp_path / "corner-shop")
    assert found["HEALTH_PATHS"] == "/healthz"
    assert found["AUTH_MODE"] == "oauth2"
    assert found["PROFILE_SET"] == "light"
    project = tmp_path / "corner-shop"
    assert (project / ".github" / "workflows" / "load-tests.yml").exists()
    assert (project / "CLAUDE.md").exists()
    manifest = (project / MANIFEST).read_text()
    for answer in ('"auth": "oauth2"', '"resources": "items,desk"', '"websocket": "socketio"'):
        assert answer in manifest


def test_a_wrong_answer_is_told_before_the_next_question(
    terminal: Terminal, tmp_path: Path
) -> None:
    wrong = {
        "project_slug": ["no/slash", "CON"],
        "backend_port": ["99999", "http"],
        "health_path": ["two words"],
        "auth": ["11", "logn"],
        "resources": ["items,shop"],
        "profile_set": ["big"],
    }
    right = {"project_slug": "shop", "backend_port": "9000", "auth": "login"}
    for name in OPTIONS:
        for answer in wrong.get(name, []):
            terminal.answer(name, answer)
            terminal.see(f"'{answer}' is invalid")
            terminal.see("expected ")
        terminal.answer(name, right.get(name, ""))
    assert terminal.end() == 0, terminal.shown
    assert "Traceback" not in terminal.shown
    found = settings(tmp_path / "shop")
    assert (found["BACKEND_PORT"], found["AUTH_MODE"]) == ("9000", "login")


def test_a_wrong_yes_or_no_is_asked_again(terminal: Terminal) -> None:
    for name in OPTIONS:
        if name == "include_cdc":
            terminal.answer(name, "perhaps")
            terminal.see("Please enter Y or N")
        terminal.answer(name)
    assert terminal.end() == 0, terminal.shown
