"""Additions to files that belong to the service: .gitignore, CLAUDE.md, package.json.

Two kinds: a marked block of lines, and scripts in an existing package.json. Nothing else in the
file changes, a second run adds nothing, and an addition that is no longer wanted is removed unless
the user edited it. This module changes nothing itself: it returns steps for the plan.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from . import jsontext
from .links import Look
from .manifest import Record
from .steps import Action
from .tree import Found, blob_id, to_lf, uses_crlf

FOLDER = os.path.dirname(os.path.abspath(__file__))
BEGIN = "cookiecutter-k6 begin: updated by the template, edit outside of these marks"
END = "cookiecutter-k6 end"


class Addition(NamedTuple):
    """One addition of additions.json, rendered for this project.

    kind: "block" or "scripts". comment: opening and closing comment markers of the file. text:
    the lines of the block; "" if the addition is switched off. scripts: name -> command.
    """

    file: str
    kind: str
    comment: tuple[str, str] = ("", "")
    text: str = ""
    scripts: Mapping[str, str] = {}


class Outcome(NamedTuple):
    """The steps for one file, and what the manifest remembers about it."""

    actions: Sequence[Action] = ()
    record: Record | None = None


def load(on: frozenset[str], render: Callable[[str, bytes], bytes], folder: str) -> list[Addition]:
    """Read additions.json. on: features switched on. render: carries the answers into a text."""
    with open(os.path.join(folder, "additions.json"), encoding="utf-8") as file:
        table: list[dict[str, Any]] = json.load(file)
    additions = []
    for row in table:
        wanted = row.get("feature") is None or row["feature"] in on
        text = ""
        if wanted and "text" in row:
            with open(os.path.join(folder, "additions", row["text"]), "rb") as source:
                text = render(row["file"], source.read()).decode("utf-8")
            if row.get("blank_lines"):  # between a comment and a heading, Markdown wants one
                text = f"\n{text}\n"
        opening, closing = row.get("comment", ["", ""])
        scripts = row.get("scripts", {}) if wanted else {}
        additions.append(Addition(row["file"], row["kind"], (opening, closing), text, scripts))
    return additions


def without_block(addition: Addition, content: bytes) -> bytes:
    """Return a file without our block, if it has one."""
    block = _find_block(addition, content)
    return content[: block.start] + content[block.end :] if isinstance(block, _Block) else content


def plan(
    additions: Sequence[Addition],
    look: Look,
    before: Mapping[str, Record],
    pending: Mapping[str, Record],
) -> tuple[list[Action], dict[str, Record]]:
    """Return the steps for all additions, and the records for the manifest.

    before: the records of the last run. pending: those that an unfinished run was making.
    """
    actions: list[Action] = []
    records: dict[str, Record] = {}
    for addition in additions:
        planner = _plan_block if addition.kind == "block" else _plan_scripts
        path = addition.file
        outcome = planner(addition, look(path), before.get(path), pending.get(path))
        actions.extend(outcome.actions)
        if outcome.record is not None:
            records[path] = outcome.record
    return actions, records


# --- a marked block of lines ---------------------------------------------------------


class _Block(NamedTuple):
    """Position of the block in a file, from the start of its first to the end of its last line."""

    start: int
    end: int
    inner: bytes


def _plan_block(
    addition: Addition, found: Found, before: Record | None, pending: Record | None
) -> Outcome:
    wanted = addition.text.encode("utf-8")
    if found.kind == "absent":
        return _block_without_file(addition, before, pending)
    if not wanted and before is None and pending is None:
        return Outcome()
    problem = _unreadable(found)
    block = None if problem else _find_block(addition, found.content)
    if isinstance(block, str):
        problem = block
    if problem or isinstance(block, str):
        note = f"{problem}: add this section yourself" if wanted else str(problem)
        known = before is not None and before.get("skipped") == blob_id(wanted)
        report = [] if known else [Action("skipped", addition.file, note=note)]
        return Outcome(report, {**(before or {}), "skipped": blob_id(wanted)} if wanted else None)
    if block is None:
        return _block_to_add(addition, found, before)
    return _block_to_change(addition, found, block, before, pending)


def _block_without_file(
    addition: Addition, before: Record | None, pending: Record | None
) -> Outcome:
    if not addition.text:
        return Outcome()
    if before is not None and "block" in before:
        return Outcome((), before)  # the user deleted the file
    content = _block_text(addition)
    record = {"block": blob_id(addition.text.encode()), "created": "yes"}
    del pending
    return Outcome([Action("add", addition.file, content.encode("utf-8"))], record)


def _block_to_add(addition: Addition, found: Found, before: Record | None) -> Outcome:
    if not addition.text or (before is not None and "block" in before):
        return Outcome((), before if addition.text else None)  # the user took the block out
    eol = b"\r\n" if uses_crlf(found.content) else b"\n"
    glue = b""
    if found.content:
        glue = eol if found.content.endswith(b"\n") else eol * 2
    block = _block_text(addition).encode("utf-8").replace(b"\n", eol)
    record = {"block": blob_id(addition.text.encode()), "glue": glue.decode()}
    return Outcome([_append(addition.file, found, found.content + glue + block)], record)


def _block_to_change(
    addition: Addition,
    found: Found,
    block: _Block,
    before: Record | None,
    pending: Record | None,
) -> Outcome:
    wanted = addition.text.encode("utf-8")
    records = [record for record in (pending, before) if record is not None]
    ours = next((r for r in records if r.get("block") == blob_id(block.inner)), None)
    record = {**(ours or before or {}), "block": blob_id(wanted)}
    record.pop("skipped", None)
    if wanted and blob_id(block.inner) == blob_id(wanted):
        return Outcome((), record)
    if ours is None:
        if not wanted:
            return Outcome([Action("kept", addition.file, note="you edited our section")])
        if before is not None and before.get("block") == blob_id(wanted):
            return Outcome((), before)
        note = "you edited our section, and there is a newer version"
        return Outcome([Action("kept", addition.file, note=note)], record)
    if wanted:
        eol = b"\r\n" if uses_crlf(found.content) else b"\n"
        text = _block_text(addition).encode("utf-8").replace(b"\n", eol)
        content = found.content[: block.start] + text + found.content[block.end :]
        return Outcome([_append(addition.file, found, content)], record)
    return Outcome([_without_block(addition.file, found, block, ours)])


def _without_block(path: str, found: Found, block: _Block, ours: Record) -> Action:
    """Take the block out, with the blank line that came before it."""
    head, tail = found.content[: block.start], found.content[block.end :]
    glue = ours.get("glue", "").encode()
    if glue and head.endswith(glue):
        head = head[: -len(glue)]
    if not (head + tail) and ours.get("created"):
        return Action("remove", path, expected=found, removes=True)
    return Action("undo", path, head + tail, found.mode, expected=found)


def _append(path: str, found: Found, content: bytes) -> Action:
    return Action("extend", path, content, found.mode, expected=found)


def _mark(addition: Addition, text: str) -> str:
    opening, closing = addition.comment
    return f"{opening}{text}{closing}"


def _block_text(addition: Addition) -> str:
    """Return the block with its marks, LF, ending with a newline."""
    return f"{_mark(addition, BEGIN)}\n{addition.text}{_mark(addition, END)}\n"


def _find_block(addition: Addition, content: bytes) -> _Block | str | None:
    """Find the block; None if there is none, an error text if its marks are invalid."""
    begin, end = (_mark(addition, mark).encode("utf-8") for mark in (BEGIN, END))
    begins, ends = [], []
    place = 0
    for line in content.splitlines(keepends=True):
        bare = line.rstrip(b"\r\n")
        if bare == begin:
            begins.append((place, place + len(line)))
        elif bare == end:
            ends.append((place, place + len(line)))
        place += len(line)
    if not begins and not ends:
        return None
    if len(begins) != 1 or len(ends) != 1 or ends[0][0] < begins[0][1]:
        return "the begin or end mark of our section is missing"
    return _Block(begins[0][0], ends[0][1], to_lf(content[begins[0][1] : ends[0][0]]))


def _unreadable(found: Found) -> str:
    """Say why a file cannot be added to, else ""."""
    if found.kind == "blocked":
        return found.why
    if found.kind != "file":
        return f"it is a {found.kind}" if found.kind != "other" else "it cannot be read"
    if b"\0" in found.content or found.content[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return "it is not UTF-8 text"
    return ""


# --- scripts of package.json ---------------------------------------------------------


def _plan_scripts(
    addition: Addition, found: Found, before: Record | None, pending: Record | None
) -> Outcome:
    if found.kind == "absent":
        return Outcome((), before)
    text = _valid_package(found)
    if text is None:
        known = before is not None and "skipped" in before
        note = "it is not a JSON object in UTF-8: add the scripts yourself"
        report = [] if known else [Action("skipped", addition.file, note=note)]
        return Outcome(report, {**(before or {}), "skipped": "yes"} if addition.scripts else before)
    known_scripts = {**(before or {}), **_present(text, pending or {})}
    known_scripts.pop("skipped", None)
    new_text, record = _with_scripts(text, addition.scripts, known_scripts)
    if new_text == text:
        return Outcome((), record or None)
    verb = "extend" if len(new_text) > len(text) else "undo"
    content = new_text.encode("utf-8")
    return Outcome(
        [Action(verb, addition.file, content, found.mode, expected=found)], record or None
    )


def _valid_package(found: Found) -> str | None:
    """Return the text of a package.json that is safe to edit, else None."""
    if found.kind != "file":
        return None
    try:
        text = found.content.decode("utf-8")
        document = json.loads(text, object_pairs_hook=_without_duplicates)
    except (ValueError, RecursionError):
        return None
    if not isinstance(document, dict) or not isinstance(document.get("scripts", {}), dict):
        return None
    return text


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Build an object; raise ValueError if a key occurs twice, which is ambiguous."""
    document = dict(pairs)
    if len(document) != len(pairs):
        raise ValueError("a key occurs twice")
    return document


