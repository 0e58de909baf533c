"""The command: `update`, `update --check` and `list`."""

from __future__ import annotations

import argparse
import difflib
import os
import re
import sys
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from table_tool import BEHIND, CURRENT, INTERRUPTED, REFUSED, Parser, write

from . import overrides, table
from .compiler import Choices, compile_document
from .document import MALFORMED, BadDocument
from .reading import download, source
from .table import Table
from .texts import clean, printable

TABLE = "tests/load/data/operations.jsonl"
SETTINGS = "tests/load/suite.env"
OVERRIDES = "tests/load/data/operations.overrides.json"
COMMAND = "./scripts/load-test.sh openapi update"
LIVE = "live"

_SHOWN = 40  # lines of one kind before the rest is only counted
_KINDS = {"tag": "tags", "method": "methods", "operation": "operations"}

DESCRIPTION = """Compiles an OpenAPI 3.0, 3.1 or Swagger 2.0 document (JSON or YAML) into
tests/load/data/operations.jsonl, the table that the test `openapi` runs."""
EPILOG = """Without FILE or URL, the setting OPENAPI_SPEC is used, or else the document that the
running service serves (BASE_URL + OPENAPI_PATH).

Exit codes: 0 done, or up to date; 1 failed, nothing was changed; 2 the table is out of
date (--check)."""


class Refused(Exception):
    """The command cannot do what was asked; the message is for the user."""


class Place(NamedTuple):
    """Where a document is. origin: the option or setting that names it. label: for the table."""

    address: str
    label: str
    origin: str


def parser() -> Parser:
    """Return the parser of the command line."""
    raw = argparse.RawDescriptionHelpFormatter
    top = Parser(
        "load-test.sh openapi", description=DESCRIPTION, epilog=EPILOG, formatter_class=raw
    )
    top.add_argument("--project", metavar="DIR", help=argparse.SUPPRESS)
    top.add_argument("--label", metavar="NAME", help=argparse.SUPPRESS)
    commands = top.add_subparsers(dest="command", required=True, metavar="update|list")
    update = commands.add_parser(
        "update",
        help="compile the document again and list what changed",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=raw,
    )
    update.add_argument(
        "document",
        nargs="?",
        metavar="FILE|URL",
        help="the document; `live` downloads it from the running service",
    )
    update.add_argument(
        "--check",
        action="store_true",
        help="change nothing; exit code 2 if the table is out of date",
    )
    for side in ("include", "exclude"):
        update.add_argument(
            f"--{side}",
            action="append",
            default=[],
            metavar="WHICH",
            help=f"{side} operations, as OPENAPI_INCLUDE spells them: tag:NAME, method:NAME, a name"
            " or an operationId (* matches any text); repeatable, saved for later updates",
        )
    update.add_argument(
        "--select-all",
        action="store_true",
        help="discard the saved --include and --exclude options",
    )
    commands.add_parser(
        "list", help="list the operations in the table, and which are skipped and why"
    )
    return top


def main(arguments: Sequence[str], environ: Mapping[str, str]) -> int:
    """Run the command; return its exit code."""
    for stream in (sys.stdout, sys.stderr):
        # The console may not be able to print every name in the document.
        getattr(stream, "reconfigure", lambda **_: None)(errors="backslashreplace")
    sys.setrecursionlimit(5000)
    here = os.path.dirname(os.path.realpath(__file__))
    try:
        options = parser().parse_args(arguments)
        project = os.path.abspath(options.project or os.path.join(here, *[os.pardir] * 6))
        return _run(project, options, environ)
    except (Refused, BadDocument, overrides.BadOverrides) as problem:
        _complain(str(problem))
        return REFUSED
    except MALFORMED as error:
        _complain(f"the document cannot be compiled: {type(error).__name__}: {error}")
        return REFUSED
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # The reader has seen enough; Python would complain once more when it flushes.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return CURRENT
    except OSError as error:
        _complain(f"{error.strerror}: {error.filename}")
        return REFUSED


