"""Checks every answer, then takes the lock. Runs before cookiecutter writes anything.

The OPTIONS table is the single source for validation and for the tests.
Cookiecutter renders this file as a Jinja template and runs the result as a script in the project
folder. There is nothing next to it to import, so it uses the standard library only. The only Jinja
expression in it is the one that passes the answers.

A refused answer is reported in one line on stderr with exit code 1, and nothing is written.
"""

from __future__ import annotations

import os
import sys

# As a script, Python puts the folder of the rendered hook (the shared temporary folder) first on
# the import path: a stray json.py there would shadow the standard library.
if (
    __name__ == "__main__"
    and sys.path
    and sys.path[0] == os.path.dirname(os.path.abspath(__file__))
):
    sys.path.pop(0)

import errno
import json
import re
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

# Unrendered, this is a plain Python string, so that tests and docs can import the file. `tojson`
# is the one form that survives quotes, backslashes, newlines and emoji in every answer.
CONTEXT_JSON = r'''{{ cookiecutter | tojson }}'''  # fmt: skip

STAGING = ".cookiecutter-k6"
LOCK = ".cookiecutter-k6.lock"
MARKER = "README.txt"
STAGED = frozenset((MARKER, "files", "placing", "scratch"))
MARKER_FIRST_LINE = "Temporary folder of the cookiecutter-k6 template."

# A lock whose owner cannot be checked (not recorded yet, or Windows) counts as alive for this time.
LOCK_GRACE_SECONDS = 600.0

# Split, because Jinja would interpret a literal delimiter.
TEMPLATE_DELIMITERS = ("{" + "{", "{" + "%", "{" + "#")

WINDOWS_DEVICES = frozenset(
    ["con", "prn", "aux", "nul"] + [f"{name}{n}" for name in ("com", "lpt") for n in range(1, 10)]
)


class Refused(Exception):
    """The template refuses to run; the message is for the user."""


class Option(NamedTuple):
    """One question of cookiecutter.json.

    accepts: completes the sentence "... is invalid: expected". example: a valid answer.
    parse: returns the normalised answer or raises ValueError. kind: for the reader of the docs.
    """

    name: str
    kind: str
    accepts: str
    example: str
    parse: Callable[[Any], Any]
    choices: tuple[str, ...] = ()


def hostile_character(text: str) -> str | None:
    """Describe the first character that is unsafe in generated files; None if there is none.

    >>> hostile_character("a" + chr(7))
    'the control character U+0007'
    """
    for delimiter in TEMPLATE_DELIMITERS:
        if delimiter in text:
            return f"the template delimiter {delimiter}"
    for char in text:
        code = ord(char)
        if code < 0x20 or 0x7F <= code <= 0x9F:
            return f"the control character U+{code:04X}"
        if code in (0x2028, 0x2029):
            return f"the line separator U+{code:04X}"
        if 0xD800 <= code <= 0xDFFF:
            return "text that is not valid Unicode"
        if 0x202A <= code <= 0x202E or 0x2066 <= code <= 0x2069:
            return f"the text direction control U+{code:04X}"
        if code & 0xFFFE == 0xFFFE or 0xFDD0 <= code <= 0xFDEF or code == 0xFEFF:
            return f"the non-character U+{code:04X}"
    return None


def text_of(value: object) -> str:
    """Return the answer as stripped text; raise ValueError if it is not safe text."""
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        raise ValueError("it is not text")
    text = str(value)
    unsafe = hostile_character(text)
    if unsafe:
        raise ValueError(f"it contains {unsafe}")
    return text.strip()


def parse_name(value: object) -> str:
    """Return a display name of 1 to 100 characters."""
    text = text_of(value)
    if not 1 <= len(text) <= 100:
        raise ValueError(f"it has {len(text)} characters")
    return text


def parse_slug(value: object) -> str:
    """Return a folder name that is valid on every system, or `.` for the current folder."""
    text = text_of(value)
    if text == ".":
        return text
    if not re.fullmatch(r"[a-z0-9](?:[a-z0-9._-]{0,61}[a-z0-9_-])?", text):
        raise ValueError("")
    if text.split(".")[0] in WINDOWS_DEVICES:
        raise ValueError("Windows reserves this name")
    if text in ("node_modules", "favicon.ico"):
        raise ValueError("npm reserves this name")
    return text


def parse_port(value: object) -> int:
    """Return a TCP port; leading zeros, signs and other notations are refused."""
    text = text_of(value)
    if not re.fullmatch(r"[1-9][0-9]{0,4}", text) or int(text) > 65535:
        raise ValueError("")
    return int(text)


