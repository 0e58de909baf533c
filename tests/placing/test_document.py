"""The OpenAPI document of a generation: where it is looked for, and what becomes of its table."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from placing import openapi, run
from placing.manifest import Manifest


def table(header: Any) -> str:
    return json.dumps(header) + "\n{}\n"


@pytest.mark.parametrize(
    ("content", "changed", "outdated"),
    [
        (None, False, True),
        ("", False, True),
        ("{", False, True),
        (table([]), False, True),
        (table({"format": 2}), False, True),
        (table({"format": 2, "document": None}), False, True),
        (table({"format": 1, "document": {}}), False, True),
        (table({"format": 2, "document": {}}), False, False),
        (table({"format": 2, "document": {}}), True, True),
    ],
)
def test_when_a_table_is_outdated(
    tmp_path: Path, content: str | None, changed: bool, outdated: bool
) -> None:
    path = tmp_path / openapi.TABLE
    path.parent.mkdir(parents=True)
    if content is not None:
        path.write_text(content)
    assert openapi.outdated(str(tmp_path), changed=changed) is outdated


@pytest.mark.parametrize(
    ("answer", "is_file"),
    [("", False), ("live", False), ("HTTP://x", False), ("https://x", False), ("a.json", True)],
)
def test_what_names_a_file(answer: str, is_file: bool) -> None:
    assert openapi.is_file_name(answer) is is_file


@pytest.fixture
def there(tmp_path: Path) -> Path:
    """Folders with documents: `calls` is where the user is, `home/service` the project."""
    root = Path(os.path.realpath(tmp_path))
    names = ("calls/one.json", "home/two.json", "home/service/three.json", "calls/two.json")
    for path in (*names, "two.json"):
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).touch()
    (root / "home/service/docs").mkdir()
    (root / "home/service/docs/three.json").touch()
    return root


@pytest.mark.parametrize(
    ("answer", "working", "settled"),
    [
        ("one.json", "calls", "../../calls/one.json"),
        ("two.json", "calls", "../two.json"),
        ("two.json", "", "../two.json"),
        ("two.json", ".", "../../two.json"),  # the user is above the project
        ("three.json", "calls", "three.json"),
        ("three.json", "home/service/docs", "docs/three.json"),
        ("three.json", "home/service", "three.json"),
        ("three.json", "home", "three.json"),
        ("four.json", "calls", "four.json"),
        ("one.json", "nowhere", "one.json"),
        ("live", "calls", "live"),
        ("", "calls", ""),
    ],
)
def test_where_a_document_is_looked_for(
    there: Path, answer: str, working: str, settled: str
) -> None:
    given = {"openapi_spec": answer, "auth": "none"}
    environ = {"PWD": str(there / working)} if working else {}
    found = openapi.settled(given, str(there / "home/service"), environ)
    assert found == {"openapi_spec": settled, "auth": "none"}


def test_a_document_on_another_drive_keeps_its_whole_path(
    there: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def relpath(*_: str) -> str:
        raise ValueError("path is on mount 'C:', start on mount 'D:'")

    monkeypatch.setattr(os.path, "relpath", relpath)
    path = str(there / "calls/one.json")
    given = {"openapi_spec": path}
    assert openapi.settled(given, str(there / "home/service"), {}) == given


def test_a_relative_working_folder_is_not_believed(
    there: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(there)
    given = {"openapi_spec": "one.json"}
    assert openapi.settled(given, str(there / "home/service"), {"PWD": "calls"}) == given
    (there / "calls/.cruft.json").touch()
    root = str(there / "home/service")
    assert openapi.home(root, {"PWD": "calls"}) == root


def test_the_project_that_cruft_compares_with(there: Path) -> None:
    root = str(there / "home/service")
    assert openapi.home(root, {"PWD": str(there / "calls")}) == root
    (there / "calls/.cruft.json").touch()
    assert openapi.home(root, {"PWD": str(there / "calls")}) == str(there / "calls")
    (there / "home/.cruft.json").touch()
    assert openapi.home(root, {"PWD": str(there / "home")}) == root
    assert openapi.home(root, {}) == root
    given = {"openapi_spec": "one.json"}
    assert openapi.settled(given, root, {"PWD": str(there / "calls")}) == given


class Tool:
    """Stands for the compiler's process."""

    def __init__(self, code: int = 0, out: str = "", err: str = "") -> None:
        self.result = subprocess.CompletedProcess([], code, out, err)
        self.calls: list[tuple[list[str], dict[str, Any]]] = []

    def __call__(self, command: list[str], **options: Any) -> Any:
        self.calls.append((command, options))
        return self.result


