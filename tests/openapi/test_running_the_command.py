"""The command's exit codes, what it prints and what it leaves, without the wrapper."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from openapi_table import cli, overrides
from openapi_table.operations.model import Operation

from tests.openapi.compiling import OK
from tests.support import expected
from tests.support.option_sets import DOCUMENTS

Capture = pytest.CaptureFixture[str]
SETTINGS = "# settings\nOPENAPI_SPEC=\nOTHER=1\n"


class Command:
    """The command, run in an empty project with a copy of the shop's document."""

    def __init__(self, root: Path, capture: Capture) -> None:
        self.root = root
        self.capture = capture
        self.lines: list[str] = []
        (root / "tests/load/data").mkdir(parents=True)
        (root / cli.SETTINGS).write_text(SETTINGS, encoding="utf-8")
        self.document = root / "openapi.json"
        self.document.write_bytes((DOCUMENTS / "shop.json").read_bytes())

    def __call__(self, *arguments: str, **environ: str) -> int:
        """Run the command; return its exit code."""
        code = cli.main(["--project", str(self.root), *arguments], environ)
        out, err = self.capture.readouterr()
        self.lines += [f"{arguments} {environ}: code {code}", *out.splitlines()]
        self.lines += [f"stderr: {line}" for line in err.splitlines()]
        for path, name in ((self.root, "PROJECT"), (self.root.parent, "HERE")):
            self.lines = [line.replace(str(path), name) for line in self.lines]
        self.lines = [re.sub(r"\[Errno \d+\] \w+ \w+", "Refused", line) for line in self.lines]
        return code

    def show(self, path: str) -> None:
        """Compare a file as well."""
        self.lines += (self.root / path).read_text(encoding="utf-8").splitlines()

    def write(self, path: str, text: str) -> None:
        (self.root / path).write_text(text, encoding="utf-8")

    def load(self) -> Any:
        return json.loads(self.document.read_text(encoding="utf-8"))

    def save(self, document: Any) -> None:
        self.document.write_text(json.dumps(document), encoding="utf-8")


@pytest.fixture
def command(
    tmp_path: Path,
    request: pytest.FixtureRequest,
    capsys: Capture,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Command]:
    """The command; what it prints is compared with `expected/`."""
    monkeypatch.chdir(tmp_path)
    root = tmp_path / "project"
    root.mkdir()
    made = Command(root, capsys)
    yield made
    expected.compare(expected.beside(request.path), request.node.name, made.lines)


def test_updates_say_what_differs(command: Command) -> None:
    assert command("update", "--check", "openapi.json") == 2
    assert command("update", "project/openapi.json") == 0
    command.show(cli.SETTINGS)
    assert command("update", "--check", OPENAPI_SPEC=" openapi.json ") == 0
    document = command.load()
    document["info"]["description"] = "New words"
    command.save(document)
    assert command("update", "--check", OPENAPI_SPEC="openapi.json") == 0
    paths, schemas = document["paths"], document["components"]["schemas"]
    paths["/carts"] = {"get": {"responses": OK, "parameters": [{"name": "${x}", "in": "query"}]}}
    del paths["/orders/{orderId}/notes"]
    boolean = {"name": "flag", "in": "query", "schema": {"type": "boolean"}}
    paths["/orders"]["get"]["parameters"].append(boolean)
    schemas["Card"]["properties"]["digits"]["pattern"] = "^\\d{6}$"
    schemas["NewOrder"]["properties"]["quantity"]["maximum"] = 5
    command.save(document)
    assert command("update", "--check", OPENAPI_SPEC="openapi.json") == 2
    assert command("update", OPENAPI_SPEC="openapi.json") == 0
    boolean["schema"] = {"type": "integer"}
    paths["/carts"]["get"]["responses"] = {"204": {"description": "none"}}
    paths["/carts"]["get"]["parameters"] = []
    paths["/carts"]["get"]["tags"] = ["carts"]
    paths["/orders"]["post"]["operationId"] = "placeOrder"
    missing = {"$ref": "#/components/schemas/Missing"}
    paths["/lost"] = {"get": {"parameters": [{"name": "m", "in": "query", "schema": missing}]}}
    paths["/lost"]["get"]["parameters"][0]["required"] = True
    document["servers"] = [{"url": "/v9"}]
    command.save(document)
    assert command("update", OPENAPI_SPEC="openapi.json") == 0
    del paths["/lost"]["get"]["parameters"]
    command.save(document)
    assert command("update", OPENAPI_SPEC="openapi.json") == 0
    assert command("list") == 0