def parse_prefix(value: object) -> str:
    """Return a URL path prefix: empty, or with a leading and without a trailing slash."""
    text = text_of(value)
    if len(text) > 200:
        raise ValueError(f"it has {len(text)} characters")
    if text in ("", "/"):
        return ""
    inner = text.removeprefix("/")
    inner = inner.removesuffix("/")
    segments = inner.split("/")
    for segment in segments:
        if segment in (".", "..") or not re.fullmatch(r"[A-Za-z0-9._~-]+", segment):
            raise ValueError("")
    return "/" + "/".join(segments)


def parse_health_path(value: object) -> str:
    """Return a path from the root, `none`, or an empty text for the usual one below the prefix."""
    text = text_of(value)
    if len(text) > 200:
        raise ValueError(f"it has {len(text)} characters")
    if text.lower() in ("", "none"):
        return text.lower()
    path = text if text.startswith("/") else f"/{text}"
    if not re.fullmatch(r"(/[A-Za-z0-9._~-]+)+/?|/", path) or "/../" in f"{path}/":
        raise ValueError("")
    return path


def parse_choice(*choices: str) -> Callable[[object], str]:
    """Return a parser for one of the given words, in any case."""

    def parse(value: object) -> str:
        text = text_of(value).lower()
        if text not in choices:
            raise ValueError("")
        return text

    return parse


def parse_list(*choices: str) -> Callable[[object], str]:
    """Return a parser for some of the given words, comma-separated, or none."""

    def parse(value: object) -> str:
        words = [word.strip() for word in text_of(value).lower().split(",")]
        if words in (["none"], [""]):
            return "none"
        if not set(words) <= set(choices):
            raise ValueError("")
        return ",".join(choice for choice in choices if choice in words)

    return parse


def parse_switch(value: object) -> bool:
    """Return a real boolean; the words that cookiecutter takes for one are accepted too."""
    if isinstance(value, bool):
        return value
    word = text_of(value).lower()
    if word in ("1", "true", "t", "yes", "y", "on"):
        return True
    if word in ("0", "false", "f", "no", "n", "off"):
        return False
    raise ValueError("")


def parse_document(value: object) -> str:
    """Return where the OpenAPI document is: a file, an http(s) URL, `live`, or empty for none."""
    text = text_of(value)
    if len(text) > 500:
        raise ValueError(f"it has {len(text)} characters")
    if "://" in text:
        scheme, _, rest = text.partition("://")
        if scheme.lower() not in ("http", "https") or not re.match(r"[^/\s\\][^\s\\]*$", rest):
            raise ValueError("only http:// and https:// URLs are supported")
        if "@" in rest.partition("/")[0]:
            raise ValueError("a URL with credentials would be stored in the project")
    return text.lower() if text.lower() == "live" else text


def one_of(name: str, *choices: str, example: str) -> Option:
    """Return an option that accepts one of the given words."""
    accepts = "one of " + ", ".join(choices)
    return Option(name, "choice", accepts, example, parse_choice(*choices), choices)


def some_of(name: str, *choices: str, example: str) -> Option:
    """Return an option that accepts a comma-separated list of the given words, or none."""
    accepts = "none, or a comma-separated list of " + ", ".join(choices)
    return Option(name, "list", accepts, example, parse_list(*choices), choices)


def yes_or_no(name: str) -> Option:
    """Return an option that is switched on or off."""
    return Option(name, "yes or no", "yes or no", "yes", parse_switch)


# The strategies of lib/auth.js in the suite, except `custom`, which needs a file of the owner.
AUTH_MODES = (
    *("none", "basic", "digest", "ntlm", "bearer", "api-key", "login", "oauth2", "session"),
    "custom",
)

# In the order of cookiecutter.json, which holds the defaults. docs/options.yaml says what each
# option changes.
OPTIONS: tuple[Option, ...] = (
    Option(
        "project_name",
        "text",
        "1 to 100 printable characters without template delimiters",
        "My Service",
        parse_name,
    ),
    Option(
        "project_slug",
        "folder name",
        "1 to 63 characters of a-z, 0-9, dash, dot and underscore, starting with a letter or digit"
        " and not ending with a dot; or a single dot for the current folder",
        "my-service",
        parse_slug,
    ),
    Option(
        "backend_port",
        "whole number",
        "a whole number from 1 to 65535",
        "8000",
        parse_port,
    ),
    Option(
        "backend_api_prefix",
        "URL path",
        "a path such as /api/v1 made of letters, digits, dot, dash, underscore and tilde, without"
        " empty, . or .. segments; / for none",
        "/api/v1",
        parse_prefix,
    ),
    Option(
        "health_path",
        "URL path",
        "a path from the root such as /health, or none if the service has no health check",
        "/health",
        parse_health_path,
    ),
    one_of("auth", *AUTH_MODES, example="login"),
    Option(
        "openapi_spec",
        "file or URL",
        "a file (relative to the current folder or to the project), an http(s) URL without"
        " credentials, the word live, or nothing",
        "openapi.json",
        parse_document,
    ),
    yes_or_no("include_traffic"),
    some_of("resources", "items", "missions", "desk", example="missions,desk"),
    yes_or_no("include_multi_tenant"),
    one_of("websocket", "none", "raw", "socketio", example="socketio"),
    yes_or_no("include_database"),
    yes_or_no("include_cdc"),
    one_of(
        "profile_set",
        *("core", "stress-150", "light", "saas", "extended", "cdc", "desk"),
        example="core",
    ),
    one_of("ci", "none", "github", "gitlab", example="github"),
    some_of("share_results", "comment", "history", "webhook", example="comment,history"),
    one_of("include_observability", "none", "prometheus", "influxdb", "both", example="prometheus"),
    yes_or_no("include_kubernetes"),
    yes_or_no("include_claude_md"),
)


