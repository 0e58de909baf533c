"""The command `load-test.sh openapi`: update, check, selections, overrides."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from openapi_table import overrides

from tests.support.option_sets import DOCUMENTS
from tests.support.wrapper_project import BASH

TABLE = "tests/load/data/operations.jsonl"
OVERRIDES = "tests/load/data/operations.overrides.json"
Baked = Callable[..., Path]


class Project:
    """A generated project with a compiled document."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.table = root / TABLE
        self.overrides = root / OVERRIDES
        self.document = root / "openapi.json"
        self.document.write_bytes((DOCUMENTS / "shop.json").read_bytes())

    def run(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run `load-test.sh openapi` in the project."""
        command = [BASH, "scripts/load-test.sh", "openapi", *arguments]
        environ = {**os.environ, **environment}
        return subprocess.run(
            command,
            cwd=self.root,
            env=environ,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    def names(self) -> list[str]:
        """The operations of the table."""
        lines = self.table.read_text(encoding="utf-8").splitlines()
        return [row["name"] for row in map(json.loads, lines) if "name" in row]

    def change(self, change: Callable[[Any], None]) -> None:
        """Change the document."""
        document = json.loads(self.document.read_text(encoding="utf-8"))
        change(document)
        self.document.write_text(json.dumps(document), encoding="utf-8")


@pytest.fixture
def project(baked: Any) -> Project:
    return Project(baked.copy(openapi_spec="live"))


def test_update_compiles_and_check_agrees(project: Project) -> None:
    behind = project.run("update", "--check", "openapi.json")
    assert behind.returncode == 2
    assert "openapi update" in behind.stderr
    done = project.run("update", "openapi.json")
    assert done.returncode == 0, done.stderr
    assert "11 operations (11 added" in done.stdout
    assert len(project.names()) == 11
    assert project.run("update", "--check", "openapi.json").returncode == 0
    assert not list(project.root.rglob("__pycache__"))


@pytest.mark.parametrize("words", [("update", "--nope"), ("update", "a.json", "b.json")])
def test_a_wrong_command_is_no_table_out_of_date(words: tuple[str, ...], project: Project) -> None:
    done = project.run(*words)
    assert done.returncode == 1
    assert "usage: load-test.sh openapi" in done.stderr


@pytest.mark.slow
def test_an_update_says_what_was_added_removed_and_changed(project: Project) -> None:
    project.run("update", "openapi.json")

    def change(document: Any) -> None:
        paths = document["paths"]
        paths["/carts"] = {"get": {"responses": {"200": {"description": "d"}}}}
        del paths["/orders/{orderId}/notes"]
        paths["/orders"]["get"]["parameters"].append(
            {"name": "flag", "in": "query", "schema": {"type": "boolean"}}
        )
        document["components"]["schemas"]["Card"]["properties"]["digits"]["pattern"] = "^\\d{6}$"
        document["components"]["schemas"]["NewOrder"]["properties"]["quantity"]["maximum"] = 5

    project.change(change)
    assert project.run("update", "--check", "openapi.json").returncode == 2
    done = project.run("update", "openapi.json")
    lines = [line.strip() for line in done.stdout.splitlines()]
    assert "added  GET /carts" in lines
    assert "removed  POST /orders/{orderId}/notes" in lines
    assert "changed  GET /orders (+query.flag)" in lines
    assert "changed  POST /orders (body)" in lines
    assert not [line for line in lines if "GET /products" in line]


@pytest.mark.slow
def test_what_does_not_matter_is_no_change(project: Project) -> None:
    project.run("update", "openapi.json")
    project.change(lambda document: document["info"].update(description="New words"))
    assert project.run("update", "--check", "openapi.json").returncode == 0


@pytest.mark.slow
def test_selections_are_remembered(project: Project) -> None:
    done = project.run(
        "update", "openapi.json", "--exclude", "tag=orders", "--exclude", "method=delete"
    )
    assert done.returncode == 0, done.stderr
    expected = [
        "POST /products",
        "GET /products",
        "GET /products/{id}",
        "PATCH /products/{id}",
        "POST /products/{id}/picture",
    ]
    assert project.names() == expected
    project.run("update", "openapi.json")
    assert project.names() == expected
    project.run("update", "openapi.json", "--include", "operation=GET /products*")
    assert project.names() == ["GET /products", "GET /products/{id}"]
    project.run("update", "openapi.json", "--select-all", "--include", "operation=readOrder")
    assert project.names() == ["GET /orders/{orderId}"]
    project.run("update", "openapi.json", "--select-all")
    assert len(project.names()) == 11


def test_a_check_remembers_nothing(project: Project) -> None:
    before = project.overrides.read_bytes()
    assert (
        project.run("update", "openapi.json", "--check", "--exclude", "tag=orders").returncode == 2
    )
    assert project.overrides.read_bytes() == before
    assert project.names() == []


def test_overrides_are_kept_and_missing_operations_named(project: Project) -> None:
    own = {
        "operations": {
            "GET /products": {"weight": 3, "ok": ["200", "4XX"], "values": {"query.limit": 5}},
            "GET /gone": {"skip": "old"},
        }
    }
    text = json.dumps(own)
    project.overrides.write_text(text, encoding="utf-8")
    done = project.run("update", "openapi.json")
    assert done.returncode == 0
    assert "names 'GET /gone', which is not in the table" in done.stderr
    assert project.overrides.read_text(encoding="utf-8") == text


def test_a_value_of_the_user_fills_what_the_compiler_cannot(project: Project) -> None:
    def change(document: Any) -> None:
        impossible = {"type": "integer", "minimum": 5, "maximum": 1}
        parameter = {"name": "q", "in": "query", "required": True, "schema": impossible}
        document["paths"]["/orders"]["get"]["parameters"].append(parameter)

    project.change(change)
    done = project.run("update", "openapi.json")
    assert "skipped  GET /orders: query parameter q" in done.stdout
    own = {"operations": {"GET /orders": {"values": {"query.q": [7, 8]}}}}
    project.overrides.write_text(json.dumps(own), encoding="utf-8")
    assert "GET /orders (no longer skipped)" in project.run("update", "openapi.json").stdout
    assert '"skip"' not in project.table.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "not JSON"),
        ("[]", "not an object"),
        ('{"operation": {}}', "unknown key 'operation'; accepted: operations, select"),
        ('{"select": {"include": {"tag": []}}}', "unknown key 'tag'"),
        ('{"select": {"include": {"tags": "a"}}}', "not a list of strings"),
        ('{"operations": {"GET /a": {"wait": 1}}}', "unknown key 'wait'"),
        ('{"operations": {"GET /a": {"weight": -1}}}', "weight is -1"),
        ('{"operations": {"GET /a": {"ok": [200]}}}', "ok must be a list"),
        ('{"operations": {"GET /a": {"skip": 1}}}', "skip must be"),
        ('{"operations": {"GET /a": {"values": {"limit": 1}}}}', "'limit' is not a value"),
    ],
)
def test_overrides_that_are_wrong_are_refused(text: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(overrides.BadOverrides) as refusal:
        overrides.loads(text)
    assert message in str(refusal.value)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["update", "missing.json"], "does not exist"),
        (["update", "."], "is a folder"),
        (["update", "http://127.0.0.1:9/x"], "cannot be fetched"),
        (["update", "openapi.json", "--include", "colour=red"], "expected tag:NAME"),
        (["update", "openapi.json", "--include", "tags:red"], "Did you mean tag:red?"),
        (["update", "openapi.json", "--include", "tag:none"], "excludes all 11 operations"),
        (["update", "empty.json"], "#/paths: the document holds no operation"),
        (["list"], "holds no operations"),
    ],
)
def test_refusals_say_what_to_do_and_change_nothing(
    arguments: list[str], message: str, project: Project
) -> None:
    (project.root / "empty.json").write_text('{"openapi": "3.1.0", "paths": {}}')
    before = project.table.read_bytes()
    done = project.run(*arguments)
    assert done.returncode == 1
    assert message in done.stderr
    assert "Try: ./scripts/load-test.sh openapi update" in done.stderr
    assert "Traceback" not in done.stderr
    assert project.table.read_bytes() == before


def test_the_running_service_is_asked(project: Project, service: Any) -> None:
    done = project.run("update", BASE_URL=service.url)
    assert done.returncode == 0, done.stderr
    assert "GET /api/v1/items/{item_id}" in project.names()
    header = json.loads(project.table.read_text(encoding="utf-8").splitlines()[0])
    assert header["document"]["source"] == "live: /openapi.json"
    assert project.run("update", "--check", BASE_URL=service.url).returncode == 0


def test_without_a_service_the_next_step_is_named(project: Project) -> None:
    done = project.run("update", BASE_URL="http://127.0.0.1:9")
    assert done.returncode == 1
    assert "Is the service running?" in done.stderr


def test_a_path_that_is_switched_off_is_not_asked(project: Project) -> None:
    """It was: whoever reads `status 404. Is the service running?` looks in the wrong place."""
    done = project.run("update", "live", BASE_URL="http://127.0.0.1:9", OPENAPI_PATH="/none")
    assert done.returncode == 1
    assert "OPENAPI_PATH=/none in tests/load/suite.env" in done.stderr
    assert "Is the service running?" not in done.stderr


def test_the_setting_says_which_document(project: Project) -> None:
    done = project.run("update", OPENAPI_SPEC="openapi.json")
    assert done.returncode == 0, done.stderr
    assert len(project.names()) == 11


def test_list_and_help(project: Project) -> None:
    project.run("update", "openapi.json")
    listed = project.run("list")
    assert "orders:\n  POST /orders  create" in listed.stdout
    assert "--check" in project.run("update", "--help").stdout


def test_without_python_the_reason_is_given(project: Project, tmp_path: Path) -> None:
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in ("dirname", "tr", "sleep", "readlink", "cat", "uname", "mkdir", "rm", "umask"):
        for folder in ("/bin", "/usr/bin"):
            if (Path(folder) / name).exists():
                (programs / name).symlink_to(Path(folder) / name)
                break
    done = project.run("update", "openapi.json", PATH=str(programs))
    assert done.returncode == 1
    assert "Python 3.10 or later, or uv" in done.stderr


def test_uv_brings_yaml_where_python_has_none(project: Project, tmp_path: Path) -> None:
    """The real uv would fetch PyYAML; this one notes what it was asked for."""
    programs = tmp_path / "bin"
    programs.mkdir()
    python = shlex.quote(sys.executable)
    said = shlex.quote(str(tmp_path / "said"))
    for name, text in {
        "python3": f'case "$*" in *"import yaml"*) exit 1 ;; esac\nexec {python} "$@"\n',
        "uv": f'printf "%s\\n" "$@" >{said}\nshift 4\nexec {python} "$@"\n',
    }.items():
        (programs / name).write_text(f"#!/bin/sh\n{text}", encoding="utf-8")
        (programs / name).chmod(0o755)
    document = json.loads(project.document.read_text(encoding="utf-8"))
    (project.root / "openapi.yaml").write_text(yaml.safe_dump(document), encoding="utf-8")
    path = f"{programs}{os.pathsep}{os.environ['PATH']}"
    done = project.run("update", "openapi.yaml", PATH=path)
    assert done.returncode == 0, done.stderr
    asked = (tmp_path / "said").read_text(encoding="utf-8").splitlines()
    assert asked[:4] == ["run", "--quiet", "--no-project", "--script"]
    assert asked[4].endswith("tests/load/engine/features/openapi/compile.py")
    head = (project.root / "tests/load/engine/features/openapi/compile.py").read_text(
        encoding="utf-8"
    )
    assert '# dependencies = ["pyyaml' in head
    assert project.names()


def test_selections_are_spelled_as_the_settings_spell_them(project: Project) -> None:
    project.run("update", "openapi.json", "--include", "tag:orders", "--exclude", "method:DELETE")
    assert "GET /orders" in project.names()
    assert not [name for name in project.names() if "products" in name or "DELETE" in name]
    project.run("update", "openapi.json", "--select-all", "--include", "GET /products*")
    assert project.names() == ["GET /products", "GET /products/{id}"]


def test_a_selection_keeps_the_user_s_formatting(project: Project) -> None:
    text = '{"operations": {\n\t"GET /orders":   {"weight": 3}\n}}\n'
    project.overrides.write_text(text, encoding="utf-8")
    project.run("update", "openapi.json", "--exclude", "tag:orders")
    project.run("update", "openapi.json", "--exclude", "method:PATCH")
    changed = project.overrides.read_text(encoding="utf-8")
    assert text[1:] in changed
    content = json.loads(changed)
    assert content["select"] == {"exclude": {"tags": ["orders"], "methods": ["PATCH"]}}


def test_another_document_is_remembered(project: Project) -> None:
    done = project.run("update", "openapi.json")
    assert "set OPENAPI_SPEC=openapi.json for the next update" in done.stdout
    assert "OPENAPI_SPEC=openapi.json\n" in (project.root / "tests/load/suite.env").read_text()
    assert project.run("update", "--check").returncode == 0


def test_a_misspelt_command_is_refused_with_the_right_one(project: Project) -> None:
    done = project.run("upate")
    assert done.returncode == 1
    assert "Did you mean 'openapi update'?" in done.stderr


def test_a_reader_that_stops_is_no_error(project: Project) -> None:
    project.run("update", "openapi.json")
    done = subprocess.run(
        [BASH, "-c", f"{shlex.quote(BASH)} scripts/load-test.sh openapi list | head -1"],
        cwd=project.root,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0
    assert done.stderr == ""
