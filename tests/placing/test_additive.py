"""Additions to files that belong to the service."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from placing import additive, jsontext, tree
from placing.additive import Addition
from placing.manifest import Record

IGNORE = Addition(".gitignore", "block", ("# ", ""), "/results/\n")
NOTES = Addition("CLAUDE.md", "block", ("<!-- ", " -->"), "## Load tests\n")
SCRIPTS = Addition("package.json", "scripts", scripts={"load-test": "bash scripts/run.sh"})


def off(addition: Addition) -> Addition:
    return addition._replace(text="", scripts={})


class Host:
    """One file of a service, and what the manifest remembers about it."""

    def __init__(self, content: bytes | None, kind: str = "file") -> None:
        self.content = content
        self.kind = kind
        self.record: Record | None = None

    def apply(self, addition: Addition) -> list[str]:
        """Plan an addition and carry it out; return what was done or said."""
        found = (
            tree.ABSENT if self.content is None else tree.Found(self.kind, self.content, mode=0o644)
        )
        before = {addition.file: self.record} if self.record is not None else {}
        actions, records = additive.plan([addition], lambda _path: found, before, {})
        self.record = records.get(addition.file)
        for action in actions:
            if action.removes:
                self.content = None
            elif action.content is not None:
                self.content = action.content
        return [action.verb for action in actions]


TEXTS = [
    b"",
    b"*.log\n",
    b"*.log",
    b"a\r\nb\r\n",
    b"a\r\nb",
    b"\n\n",
    b"# Title\n\n    code\n",
    "Ünïcode \N{GRINNING FACE}\n".encode(),
    b"\xe9 latin\n",
]


@pytest.mark.parametrize("addition", [IGNORE, NOTES], ids=["ignore", "notes"])
@pytest.mark.parametrize("text", TEXTS)
def test_a_block_is_added_once_and_taken_back_to_the_byte(addition: Addition, text: bytes) -> None:
    host = Host(text)
    assert host.apply(addition) == ["extend"]
    assert host.content is not None
    assert host.content.startswith(text)
    assert addition.text.encode().strip() in host.content
    extended = host.content
    assert host.apply(addition) == []
    assert host.apply(off(addition)) == ["undo"]
    assert host.content == text
    assert host.record is None
    assert host.apply(addition) == ["extend"]
    assert host.content == extended


def test_a_block_uses_the_line_endings_of_the_file() -> None:
    host = Host(b"a\r\n")
    host.apply(NOTES)
    assert host.content is not None
    assert host.content.count(b"\n") == host.content.count(b"\r\n")


def test_a_file_made_for_a_block_goes_with_it() -> None:
    host = Host(None)
    assert host.apply(IGNORE) == ["add"]
    assert host.apply(off(IGNORE)) == ["remove"]
    assert host.content is None


def test_a_file_made_for_a_block_stays_when_the_user_added_to_it() -> None:
    host = Host(None)
    host.apply(IGNORE)
    host.content = b"*.log\n" + (host.content or b"")
    host.apply(off(IGNORE))
    assert host.content == b"*.log\n"


def test_a_block_follows_the_template_where_it_stands() -> None:
    host = Host(b"above\n")
    host.apply(IGNORE)
    host.content = (host.content or b"") + b"below\n"
    assert host.apply(IGNORE._replace(text="/other/\n")) == ["extend"]
    assert host.content is not None
    assert host.content.startswith(b"above\n\n")
    assert host.content.endswith(b"below\n")
    assert b"/other/" in host.content
    assert b"/results/" not in host.content


def test_an_edited_block_is_kept_and_reported_once() -> None:
    host = Host(b"")
    host.apply(IGNORE)
    edited = (host.content or b"").replace(b"/results/", b"/mine/")
    host.content = edited
    assert host.apply(IGNORE) == []
    newer = IGNORE._replace(text="/other/\n")
    assert host.apply(newer) == ["kept"]
    assert host.apply(newer) == []
    assert host.apply(off(IGNORE)) == ["kept"]
    assert host.content == edited


def test_a_block_that_the_user_took_out_stays_out() -> None:
    host = Host(b"a\n")
    host.apply(IGNORE)
    host.content = b"a\n"
    assert host.apply(IGNORE) == []
    assert host.apply(IGNORE._replace(text="/other/\n")) == []
    assert host.content == b"a\n"


def test_a_deleted_file_stays_deleted() -> None:
    host = Host(None)
    host.apply(IGNORE)
    host.content = None
    assert host.apply(IGNORE) == []


@pytest.mark.parametrize("kind", ["link", "folder", "other"])
def test_what_is_no_file_is_reported_once_and_left(kind: str) -> None:
    host = Host(b"", kind)
    assert host.apply(IGNORE) == ["skipped"]
    assert host.apply(IGNORE) == []


@pytest.mark.parametrize("content", [b"\xff\xfea\x00", b"a\x00b"])
def test_what_is_no_utf8_text_is_left(content: bytes) -> None:
    host = Host(content)
    assert host.apply(IGNORE) == ["skipped"]
    assert host.content == content


def test_a_file_that_has_become_readable_is_extended() -> None:
    host = Host(b"a\x00b")
    host.apply(IGNORE)
    host.content = b"a\n"
    assert host.apply(IGNORE) == ["extend"]


def test_incomplete_marks_are_left_alone() -> None:
    host = Host(b"")
    host.apply(IGNORE)
    broken = (host.content or b"").replace(b"# cookiecutter-k6 end", b"")
    host.content = broken
    assert host.apply(IGNORE._replace(text="/other/\n")) == ["skipped"]
    assert host.content == broken


@pytest.mark.parametrize(
    ("found", "why"),
    [
        (tree.Found("blocked", why="docs is a file"), "docs is a file"),
        (tree.Found("folder"), "it is a folder"),
        (tree.Found("other"), "it cannot be read"),
        (tree.Found("file", b"a\0b"), "it is not UTF-8 text"),
        (tree.Found("file", "a".encode("utf-16")), "it is not UTF-8 text"),
    ],
)
def test_a_file_that_cannot_be_added_to_is_named(found: tree.Found, why: str) -> None:
    actions, _ = additive.plan([IGNORE], lambda _path: found, {}, {})
    assert [action.note for action in actions] == [f"{why}: add this section yourself"]
    assert not any(action.changes for action in actions)


# --- package.json --------------------------------------------------------------------------

PACKAGES = [
    b'{\n  "name": "svc",\n  "scripts": {\n    "test": "jest"\n  },\n  "version": "1.0"\n}\n',
    b'{\n\t"scripts": {\n\t\t"a": "b",\n\t\t"c": "d"\n\t}\n}',
    b'{\r\n    "name": "svc",\r\n    "scripts": {\r\n        "a": "b"\r\n    }\r\n}\r\n',
    b'{"scripts":{"a":"b"},"n":1.50e2}',
    b'{ "scripts": { "a": "b" } }\n',
    b'{\n  "name": "svc",\n  "x": [1.0, {"scripts": "}"}],\n  "e": "\\u00e9\\"}"\n}\n',
    b'{"name":"svc"}',
]


@pytest.mark.parametrize("text", PACKAGES)
def test_a_script_is_added_once_and_taken_back_to_the_byte(text: bytes) -> None:
    host = Host(text)
    assert host.apply(SCRIPTS) == ["extend"]
    content = host.content or b""
    document, original = json.loads(content), json.loads(text)
    assert document.pop("scripts")["load-test"] == "bash scripts/run.sh"
    original.pop("scripts", None)
    assert document == original
    assert content.count(b"\r\n") in {0, content.count(b"\n")}
    assert host.apply(SCRIPTS) == []
    assert host.apply(off(SCRIPTS)) == ["undo"]
    assert host.content == text
    assert host.record is None


def test_a_script_is_written_in_the_style_of_the_file() -> None:
    host = Host(PACKAGES[1])
    host.apply(SCRIPTS)
    assert host.content == PACKAGES[1].replace(
        b'"d"', b'"d",\n\t\t"load-test": "bash scripts/run.sh"'
    )


def test_a_package_without_scripts_gets_them_in_its_style() -> None:
    host = Host(b'{\n    "name": "svc"\n}\n')
    host.apply(SCRIPTS)
    assert host.content == (
        b'{\n    "name": "svc",\n    "scripts": {\n'
        b'        "load-test": "bash scripts/run.sh"\n    }\n}\n'
    )


def test_a_script_of_the_service_with_a_word_of_ours_is_kept() -> None:
    host = Host(b"[]")
    assert host.apply(SCRIPTS) == ["skipped"]
    host.content = b'{"scripts": {"skipped": "yes"}}'
    assert host.apply(SCRIPTS) == ["extend"]
    assert json.loads(host.content)["scripts"] == {**SCRIPTS.scripts, "skipped": "yes"}


def test_no_package_is_made() -> None:
    host = Host(None)
    assert host.apply(SCRIPTS) == []
    assert host.content is None


def test_a_script_of_the_service_is_kept() -> None:
    host = Host(b'{"scripts": {"load-test": "mine"}}')
    assert host.apply(SCRIPTS) == []
    assert host.apply(off(SCRIPTS)) == []
    assert host.content == b'{"scripts": {"load-test": "mine"}}'


def test_the_other_scripts_come_beside_the_service_s_own() -> None:
    host = Host(b'{"scripts": {"load-test": "mine"}}')
    two = {"load-test": "bash scripts/run.sh", "report": "bash scripts/report.sh"}
    host.apply(SCRIPTS._replace(scripts=two))
    made = json.loads(host.content or b"")["scripts"]
    assert made == {**two, "load-test": "mine"}
    host.apply(SCRIPTS._replace(scripts={}))
    assert json.loads(host.content or b"")["scripts"] == {"load-test": "mine"}


def test_a_script_that_the_user_changed_or_removed_is_respected() -> None:
    host = Host(PACKAGES[0])
    host.apply(SCRIPTS)
    changed = (host.content or b"").replace(b"bash scripts/run.sh", b"mine")
    host.content = changed
    assert host.apply(SCRIPTS) == []
    assert host.apply(off(SCRIPTS)) == []
    assert host.content == changed
    host = Host(PACKAGES[0])
    host.apply(SCRIPTS)
    host.content = PACKAGES[0]
    assert host.apply(SCRIPTS) == []
    assert host.content == PACKAGES[0]


@pytest.mark.parametrize("text", PACKAGES)
def test_a_script_follows_the_template(text: bytes) -> None:
    host = Host(text)
    host.apply(SCRIPTS)
    host.apply(SCRIPTS._replace(scripts={"load-test": "bash other.sh"}))
    assert json.loads(host.content or b"")["scripts"]["load-test"] == "bash other.sh"


@pytest.mark.parametrize(
    "content",
    [
        b'{"scripts": {}, "scripts": {}}',
        b"",
        b"[]",
        b"{",
        b'{"scripts": []}',
        b"\xff",
        b'{"a":' * 99999,
        b'{"scripts": null}',
        b"\xef\xbb\xbf{}",
    ],
)
def test_a_package_that_cannot_be_edited_safely_is_left(content: bytes) -> None:
    host = Host(content)
    assert host.apply(SCRIPTS) == ["skipped"]
    assert host.apply(SCRIPTS) == []
    assert host.content == content


values = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)
objects = st.dictionaries(st.text(), values)
layouts = st.sampled_from([None, 1, 2, 4, "\t"])


@pytest.mark.slow
@given(objects, st.text(), values, layouts, st.booleans())
def test_adding_and_removing_a_member_gives_the_text_back(
    document: dict[str, object], key: str, value: object, indent: int | str | None, crlf: bool
) -> None:
    document.pop(key, None)
    text = json.dumps(document, indent=indent)
    text = text.replace("\n", "\r\n") if crlf else text
    where = jsontext.read_object(text)
    assert where is not None
    longer = jsontext.add_member(text, where, key, json.dumps(value), "\n  ")
    assert json.loads(longer) == {**document, key: value}
    there = jsontext.read_object(longer)
    assert there is not None
    assert jsontext.remove_member(longer, there, key) == text


@pytest.mark.slow
@given(st.dictionaries(st.text(), values, min_size=1), st.data(), layouts)
def test_removing_any_member_leaves_the_others(
    document: dict[str, object], data: st.DataObject, indent: int | str | None
) -> None:
    key = data.draw(st.sampled_from(sorted(document)))
    text = json.dumps(document, indent=indent)
    where = jsontext.read_object(text)
    assert where is not None
    shorter = jsontext.remove_member(text, where, key)
    del document[key]
    assert json.loads(shorter) == document
