"""The OpenAPI document of a generation: finds it, and compiles it after the suite was placed.

The suite's own tool compiles it in a separate process. If that fails, the suite is complete anyway,
and the user is told the command to run later.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Mapping
from typing import Any

OPTION = "openapi_spec"
FORMAT = 2  # of the table; the compiler writes it
LIVE = "live"
TABLE = "tests/load/data/operations.jsonl"
TOOL = "tests/load/engine/features/openapi/compile.py"
COMMAND = "./scripts/load-test.sh openapi update"
TIME_LIMIT = 90  # seconds; the tool itself allows 20 for a download
_SHOWN = 6  # lines of the tool's output


def is_file_name(answer: str) -> bool:
    """Tell whether an answer names a file, not a URL or a running service."""
    return answer not in {"", LIVE} and not answer.lower().startswith(("http://", "https://"))


def settled(answers: Mapping[str, Any], root: str, environ: Mapping[str, str]) -> dict[str, Any]:
    """Return the answers with the document's path relative to the project, if it exists.

    A relative path refers to the folder where the user ran the command, else to the project.
    """
    answer = str(answers.get(OPTION, ""))
    if not is_file_name(answer):
        return dict(answers)
    root = home(root, environ)
    for folder in _folders(root, environ.get("PWD", "")):
        path = os.path.join(folder, os.path.expanduser(answer))
        if os.path.isfile(path):
            return {**answers, OPTION: _from_project(path, root)}
    return dict(answers)


def home(root: str, environ: Mapping[str, str]) -> str:
    """Return the folder of the project that the suite at `root` is for.

    cruft renders into a temporary folder and compares that with the project, in which it is run.
    The result must be the same in both.
    """
    working = environ.get("PWD", "")
    if not os.path.isabs(working) or not os.path.isfile(os.path.join(working, ".cruft.json")):
        return root
    working = os.path.realpath(working)
    return root if (root + os.sep).startswith(os.path.join(working, "")) else working


def _folders(root: str, working: str) -> Iterator[str]:
    """Yield the folders to search. Cookiecutter does not pass on where it was called from."""
    known = os.path.isabs(working) and os.path.isdir(working)
    if known and (root + os.sep).startswith(os.path.join(os.path.realpath(working), "")):
        yield working
    yield os.path.dirname(root)
    if known:
        yield working
    yield root


def _from_project(path: str, root: str) -> str:
    try:
        relative = os.path.relpath(os.path.realpath(path), root)
    except ValueError:
        return path  # another drive of Windows
    return relative.replace(os.sep, "/")


def outdated(root: str, *, changed: bool) -> bool:
    """Tell whether the table must be compiled: it is empty, outdated, or of another document."""
    try:
        with open(os.path.join(root, *TABLE.split("/")), encoding="utf-8") as file:
            header = json.loads(file.readline())
    except (OSError, ValueError):
        return True
    empty = not isinstance(header, dict) or header.get("document") is None
    return empty or header.get("format") != FORMAT or changed


def compile_table(root: str, staged: str, answer: str, project: str) -> list[str]:
    """Compile the document into the suite at `root`; return lines for the user.

    staged: the folder of the template's own files, whose tool is run. project: see `home`. Never
    fails.
    """
    import subprocess  # noqa: PLC0415 - most runs compile nothing and need not load it

    if answer == LIVE:
        return [f"Next: start the service, then run {COMMAND} (reads its OpenAPI document)"]
    place = os.path.join(project, answer) if is_file_name(answer) else answer
    tool = os.path.join(staged, *TOOL.split("/"))
    # The table names the document as the project sees it, wherever it is compiled.
    flags = ["--project", root, *(["--label", answer] if is_file_name(answer) else [])]
    command = [sys.executable, "-B", tool, *flags, "update", place]
    try:
        done = subprocess.run(
            command, cwd=root, capture_output=True, text=True, errors="replace", check=False,
            stdin=subprocess.DEVNULL, timeout=TIME_LIMIT,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired, ValueError) as error:
        return [f"OpenAPI: not compiled ({type(error).__name__}). To retry: {COMMAND}"]
    if done.returncode != 0:
        reason = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        reason = reason.removeprefix("load-test.sh openapi: ").partition(". Try:")[0]
        return [f"OpenAPI: not compiled: {reason}", f"The suite is complete. To retry: {COMMAND}"]
    lines = done.stdout.rstrip().splitlines()
    shown = [line for line in lines[:-1] if not line.startswith("  added")][:_SHOWN]
    return [f"OpenAPI: {lines[-1] if lines else 'compiled'}", *shown]