def _present(text: str, record: Record) -> Record:
    """Return the scripts of a record that are unchanged in the file."""
    scripts = json.loads(text).get("scripts", {})
    kept = {name: command for name, command in record.items() if scripts.get(name) == command}
    return {**kept, "": record[""]} if kept and "" in record else kept


def _with_scripts(text: str, wanted: Mapping[str, str], known: Record) -> tuple[str, Record]:
    """Return package.json with the scripts added, changed and removed as wanted, and the record.

    known: the scripts that this template added; its key "" says that it added "scripts" itself.
    """
    record: Record = {"": known[""]} if "" in known else {}
    for name in [name for name in known if name and name not in wanted]:
        if _script(text, name) == known[name]:
            text = _remove_script(text, name, own_object="" in known)
    for name, command in wanted.items():
        there = _script(text, name)
        if there is None and name not in known:
            if '"scripts"' not in text or json.loads(text).get("scripts") is None:
                text = _add_scripts_object(text)
                record[""] = "scripts"
            text = _add_script(text, name, command)
        elif there is not None and there == known.get(name) and there != command:
            text = _add_script(_remove_script(text, name, own_object=False), name, command)
        elif there is not None and name not in known:
            continue  # the service has its own script with this name
        record[name] = command
    return text, record if any(record) else {}


