"""The commands: `import` and `mix`."""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
from collections import Counter
from collections.abc import Sequence
from typing import Any

from table_tool import BEHIND, CURRENT, INTERRUPTED, REFUSED, Parser, write

from . import mixing, overrides, table
from .filters import TURNABLE
from .journey import Journey, compile_journey
from .model import Recording, Refused
from .reading import bruno, curl, files, har, http_file, insomnia, postman
from .routes import Routes, known_routes
from .texts import clean, slug

TABLE = "tests/load/data/traffic.jsonl"
DATA = "tests/load/data/traffic.data.json"
OPERATIONS = "tests/load/data/operations.jsonl"
COMMAND = "./scripts/load-test.sh import"

_SHOWN = 30  # lines of one kind before the rest is only counted

# What is known and not read: how it begins, and what to export instead.
OTHERS = (
    (r"^meta \{$", "a request of Bruno. Export the collection: its menu, Export, Bruno (JSON)"),
    (r"^opencollection:", "an OpenCollection file. Export it from Bruno as Bruno (JSON)"),
    (r"^type: .*insomnia\.rest/", "an export of Insomnia 5. Export it as Insomnia v4 (JSON)"),
    (r"<jmeterTestPlan", "a JMeter plan. Record the session in a browser, and save it as HAR"),
    (
        r"<mockServer|<con:soapui-project",
        "a SoapUI project. Record its requests as HAR with a proxy",
    ),
    (r"^openapi: |^swagger: ", "an OpenAPI document. Try: ./scripts/load-test.sh openapi update"),
)

DESCRIPTION = """Turns recorded traffic into rows of tests/load/data/traffic.jsonl, which the test
`traffic` runs. FILE: a HAR file of a browser or a proxy, a collection of Postman (2.0, 2.1),
Insomnia (4) or Bruno (JSON), an .http file, or curl commands. Nothing in it is executed, and no
secret of it is written down."""
EPILOG = """Exit codes: 0 done, or up to date; 1 failed, nothing was changed; 2 the rows are out of
date (--check)."""


def parser() -> Parser:
    """Return the parser of the command line."""
    raw = argparse.RawDescriptionHelpFormatter
    top = Parser("load-test.sh")
    top.add_argument("--project", metavar="DIR", help=argparse.SUPPRESS)
    commands = top.add_subparsers(dest="command", required=True, metavar="import|mix")
    load = commands.add_parser(
        "import", description=DESCRIPTION, epilog=EPILOG, formatter_class=raw,
        help="turn recorded traffic into rows",
    )  # fmt: skip
    load.add_argument("file", metavar="FILE", help="HAR, collection, .http file, or curl commands")
    load.add_argument(
        "--name", metavar="NAME", help="name of the journey; default: that of the file"
    )
    load.add_argument(
        "--again",
        metavar="FILE",
        help="a second recording of the same session: what differs is dynamic",
    )
    load.add_argument(
        "--host",
        metavar="HOST",
        default="",
        help="host (and port) under test; default: the one that answers most",
    )
    load.add_argument("--keep", metavar="RULE", action="append", default=[], choices=TURNABLE,
                      help=f"do not leave out: {', '.join(TURNABLE)}")  # fmt: skip
    load.add_argument(
        "--environment", metavar="FILE", help="environment of Postman, or http-client.env.json"
    )
    load.add_argument(
        "--check",
        action="store_true",
        help="change nothing; exit code 2 if the rows are out of date",
    )
    mix = commands.add_parser("mix", help="take the mix and the arrival rate of an access log")
    mix.add_argument(
        "file", metavar="LOG", nargs="+", help="access logs, .gz too; - for standard input"
    )
    mix.add_argument(
        "--minutes", type=float, default=10, help="length of the arrival-rate profile; default 10"
    )
    mix.add_argument("--assets", action="store_true", help="count images, styles and scripts too")
    mix.add_argument("--check", action="store_true", help="print the mix, change nothing")
    return top