def test_long_lists_are_cut(command: Command) -> None:
    assert command("list") == 1
    document = command.load()
    command("update", "openapi.json", OPENAPI_SPEC="openapi.json")
    document["paths"] |= {f"/more{n}": {"get": {"responses": OK}} for n in range(42)}
    command.save(document)
    assert command("update", OPENAPI_SPEC="openapi.json") == 0


def test_selections_are_kept_and_discarded(command: Command) -> None:
    command("update", "openapi.json", "--exclude", "tag:products", "--exclude=method=delete")
    command.show(cli.OVERRIDES)
    command(
        "update", "--include", "GET /orders*", "--exclude", "tag:products", OPENAPI_SPEC="x.json"
    )
    command("update", "openapi.json", "--include", "GET /orders*")
    command.show(cli.OVERRIDES)
    command("list")
    command("update", "openapi.json", "--include", "operation:nothing", "--select-all")
    command("update", "openapi.json", "--select-all")
    command.show(cli.OVERRIDES)
    command("update", "openapi.json", "--include", "tags:admin")
    command("update", "openapi.json", "--include", "tag:")
    command("update", "openapi.json", "--exclude", "nonsense:x")


def test_documents_are_found_where_they_are_said_to_be(command: Command) -> None:
    command("update")
    command("update", BASE_URL="ftp://127.0.0.1:1")
    command("update", BASE_URL="http://127.0.0.1:1/", OPENAPI_PATH="/docs.json")
    command("update", "missing.json")
    command("update", OPENAPI_SPEC="missing.json")
    command("update", "live", OPENAPI_SPEC="openapi.json", BASE_URL="http://127.0.0.1:1")
    command("update", "http://127.0.0.1:1/x.json")
    command.write("openapi.json", '{"openapi": "3.0.0", "paths": {}}')
    command("update", "openapi.json")
    command("update", "project/openapi.json", OPENAPI_SPEC="other.json")
    command.show(cli.SETTINGS)


def test_a_name_of_a_document_is_remembered_if_it_fits(command: Command) -> None:
    command.document.rename(command.root / "with blank.json")
    command("update", "with blank.json")
    (command.root / "with blank.json").rename(command.root / "new.json")
    command("update", "new.json", OPENAPI_SPEC="new.json")
    command.show(cli.SETTINGS)
    command("--label", "given.json", "update", "new.json")
    command.show(cli.SETTINGS)
    command("update", "new.json", "--check", OPENAPI_SPEC="other.json")
    command.show(cli.SETTINGS)
    command.write(cli.SETTINGS, "OPENAPI_SPEC=a\nOPENAPI_SPEC=b\n")
    command("update", "new.json")
    command.show(cli.SETTINGS)
    (command.root / cli.SETTINGS).unlink()
    command("update", "new.json")


def test_a_setting_that_was_used_is_not_rewritten(command: Command) -> None:
    command.write(cli.SETTINGS, "OPENAPI_SPEC=./openapi.json\n")
    command("update", OPENAPI_SPEC="./openapi.json")
    command.show(cli.SETTINGS)


@pytest.mark.parametrize(
    "error",
    [RecursionError("too deep"), KeyError("a"), OSError(28, "Full", "a"), KeyboardInterrupt()],
)
def test_what_no_part_of_the_compiler_catches_is_said(
    command: Command, error: BaseException, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: Any) -> None:
        raise error

    monkeypatch.setattr(cli, "compile_document", fails)
    command("update", "openapi.json")