def _run(project: str, options: Any, environ: Mapping[str, str]) -> int:
    code = _list(project) if options.command == "list" else _update(project, options, environ)
    sys.stdout.flush()
    return code


def _complain(text: str) -> None:
    print(f"load-test.sh openapi: {printable(text)}", file=sys.stderr)


def _say(line: str) -> None:
    print(line)


# --- update ---------------------------------------------------------------------------------------


def _update(project: str, options: Any, environ: Mapping[str, str]) -> int:
    place = find(options.document, project, environ)
    if options.label:
        place = place._replace(label=options.label)
    path = os.path.join(project, *TABLE.split("/"))
    own_path = os.path.join(project, *OVERRIDES.split("/"))
    own_text = _read_overrides(own_path)
    added = [
        _selection(side, text) for side in ("include", "exclude") for text in getattr(options, side)
    ]
    if added or options.select_all:
        own_text = overrides.with_selection(own_text, added, reset=options.select_all)
    try:
        own = overrides.loads(own_text)
    except overrides.BadOverrides as problem:
        raise Refused(f"{OVERRIDES}: {problem}") from None
    try:
        document = source.read(place.address, place.label)
        after = compile_document(document, Choices(own.wanted, own.values))
    except BadDocument as problem:
        raise Refused(
            f"{problem} (the document is {place.origin}: {place.label}). {_hint(place)}"
        ) from None
    if not after.rows:
        raise Refused(
            f"the selection excludes all {after.header['counts']['excluded']} operations."
            f" It consists of `select` in {OVERRIDES}, --include and --exclude. Try:"
            f" {COMMAND} --select-all"
        )
    before = table.read(path)
    behind = _report(before, after, check=options.check)
    for name in own.unknown(row["name"] for row in after.rows):
        _complain(f"warning: {OVERRIDES} names {clean(name)!a}, which is not in the table")
    if options.check:
        return _checked(behind)
    if added or options.select_all:
        write(own_path, own_text)
    write(path, table.dumps(after))
    if options.document:
        _remember(project, options.document, place, environ)
    return CURRENT


def _remember(project: str, given: str, place: Place, environ: Mapping[str, str]) -> None:
    """Write the document that was given into suite.env, where the next update looks for it."""
    wanted = LIVE if given == LIVE else place.label
    if environ.get("OPENAPI_SPEC", "").strip() == wanted or not re.fullmatch(
        r"[\w./:@%+~-]+", wanted
    ):
        return
    path = os.path.join(project, *SETTINGS.split("/"))
    try:
        with open(path, encoding="utf-8", newline="") as file:
            text = file.read()
    except (OSError, UnicodeDecodeError):
        return
    changed, count = re.subn(
        r"(?m)^OPENAPI_SPEC=[^\r\n]*", lambda _: f"OPENAPI_SPEC={wanted}", text
    )
    if count == 1 and changed != text:
        write(path, changed)
        _say(f"{SETTINGS}: set OPENAPI_SPEC={wanted} for the next update")


def _checked(behind: bool) -> int:
    if behind:
        _complain(f"{TABLE} is out of date. Try: {COMMAND}")
        return BEHIND
    _say(f"{TABLE} is up to date")
    return CURRENT


def _hint(place: Place) -> str:
    if place.origin.startswith("the service"):
        return f"Is the service running? To use a file, try: {COMMAND} FILE"
    return f"Try: {COMMAND} FILE-OR-URL"


def find(given: str | None, project: str, environ: Mapping[str, str]) -> Place:
    """Return where the document is: the argument, OPENAPI_SPEC, or the running service."""
    setting = environ.get("OPENAPI_SPEC", "").strip()
    if given and given != LIVE:
        return _named(given, "given", [os.getcwd(), project], project)
    if setting and setting != LIVE and not given:
        return _named(setting, "the setting OPENAPI_SPEC", [project], project)
    base = environ.get("BASE_URL", "").rstrip("/")
    path = environ.get("OPENAPI_PATH", "") or "/openapi.json"
    if path == "/none":
        raise Refused(
            f"OPENAPI_PATH={path} in {SETTINGS}: no document is asked for. Set it to the path of"
            f" the service's document, or try: {COMMAND} FILE-OR-URL"
        )
    if not download.is_url(base):
        raise Refused(f"no document given and BASE_URL is not set. Try: {COMMAND} FILE-OR-URL")
    return Place(base + "/" + path.lstrip("/"), f"{LIVE}: {path}", "the service's own")