def main(arguments: Sequence[str]) -> int:
    """Run a command; return its exit code."""
    for stream in (sys.stdout, sys.stderr):
        # The console may not be able to print every name in the file.
        getattr(stream, "reconfigure", lambda **_: None)(errors="backslashreplace")
    sys.setrecursionlimit(5000)
    here = os.path.dirname(os.path.realpath(__file__))
    try:
        options = parser().parse_args(arguments)
        project = os.path.abspath(options.project or os.path.join(here, *[os.pardir] * 6))
        return _run(project, options)
    except Refused as problem:
        _complain(str(problem))
    except (RecursionError, MemoryError) as error:
        _complain(f"the file cannot be read: {type(error).__name__}")
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # The reader has seen enough; Python would complain once more when it flushes.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return CURRENT
    except OSError as error:
        _complain(f"{error.strerror}: {error.filename}")
    return REFUSED


def _complain(text: str) -> None:
    line = "".join(c if c.isprintable() else " " for c in text)
    print(f"load-test.sh: {line}", file=sys.stderr)


def _say(line: str) -> None:
    print("".join(c if c.isprintable() else " " for c in line))


def read_recording(path: str, environment: str | None = None) -> Recording:
    """Return what a file holds, whatever kind it is; raise Refused for others."""
    text = files.read_text(path)
    start = text.lstrip()[:1]
    if start in {"{", "["} and not text.lstrip().startswith("{{"):
        content = files.parse_json(text, path)
        if isinstance(content, dict) and "log" in content:
            return har.read(content)
        return postman.read(_collection(content, path), _environment(environment))
    if http_file.is_requests(text):
        return postman.read(http_file.collection(text), _environment(environment), "http")
    if re.search(r"(^|[\s;&$])curl(\.exe)?\s", text[:200_000]):
        return curl.read(text)
    for pattern, what in OTHERS:
        if re.search(pattern, text[:20_000], re.MULTILINE):
            raise Refused(f"{path} is {what}")
    raise Refused(
        f"{path} is of no known kind: expected a HAR file, a collection of Postman, Insomnia or"
        " Bruno, an .http file or curl commands. For an access log, try:"
        " ./scripts/load-test.sh mix"
    )


def _collection(content: Any, path: str) -> Any:
    """Return the Postman collection that JSON is or stands for; raise Refused for other JSON."""
    if postman.is_collection(content):
        return content
    if insomnia.is_export(content):
        return insomnia.collection(content)
    if bruno.is_export(content):
        return bruno.collection(content)
    if isinstance(content, dict) and {"openapi", "swagger"} & content.keys():
        raise Refused(f"{path} is an OpenAPI document. Try: ./scripts/load-test.sh openapi update")
    raise Refused(
        f"{path}: neither a HAR file (log.entries) nor a collection of Postman (info, item),"
        " Insomnia (export of format 4) or Bruno (name, version, items)"
    )


def _environment(path: str | None) -> Any:
    if path is None:
        return {}
    return http_file.environment(files.parse_json(files.read_text(path), path))


def _run(project: str, options: Any) -> int:
    if options.command == "mix":
        code = mixing.run(project, options, _say)
    else:
        code = _import(project, options)
    sys.stdout.flush()
    return code


def _import(project: str, options: Any) -> int:
    own = overrides.loads(_read(project, overrides.FILE, "{}"))
    own.keep += options.keep
    recording = read_recording(options.file, options.environment)
    again = read_recording(options.again) if options.again else None
    name = slug(options.name or os.path.basename(options.file).partition(".")[0], "journey")
    routes = Routes(known_routes(_read(project, OPERATIONS, "")))
    journey = compile_journey(name, recording, own, routes, host=options.host.lower(), again=again)
    entry = own.journeys.get(name, {})
    if entry:
        journey.about.update({key: entry[key] for key in ("weight", "skip") if key in entry})
    path = os.path.join(project, *TABLE.split("/"))
    before = table.read(path)
    behind = _report(before, journey, check=options.check)
    if options.check:
        if behind:
            _complain(f"{TABLE} is out of date. Try: {COMMAND} {clean(options.file)}")
            return BEHIND
        _say(f"{TABLE} is up to date")
        return CURRENT
    before.journeys[name] = journey.about
    before.rows[name] = journey.rows
    write(path, table.dumps(before))
    _keep_data(project, journey)
    _next_steps(journey)
    return CURRENT