def shown(value: object) -> str:
    """Quote a value for a message: one line of ASCII, at most 60 characters."""
    text = ascii(value)
    return text if len(text) <= 60 else text[:56] + "...'"


def problem_with(option: Option, value: object, reason: str) -> str:
    """Return a one-line error message about an invalid answer."""
    because = f" ({reason})" if reason else ""
    return (
        f"ERROR: {option.name}={shown(value)} is invalid{because}: expected {option.accepts}."
        f" Run the command again with, for example, {option.name}={shown(option.example)}"
    )


def check_answers(context: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """Validate and normalise all answers.

    Returns the normalised answers by option name, and one line per problem.
    """
    answers: dict[str, Any] = {}
    problems: list[str] = []
    for option in OPTIONS:
        value = answer_as_typed(context, option.name)
        try:
            answers[option.name] = option.parse(value)
        except ValueError as reason:
            problems.append(problem_with(option, value, str(reason)))
    return answers, problems


def answer_as_typed(context: Mapping[str, Any], name: str) -> object:
    """Return an answer as the user gave it.

    cookiecutter creates the project folder before any hook can check its name. Therefore
    cookiecutter.json replaces a slug that could lead elsewhere with a harmless one and keeps the
    original in a private variable, which is used here.
    """
    if name == "project_slug" and context.get("project_slug") == "refused-project-slug":
        return context.get("__project_slug_typed", "")
    return context.get(name, "")


def name_slug(context: Mapping[str, Any]) -> str:
    """Return the slug of the project name, which tags the metrics if the folder is `.`."""
    slug = str(context.get("__name_slug", ""))
    return slug if re.fullmatch(r"[a-z0-9][a-z0-9-]*", slug) else "my-service"


def template_home(context: Mapping[str, Any]) -> str:
    """Return where the template is published, for the update command in the suite's README."""
    home = str(context.get("_template_home", ""))
    if not re.fullmatch(r"[A-Za-z0-9@:/._~+-]{1,200}", home):
        raise Refused(f"_template_home={shown(home)} is not a template address")
    return home


# --- the lock -----------------------------------------------------------------------------------


def host_name() -> str:
    """Return the name of this machine; empty on Windows, where it is not needed."""
    return os.uname().nodename if hasattr(os, "uname") else ""


def remove_folder(folder: str) -> None:
    """Remove a folder and its content, even if it was copied from a read-only template."""
    import shutil  # noqa: PLC0415 - most runs find nothing to remove and need not load it

    for parent, _folders, _files in os.walk(folder):
        os.chmod(parent, 0o700)
    shutil.rmtree(folder)


def owner_alive(owner: Mapping[str, Any], age_seconds: float) -> bool:
    """Tell whether the generation that wrote a lock may still be running."""
    pid = owner.get("pid")
    if not isinstance(pid, int) or pid <= 0 or os.name == "nt":
        return age_seconds < LOCK_GRACE_SECONDS
    if owner.get("host") != host_name():
        return True  # another machine or container, whose processes cannot be checked from here
    if pid == os.getppid():
        return False  # an earlier generation of this same process, which did not finish
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True  # it exists but belongs to another user
    return True


def read_owner(lock: str) -> dict[str, Any]:
    """Return the record of a lock's owner; empty if it is unreadable."""
    try:
        with open(os.path.join(lock, "run.json"), encoding="utf-8") as file:
            record = json.load(file)
    except (OSError, ValueError):
        return {}
    return record if isinstance(record, dict) else {}


def set_dead_lock_aside() -> str:
    """Rename the lock of a generation that died; raise Refused while it may be alive.

    Returns its new name. It is removed when nothing of that generation is left: until then it tells
    that a staging folder without a marker is a remainder.
    """
    if os.path.islink(LOCK) or not os.path.isdir(LOCK):
        raise Refused(f"{LOCK} exists but is not a lock of this template; remove it")
    owner = read_owner(LOCK)
    age = time.time() - os.lstat(LOCK).st_mtime
    if owner_alive(owner, age):
        raise Refused(
            f"another generation into this folder is running (process {owner.get('pid', '?')});"
            f" wait for it, or remove the folder {LOCK} if it is not running any more"
        )
    # Renaming is atomic: if two runs find the same dead lock, only one can rename it.
    grave = f"{LOCK}.{os.getpid()}"
    os.rename(LOCK, grave)
    if read_owner(grave) != owner:
        os.rename(grave, LOCK)
        raise Refused("another generation into this folder has just started; wait for it")
    return grave


def dead_locks() -> list[str]:
    """Return the locks that were set aside, by this run or by one that died just then."""
    return [
        name
        for name in sorted(os.listdir("."))
        if re.fullmatch(re.escape(LOCK) + r"\.[0-9]+", name)
        and os.path.isdir(name)
        and not os.path.islink(name)
        and set(os.listdir(name)) <= {"run.json"}
    ]


def clear_dead_staging(*, interrupted: bool) -> None:
    """Remove the staging folder of an interrupted run, but nothing else.

    interrupted: whether an interrupted generation left its lock. Cookiecutter copies the folders
    before the marker file, and a removal may begin with it, so it may be missing then.
    """
    if not os.path.lexists(STAGING):
        return
    ours = os.path.isdir(STAGING) and not os.path.islink(STAGING)
    if not ours or not (is_our_staging() or (interrupted and set(os.listdir(STAGING)) <= STAGED)):
        raise Refused(f"{STAGING} exists but was not created by this template; move it away")
    remove_folder(STAGING)


def is_our_staging() -> bool:
    """Tell whether the staging folder is empty or starts with our marker."""
    try:
        with open(os.path.join(STAGING, MARKER), encoding="utf-8") as file:
            return file.readline().rstrip("\r\n") == MARKER_FIRST_LINE
    except OSError:
        return not os.listdir(STAGING)


def take_lock(record: Mapping[str, Any]) -> None:
    """Take the lock and store the record of this run in it, for post_gen_project.py."""
    try:
        os.mkdir(LOCK)
    except FileExistsError:
        grave = set_dead_lock_aside()
        try:
            os.mkdir(LOCK)
        except FileExistsError:
            raise  # somebody else has it now
        except OSError:
            os.rename(grave, LOCK)
            raise
    graves = dead_locks()
    try:
        clear_dead_staging(interrupted=bool(graves))
        with open(os.path.join(LOCK, "run.json"), "x", encoding="utf-8") as file:
            json.dump(record, file)
    except BaseException:
        remove_folder(LOCK)
        if graves:
            os.rename(graves[0], LOCK)
        raise
    for grave in graves:
        remove_folder(grave)


# --- the hook -----------------------------------------------------------------------------------


def word_of_shell(value: object) -> str:
    """Quote a value for bash in ASCII."""
    import shlex  # noqa: PLC0415 - only after a mistake

    text = str(value)
    if text.isascii():
        return shlex.quote(text)
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return (
        "$'"
        + "".join(
            char
            if char.isascii()
            else f"\\U{ord(char):08x}"
            if ord(char) > 0xFFFF
            else f"\\u{ord(char):04x}"
            for char in escaped
        )
        + "'"
    )


def command_to_repeat(template: str, words: Sequence[str], answers: Mapping[str, Any]) -> str:
    """Return a line with the command that repeats all accepted answers.

    The refused ones are replaced by their examples. words: further options of cookiecutter.
    """
    pairs = [
        f"{option.name}={word_of_shell(answers.get(option.name, option.example))}"
        for option in OPTIONS
    ]
    options = [word_of_shell(word) for word in words]
    command = ["cookiecutter", word_of_shell(template), *options, "--no-input", *pairs]
    return f"To repeat the rest: {' '.join(command)}"


def prepare(context: Mapping[str, Any]) -> list[str]:
    """Check the answers and take the lock; return the problems, one line each."""
    answers, problems = check_answers(context)
    if problems:
        template = str(context.get("_template") or template_home(context))
        return [*problems, command_to_repeat(template, [], answers)]
    try:
        take_lock(
            {
                "pid": os.getppid(),
                "host": host_name(),
                "answers": answers,
                "name_slug": name_slug(context),
                "template_home": template_home(context),
            }
        )
    except Refused as refusal:
        return [f"ERROR: {refusal}"]
    except OSError as error:
        if error.errno == errno.EEXIST:
            return ["ERROR: another generation into this folder has just started; wait for it"]
        return [f"ERROR: cannot write to the project folder: {error.strerror}"]
    return []


def main() -> int:
    """Run the hook; return its exit code."""
    problems = prepare(json.loads(CONTEXT_JSON))
    for line in problems:
        print(line.encode("ascii", "backslashreplace").decode("ascii"), file=sys.stderr)
    if problems:
        print("Nothing was written. Cookiecutter now reports the failed check:", file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