def _script(text: str, name: str) -> object:
    return json.loads(text).get("scripts", {}).get(name)


def _scripts_object(text: str) -> tuple[jsontext.Object, jsontext.Object]:
    """Return the top object and its "scripts"; both must exist."""
    top = jsontext.read_object(text)
    member = top.member("scripts") if top else None
    scripts = jsontext.read_object(text, member.value) if member else None
    if top is None or scripts is None:
        raise ValueError("package.json has no scripts")
    return top, scripts


def _line_break(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"


def _add_scripts_object(text: str) -> str:
    top = jsontext.read_object(text)
    if top is None:
        raise ValueError("package.json is not an object")
    indent = _line_break(text) + jsontext.indent_unit(text)
    return jsontext.add_member(text, top, "scripts", "{}", indent)


def _add_script(text: str, name: str, command: str) -> str:
    _top, scripts = _scripts_object(text)
    indent = _line_break(text) + jsontext.indent_unit(text) * 2
    if not re.search(r"\n", text):
        indent = " "
    return jsontext.add_member(text, scripts, name, json.dumps(command), indent)


def _remove_script(text: str, name: str, *, own_object: bool) -> str:
    top, scripts = _scripts_object(text)
    if own_object and len(scripts.members) == 1:
        return jsontext.remove_member(text, top, "scripts")
    return jsontext.remove_member(text, scripts, name)