def _named(given: str, origin: str, folders: Sequence[str], project: str) -> Place:
    if download.is_url(given):
        return Place(given, download.without_credentials(given), origin)
    paths = [os.path.join(folder, given) for folder in folders]
    path = next((path for path in paths if os.path.exists(path)), paths[0])
    try:
        label = os.path.relpath(os.path.realpath(path), os.path.realpath(project)).replace(
            os.sep, "/"
        )
    except ValueError:
        label = path  # another drive of Windows
    return Place(path, label, origin)


def _selection(side: str, text: str) -> tuple[str, str, str]:
    """Return an --include or --exclude as the overrides file keeps it; `=` may stand for `:`."""
    match = re.fullmatch(r"(\w+)[:=](.*)", text, re.DOTALL)
    kind, value = (match[1], match[2]) if match else ("operation", text)
    if kind not in _KINDS or not value:
        near = difflib.get_close_matches(kind, _KINDS, 1)
        hint = f" Did you mean {near[0]}:{value}?" if near else ""
        raise Refused(
            f"--{side} {text!a} is invalid: expected tag:NAME, method:NAME, or the name or"
            f" operationId of an operation.{hint} Try: {COMMAND} --{side} tag:admin"
        )
    return side, _KINDS[kind], value


def _read_overrides(path: str) -> str:
    try:
        with open(path, encoding="utf-8-sig") as file:
            return file.read()
    except FileNotFoundError:
        return "{}"
    except UnicodeDecodeError:
        raise Refused(f"{OVERRIDES} is not UTF-8 text") from None


# --- what is printed ------------------------------------------------------------------------------


def _report(before: Table, after: Table, *, check: bool) -> bool:
    """Print what differs; return whether the table is out of date."""
    differences = table.compare(before, after)
    fixed = any(
        before.header.get(key) != after.header.get(key) for key in ("format", "base", "schemes")
    )
    known = before.header.get("document") is not None
    _print_list("added", differences.added if known else [])
    _print_list("removed", differences.removed)
    _print_list(
        "changed", [f"{name} ({', '.join(what)})" for name, what in differences.changed.items()]
    )
    if fixed and known:
        _say("  changed  base path or authentication schemes")
    _print_list("skipped", [f"{row['name']}: {row['skip']}" for row in after.rows if "skip" in row])
    _print_list("note", [f"{note['at']}: {note['what']}" for note in after.header["unsupported"]])
    counts = after.header["counts"]
    numbers = [
        f"{len(differences.added)} added",
        f"{len(differences.removed)} removed",
        f"{len(differences.changed)} changed",
    ]
    _say(
        f"{counts['operations']} operations ({', '.join(numbers)}), {counts['skipped']} skipped,"
        f" {counts['excluded']} excluded{'' if check else ': ' + TABLE}"
    )
    return bool(differences) or fixed or not known


def _print_list(word: str, lines: Sequence[str]) -> None:
    for line in lines[:_SHOWN]:
        _say(f"  {word}  {line}")
    if len(lines) > _SHOWN:
        _say(f"  {word}  ... and {len(lines) - _SHOWN} more")


def _list(project: str) -> int:
    found = table.read(os.path.join(project, *TABLE.split("/")))
    if not found.rows:
        raise Refused(f"{TABLE} holds no operations. Try: {COMMAND}")
    journey = None
    for row in found.rows:
        if row["journey"] != journey:
            journey = row["journey"]
            _say(f"{journey}:")
        _say(
            f"  {row['name']}"
            + (f"  (skipped: {row['skip']})" if "skip" in row else f"  {row['role']}")
        )
    return CURRENT
