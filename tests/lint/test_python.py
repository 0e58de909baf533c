"""Python: ruff and mypy over everything that is Python."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from sources import tracked_files

from tests.lint.linting import lint, run
from tests.support.installed import build_cache
from tests.support.layout import REPOSITORY, SERVICE

Tool = Callable[[str], Path]


def python_files() -> list[Path]:
    """Return the repository's Python files."""
    return [path for path in tracked_files() if path.suffix == ".py"]


def test_ruff_is_content(tool: Tool) -> None:
    flags = ["--no-cache", "--output-format=concise"]
    lint([tool("ruff"), "check", *flags, *python_files()], REPOSITORY)


def test_ruff_would_format_nothing(tool: Tool) -> None:
    flags = ["--no-cache", "--check", "--output-format=concise"]
    lint([tool("ruff"), "format", *flags, *python_files()], REPOSITORY)


@pytest.mark.slow
@pytest.mark.parametrize("part", ["service", "everything else"])
def test_mypy_is_content(part: str, tool: Tool) -> None:
    # The service has a `tests` folder of its own: two modules of one name need two runs.
    files = [path for path in python_files() if (SERVICE in path.parents) == (part == "service")]
    kept = build_cache(f"mypy-{part[:7]}")
    lint([tool("mypy"), f"--cache-dir={kept}", "--no-error-summary", *files], REPOSITORY)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("command", "code"),
    [
        (("ruff", "check"), "import os\n"),
        (("ruff", "check"), "def f(x=[]):\n    return x\n"),
        (("ruff", "format", "--diff"), "x = { 'a':1 }\n"),
        (("mypy", "--strict"), "def f(x):\n    return x\n"),
        (("mypy", "--strict"), "x: int = 'a'\n"),
    ],
)
def test_bad_code_is_refused(
    command: tuple[str, ...], code: str, tool: Tool, tmp_path: Path
) -> None:
    bad = tmp_path / "bad.py"
    bad.write_text(code, encoding="utf-8")
    config = REPOSITORY / "pyproject.toml"
    flag = f"--config-file={config}" if command[0] == "mypy" else f"--config={config}"
    done = run([tool(command[0]), *command[1:], flag, bad], tmp_path)
    assert done.returncode == 1, done.stdout + done.stderr