ADDED = "  added  GET /a\n  skipped  GET /b: why\n" + "".join(f"  note  {n}\n" for n in range(9))


@pytest.mark.parametrize(
    ("tool", "lines"),
    [
        (Tool(), ["OpenAPI: compiled"]),
        (Tool(out="  a\n  b\n1 operation\n"), ["OpenAPI: 1 operation", "  a", "  b"]),
        (
            Tool(out=ADDED + "2 operations\n"),
            [
                "OpenAPI: 2 operations",
                "  skipped  GET /b: why",
                *[f"  note  {n}" for n in range(5)],
            ],
        ),
        (
            Tool(1, err="warning\nload-test.sh openapi: x is broken. Try: y\n"),
            [
                "OpenAPI: not compiled: x is broken",
                "The suite is complete. To retry: ./scripts/load-test.sh openapi update",
            ],
        ),
        (
            Tool(2),
            [
                "OpenAPI: not compiled: no reason given",
                "The suite is complete. To retry: ./scripts/load-test.sh openapi update",
            ],
        ),
    ],
    ids=["silent", "few lines", "done", "refused", "dead"],
)
def test_what_the_compiler_says_is_passed_on(
    tool: Tool, lines: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subprocess, "run", tool)
    assert openapi.compile_table("root", "staged", "a.json", "project") == lines
    [(command, options)] = tool.calls
    path = os.path.join("staged", *openapi.TOOL.split("/"))
    assert command[:3] == [sys.executable, "-B", path]
    assert command[3:] == [
        *("--project", "root", "--label", "a.json"),
        *("update", os.path.join("project", "a.json")),
    ]
    assert options == {
        "cwd": "root",
        "capture_output": True,
        "text": True,
        "errors": "replace",
        "check": False,
        "stdin": subprocess.DEVNULL,
        "timeout": 90,
    }


def test_a_url_is_compiled_and_a_running_service_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    tool = Tool()
    monkeypatch.setattr(subprocess, "run", tool)
    openapi.compile_table("root", "staged", "https://example.com/a.json", "project")
    assert tool.calls[0][0][3:] == ["--project", "root", "update", "https://example.com/a.json"]
    [line] = openapi.compile_table("root", "staged", "live", "project")
    assert line.startswith("Next: start the service, then run ./scripts/load-test.sh openapi")
    assert len(tool.calls) == 1


@pytest.mark.parametrize("error", [OSError(), subprocess.TimeoutExpired("x", 1), ValueError()])
def test_a_compiler_that_cannot_run_is_no_error(
    error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: Any, **_options: Any) -> None:
        raise error

    monkeypatch.setattr(subprocess, "run", fails)
    name = type(error).__name__
    assert openapi.compile_table("root", "staged", "a.json", "project") == [
        f"OpenAPI: not compiled ({name}). To retry: ./scripts/load-test.sh openapi update"
    ]


@pytest.mark.parametrize(
    ("before", "answer", "ready", "compiles"),
    [
        ({}, "", False, False),
        ({}, "a.json", False, True),
        ({}, "a.json", True, False),
        ({"openapi_spec": "a.json"}, "a.json", True, False),
        ({"openapi_spec": "b.json"}, "a.json", True, True),
    ],
)
def test_a_generation_compiles_what_is_not_compiled(
    tmp_path: Path,
    before: dict[str, str],
    answer: str,
    ready: bool,
    compiles: bool,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    if ready:
        (tmp_path / openapi.TABLE).parent.mkdir(parents=True)
        (tmp_path / openapi.TABLE).write_text(table({"format": 2, "document": {}}))
    tool = Tool(out="done\n")
    monkeypatch.setattr(subprocess, "run", tool)
    run._compile(str(tmp_path), Manifest(answers=before), {"openapi_spec": answer})
    assert capsys.readouterr().out == "OpenAPI: done\n" * compiles
    staged = os.path.join(str(tmp_path), run.STAGING, "files")
    assert all(command[2].startswith(staged) for command, _ in tool.calls)