def _read(project: str, name: str, fallback: str) -> str:
    try:
        with open(os.path.join(project, *name.split("/")), encoding="utf-8-sig") as file:
            return file.read()
    except FileNotFoundError:
        return fallback
    except UnicodeDecodeError:
        raise Refused(f"{name} is not UTF-8 text") from None


def _keep_data(project: str, journey: Journey) -> None:
    """Add the columns that are missing; rows and values of the user stay."""
    text = _read(project, DATA, "{}")
    content = files.parse_json(text, DATA)
    if not isinstance(content, dict):
        raise Refused(f"{DATA}: expected an object of journeys, each a list of rows")
    rows = content.get(journey.name)
    rows = (
        [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) and rows else [{}]
    )
    changed = [{**{c: v for c, v in journey.data.items() if c not in row}, **row} for row in rows]
    if not journey.data:
        content.pop(journey.name, None)
    else:
        content[journey.name] = changed
    made = json.dumps(content, indent=2, ensure_ascii=True) + "\n"
    if made != text:
        write(os.path.join(project, *DATA.split("/")), made)


# --- what is printed ------------------------------------------------------------------------------


def _report(before: table.Table, journey: Journey, *, check: bool) -> bool:
    """Print what was decided and what differs; return whether the rows are out of date."""
    known = journey.name in before.journeys
    changes = table.compare(before.rows.get(journey.name, []), journey.rows)
    if not check:
        _lines("value", journey.evidence)
    _lines("left out", _left(journey))
    for name, reason in journey.held.items():
        line = f'"{name}": {{ "skip": false }}'
        where = f"To send it: {overrides.FILE}, steps: {line}"
        _say(f"  not sent  {clean(name)}: {reason}. {where}")
    _lines("note", journey.notes)
    if known:
        _lines("added", changes.added)
        _lines("removed", changes.removed)
        _lines("changed", [f"{n} ({', '.join(w)})" for n, w in changes.changed.items()])
    values = before.journeys.get(journey.name, {}).get("values") != journey.about["values"]
    counts = Counter(next(iter(v)) for v in journey.about["values"].values())
    _say(
        f"{journey.name}: {len(journey.rows)} requests"
        + (f" ({len(changes.added)} added, {len(changes.removed)} removed,"
           f" {len(changes.changed)} changed)" if known else "")
        + f", {counts['from']} links, {len(journey.data)} data columns,"
        f" {counts['new']} made anew, {counts['setting']} secrets,"
        f" {len(journey.left)} left out, {len(journey.held)} not sent"
        + ("" if check else f": {TABLE}")
    )  # fmt: skip
    return bool(changes) or values or not known


def _left(journey: Journey) -> list[str]:
    counts = Counter((one.rule, one.reason) for one in journey.left)
    lines = []
    for (rule, reason), count in counts.items():
        turn = f" (--keep {rule})" if rule in TURNABLE and rule != "foreign" else ""
        lines.append(f"{count} of {rule}: {reason}{turn}")
    return lines


def _lines(word: str, lines: Sequence[str]) -> None:
    for line in lines[:_SHOWN]:
        _say(f"  {word}  {clean(line, 250)}")
    if len(lines) > _SHOWN:
        _say(f"  {word}  ... and {len(lines) - _SHOWN} more")


def _next_steps(journey: Journey) -> None:
    values = journey.about["values"].values()
    for name in sorted({one["setting"] for one in values if "setting" in one}):
        _say(f"  set       export {name}=...")
    if any("user" in one for one in values):
        _say(
            "  set       the users that log in: data/users.json (USERS_FILE), or"
            " export TEST_USER_EMAIL=... TEST_USER_PASSWORD=..."
        )
    _say(
        f"  recorded  at {clean(journey.origin)}; the test sends to BASE_URL of"
        f" tests/load/suite.env, or: --base-url {clean(journey.origin)}"
    )
    _say("Next: ./scripts/load-test.sh traffic")