def test_a_reader_that_stops_at_the_end_is_no_error(
    command: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    command("update", "openapi.json")
    with (tmp_path / "out").open("w", encoding="utf-8") as file:

        class Closed:
            def write(self, text: str) -> int:
                return len(text)

            def fileno(self) -> int:
                return file.fileno()

            def flush(self) -> None:
                raise BrokenPipeError

        with monkeypatch.context() as patch:
            patch.setattr(sys, "stdout", Closed())
            assert cli.main(["--project", str(command.root), "list"], {}) == 0
        file.write("what Python writes when it ends")
    assert (tmp_path / "out").read_text(encoding="utf-8") == ""


def test_overrides_that_cannot_be_read_are_refused(command: Command) -> None:
    (command.root / cli.OVERRIDES).write_bytes(b'{"select": "\xff"}')
    command("update", "openapi.json")
    command.write(cli.OVERRIDES, '\ufeff{"operations": {"GET /gone": {}, "GET *": {}}}')
    command("update", "openapi.json")
    for text in BROKEN:
        command.write(cli.OVERRIDES, text)
        command("update", "openapi.json")


BROKEN = [
    "{",
    "[]",
    '{"selekt": {}}',
    '{"select": []}',
    '{"select": {"only": {}}}',
    '{"select": {"include": {"tag": []}}}',
    '{"select": {"include": {"tags": "a"}}}',
    '{"select": {"include": {"tags": [1, "a"]}}}',
    '{"operations": []}',
    '{"operations": {"GET /a": []}}',
    '{"operations": {"GET /a": {"wait": 1}}}',
    '{"operations": {"GET /a": {"weight": true}}}',
    '{"operations": {"GET /a": {"weight": "1"}}}',
    '{"operations": {"GET /a": {"weight": -1}}}',
    '{"operations": {"GET /a": {"check": "yes"}}}',
    '{"operations": {"GET /a": {"skip": 1}}}',
    '{"operations": {"GET /a": {"ok": "200"}}}',
    '{"operations": {"GET /a": {"ok": [200]}}}',
    '{"operations": {"GET /a": {"ok": ["200", "600"]}}}',
    '{"operations": {"GET /a": {"values": []}}}',
    '{"operations": {"GET /a": {"values": {"limit": 1}}}}',
]
GOOD = """{"operations": {"GET /a": {"weight": 0, "check": false, "skip": true, "ok": ["2XX"],
"values": {"path.a": 1, "query.b": 1, "header.c": 1, "cookie.d": 1, "body": 1, "body.e": 1}}}}"""


def operation(name: str, *tags: str, ident: str = "") -> Operation:
    method, _, path = name.partition(" ")
    given = {"method": method, "name": name, "tags": tags, "id": ident}
    fields: Any = dict.fromkeys(Operation._fields) | given
    assert path
    return Operation(**fields)


@pytest.mark.parametrize(
    ("select", "wanted"),
    [
        ({}, "abc"),
        ({"include": {"tags": []}}, "abc"),
        ({"include": {"tags": ["ONE"]}}, "a"),
        ({"include": {"methods": ["post"]}}, "b"),
        ({"include": {"operations": ["GET /x*"]}}, "ac"),
        ({"include": {"operations": ["thirdOne"]}}, "c"),
        ({"include": {"operations": ["GET /x/1,2"]}}, "c"),
        ({"include": {"operations": ["x"]}}, ""),
        ({"exclude": {"tags": ["two"]}}, "ac"),
        ({"exclude": {"methods": ["GET"]}}, "b"),
        ({"include": {"methods": ["GET"]}, "exclude": {"operations": ["*2"]}}, "a"),
    ],
)
def test_what_select_includes(select: Any, wanted: str) -> None:
    own = overrides.loads(json.dumps({"select": select}))
    every = {
        "a": operation("GET /x", "one"),
        "b": operation("POST /x", "Two"),
        "c": operation("GET /x/1%2C2", ident="thirdOne"),
    }
    assert "".join(name for name, value in every.items() if own.wanted(value)) == wanted


def test_values_of_an_operation_and_of_names_with_a_star() -> None:
    assert overrides.loads(GOOD).unknown(["GET /b"]) == ["GET /a"]
    changes = {
        "GET *": {"values": {"query.a": 1, "query.b": 1}},
        "GET /x": {"values": {"query.b": 2}},
        "POST *": {"values": {"query.c": 1}},
        "GET /x*": {"ok": ["200"]},
    }
    own = overrides.loads(json.dumps({"operations": changes}))
    assert own.values(operation("GET /x")) == {"query.a": 1, "query.b": 2}
    assert own.values(operation("GET /y")) == {"query.a": 1, "query.b": 1}
    assert own.values(operation("PUT /x")) == {}
    assert own.unknown(["GET /y"]) == ["GET /x"]


TAGS = '{\n    "include": {\n      "tags": [\n        "a"\n      ]\n    }\n  }'


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "{}",
            '{\n  "select": ' + TAGS + "\n}",
        ),
        (' {  "operations" : { } } ', ' {\n  "select": ' + TAGS + ',  "operations" : { } } '),
        (
            '{"operations": {"select": 1}, "select" :\n {"exclude": {}}, "x": 1}',
            None,
        ),
        (
            '{"operations": {},\t"select": {"include": {"tags": ["a"]}}}',
            '{"operations": {},\t"select": ' + TAGS + "}",
        ),
    ],
)
def test_a_selection_keeps_the_text_around_it(before: str, after: str | None) -> None:
    add = [("include", "tags", "a")]
    if after is None:
        with pytest.raises(overrides.BadOverrides, match="'x'"):
            overrides.with_selection(before, add, reset=True)
    else:
        assert overrides.with_selection(before, add, reset=False) == after
