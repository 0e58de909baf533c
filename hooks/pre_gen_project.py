"""Checks every answer, then takes the lock. Runs before cookiecutter writes anything.

The OPTIONS table is the single source for validation, for docs/options.md and for the tests.
Cookiecutter renders this file as a Jinja template, runs the result as a script in the project
folder, and gives it no neighbours to import: it needs the standard library only, and no Jinja
delimiter may stand in it but the one expression that hands over the answers.

A refused answer is one line on stderr, exit code 1, and nothing is written.
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
import shutil
import socket
import time
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

# Unrendered, this is a plain Python string, so that tests and docs can import the file. `tojson`
# is the one form that survives quotes, backslashes, newlines and emoji in every answer.
CONTEXT_JSON = r'''{{ cookiecutter | tojson }}'''  # fmt: skip

STAGING = ".cookiecutter-k6"
LOCK = ".cookiecutter-k6.lock"
MARKER = "README.txt"
MARKER_FIRST_LINE = "Temporary folder of the cookiecutter-k6 template."

# A lock whose owner cannot be asked (no owner written yet, Windows) counts as alive for so long.
LOCK_GRACE_SECONDS = 600.0

# Assembled, because a Jinja delimiter written out would be rendered away.
TEMPLATE_DELIMITERS = ("{" + "{", "{" + "%", "{" + "#")

WINDOWS_DEVICES = frozenset(
    ["con", "prn", "aux", "nul"] + [f"{name}{n}" for name in ("com", "lpt") for n in range(1, 10)]
)


class Refused(Exception):
    """An answer or a situation that the template does not accept; the text is for the user."""


class Option(NamedTuple):
    """One question of cookiecutter.json.

    name: as in cookiecutter.json. kind: what the options page calls it. default: as shown there.
    accepts: completes the sentence "... is not accepted: ". example: an answer that works.
    doc: what it changes in the suite. parse: returns the normalised answer or raises ValueError.
    """

    name: str
    kind: str
    default: object
    accepts: str
    example: str
    doc: str
    parse: Callable[[Any], Any]
    choices: tuple[str, ...] = ()


def hostile_character(text: str) -> str | None:
    """Say which character makes a text unsafe in the files it would be written to, else None.

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
    """Return the answer as text without outer blanks; raise ValueError if it is no safe text."""
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        raise ValueError("it is not a text")
    text = str(value)
    unsafe = hostile_character(text)
    if unsafe:
        raise ValueError(f"it holds {unsafe}")
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
            raise ValueError("of URLs only http:// and https:// are read")
        if "@" in rest.partition("/")[0]:
            raise ValueError("a URL with credentials would be stored in the project")
    return text.lower() if text.lower() == "live" else text


AUTH_MODES = ("none", "login", "api-key")
RESOURCES = ("items", "missions", "desk")
WEBSOCKETS = ("none", "raw", "socketio")
PROFILE_SETS = ("core", "stress-150", "light", "saas", "extended", "cdc", "desk")

METRIC_STORES = ("none", "prometheus", "influxdb", "both")
CI_SYSTEMS = ("none", "github", "gitlab")

OPTIONS: tuple[Option, ...] = (
    Option(
        "project_name",
        "text",
        "My Service",
        "1 to 100 printable characters without template delimiters",
        "My Service",
        "Display name of the service: headings, the suite's README and the run summary.",
        parse_name,
    ),
    Option(
        "project_slug",
        "folder name",
        "project_name in lower case, with dashes",
        "1 to 63 of a-z, 0-9, dash, dot and underscore, starting with a letter or digit and not"
        " ending with a dot; or a single dot for the current folder",
        "my-service",
        "Folder to create or, with `-f`, to update; `.` is the folder you stand in. It also tags"
        " every metric as `project`. With `.` the tag is made from the project name, or kept from"
        " the run before.",
        parse_slug,
    ),
    Option(
        "backend_port",
        "whole number",
        8000,
        "a whole number from 1 to 65535",
        "8000",
        "Port of the service on this machine, used while `BASE_URL` is not set.",
        parse_port,
    ),
    Option(
        "backend_api_prefix",
        "URL path",
        "/api/v1",
        "a path such as /api/v1 made of letters, digits, dot, dash, underscore and tilde, without"
        " empty, . or .. segments; / for none",
        "/api/v1",
        "Path before every API route. A missing leading slash is added, a trailing one removed.",
        parse_prefix,
    ),
    Option(
        "auth",
        "choice",
        "none",
        "one of " + ", ".join(AUTH_MODES),
        "login",
        "How requests authenticate. `login` and `api-key` add the authenticated API test, its"
        " library and test users. A ready token is an `api-key` too: both are sent as bearer"
        " tokens.",
        parse_choice(*AUTH_MODES),
        AUTH_MODES,
    ),
    Option(
        "openapi_spec",
        "file or URL",
        "",
        "a file (from where you run the command, or from the project), an http(s) URL without"
        " credentials, the word live, or nothing",
        "openapi.json",
        "The service's OpenAPI or Swagger document; every operation of it is then compiled into the"
        " table `data/operations.jsonl`. `live`: the document that the running service itself"
        " serves, read by `./scripts/load-test.sh openapi update`. Empty: nothing of it is there.",
        parse_document,
    ),
    Option(
        "resources",
        "list",
        "none",
        "none, or some of " + ", ".join(RESOURCES) + " with commas between",
        "missions,desk",
        "Tests of resources as data: requests, bodies, checks and thresholds are rows of"
        " `config/resources.js`. `items` is an example row, `missions` an agent server's missions"
        " and specs, `desk` a help desk's tickets and knowledge base; each brings its own tests."
        " One of the last two alone also makes the profiles do what such a service does.",
        parse_list(*RESOURCES),
        RESOURCES,
    ),
    Option(
        "include_multi_tenant",
        "yes or no",
        False,
        "yes or no",
        "yes",
        "Tests of a product with tenants of several tiers, such as a shop: all tiers at once and"
        " how far a noisy one bothers the others, rate limits, a flash sale, where the service"
        " breaks, whether it leaks memory, its database through the API, reports and bulk imports."
        " See [tenants](tenants.md).",
        parse_switch,
    ),
    Option(
        "websocket",
        "choice",
        "none",
        "one of " + ", ".join(WEBSOCKETS),
        "socketio",
        "Adds the WebSocket test: sockets that stay open, subscribe, and measure how late messages"
        " come. `raw` speaks JSON texts, `socketio` Socket.IO; `WS_PROTOCOL` changes it at run"
        " time.",
        parse_choice(*WEBSOCKETS),
        WEBSOCKETS,
    ),
    Option(
        "include_database",
        "yes or no",
        False,
        "yes or no",
        "yes",
        "Adds the test of a PostgreSQL database: seed, queries as a table, views of the server,"
        " clean-up by run id. It needs a k6 with the SQL extension. See [databases](databases.md).",
        parse_switch,
    ),
    Option(
        "include_cdc",
        "yes or no",
        False,
        "yes or no",
        "yes",
        "Adds six tests of change data capture from PostgreSQL to MongoDB, an API or another"
        " PostgreSQL: latency, and whether every row arrives once and in order. They need a k6 with"
        " extensions. See [databases](databases.md).",
        parse_switch,
    ),
    Option(
        "profile_set",
        "choice",
        "core",
        "one of " + ", ".join(PROFILE_SETS),
        "core",
        "Which set of profiles and thresholds the suite starts with; every set is placed, and"
        " `PROFILE_SET` changes it at run time.",
        parse_choice(*PROFILE_SETS),
        PROFILE_SETS,
    ),
    Option(
        "ci",
        "choice",
        "none",
        "one of " + ", ".join(CI_SYSTEMS),
        "github",
        "Where the tests run by themselves. `github` adds two workflows to `.github/workflows/`,"
        " `gitlab` a job in `tests/load/ci/` and, unless there is one, the `.gitlab-ci.yml` that"
        " includes it. See [CI](ci.md).",
        parse_choice(*CI_SYSTEMS),
        CI_SYSTEMS,
    ),
    Option(
        "include_observability",
        "choice",
        "none",
        "one of " + ", ".join(METRIC_STORES),
        "prometheus",
        "Grafana dashboards with their provisioning in `tests/load/grafana/`, for the data source"
        " that k6 writes to, and a compose file that starts all of it. The outputs themselves work"
        " without it. See [observability](observability.md).",
        parse_choice(*METRIC_STORES),
        METRIC_STORES,
    ),
    Option(
        "include_kubernetes",
        "yes or no",
        False,
        "yes or no",
        "yes",
        "Adds manifests for the k6-operator in `tests/load/kubernetes/`, with a command that makes"
        " them for a profile and a test, runs them in a cluster and judges the whole. See"
        " [Kubernetes](kubernetes.md).",
        parse_switch,
    ),
    Option(
        "include_claude_md",
        "yes or no",
        False,
        "yes or no",
        "yes",
        "Adds a marked section about the suite to `CLAUDE.md` in the project folder; what stands"
        " there already is kept. Answering no later takes the section out again.",
        parse_switch,
    ),
)


def shown(value: object) -> str:
    """Quote a value for a message: one line of ASCII, at most 60 characters."""
    text = ascii(value)
    return text if len(text) <= 60 else text[:56] + "...'"


def problem_with(option: Option, value: object, reason: str) -> str:
    """Return the one line that tells the user what is wrong with an answer."""
    because = f" ({reason})" if reason else ""
    return (
        f"ERROR: {option.name}={shown(value)} is not accepted{because}: give {option.accepts}."
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

    cookiecutter creates the project folder before any hook can look at its name. Therefore
    cookiecutter.json swaps a slug that could lead elsewhere for a harmless one and keeps the
    original in a private variable, which counts here.
    """
    if name == "project_slug" and context.get("project_slug") == "refused-project-slug":
        return context.get("__project_slug_typed", "")
    return context.get(name, "")


def name_slug(context: Mapping[str, Any]) -> str:
    """Return the slug made from the project name: the metric tag when the folder is `.`."""
    slug = str(context.get("__name_slug", ""))
    return slug if re.fullmatch(r"[a-z0-9][a-z0-9-]*", slug) else "my-service"


def template_home(context: Mapping[str, Any]) -> str:
    """Return where the template is published, for the update command in the suite's README."""
    home = str(context.get("_template_home", ""))
    if not re.fullmatch(r"[A-Za-z0-9@:/._~+-]{1,200}", home):
        raise Refused(f"_template_home={shown(home)} is not a template address")
    return home


# --- the lock -----------------------------------------------------------------------------------


def owner_alive(owner: Mapping[str, Any], age_seconds: float) -> bool:
    """Tell whether the generation that wrote a lock may still run."""
    pid = owner.get("pid")
    if not isinstance(pid, int) or pid <= 0 or os.name == "nt":
        return age_seconds < LOCK_GRACE_SECONDS
    if owner.get("host") != socket.gethostname():
        return True  # another machine or container: nobody here can ask for its processes
    if pid == os.getppid():
        return False  # an earlier generation of this very process, which did not finish
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True  # it exists but belongs to somebody else
    return True


def read_owner(lock: str) -> dict[str, Any]:
    """Return who holds a lock; an unreadable record is an empty one."""
    try:
        with open(os.path.join(lock, "run.json"), encoding="utf-8") as file:
            record = json.load(file)
    except (OSError, ValueError):
        return {}
    return record if isinstance(record, dict) else {}


def clear_dead_lock() -> None:
    """Remove the lock of a generation that died; raise Refused while it may be alive."""
    if os.path.islink(LOCK) or not os.path.isdir(LOCK):
        raise Refused(f"{LOCK} is in the way and is not a lock of this template; remove it")
    owner = read_owner(LOCK)
    age = time.time() - os.lstat(LOCK).st_mtime
    if owner_alive(owner, age):
        raise Refused(
            f"another generation into this folder is running (process {owner.get('pid', '?')});"
            f" wait for it, or remove the folder {LOCK} if there is none"
        )
    # Renaming is atomic: of two runs that find the same dead lock only one can take it away.
    grave = f"{LOCK}.{os.getpid()}"
    os.rename(LOCK, grave)
    if read_owner(grave) != owner:
        os.rename(grave, LOCK)
        raise Refused("another generation into this folder has just started; wait for it")
    shutil.rmtree(grave)


def clear_dead_staging() -> None:
    """Remove what a dead run left in the staging folder; never anything that is not ours."""
    if not os.path.lexists(STAGING):
        return
    if os.path.islink(STAGING) or not os.path.isdir(STAGING) or not is_our_staging():
        raise Refused(f"{STAGING} is in the way and was not made by this template; move it away")
    shutil.rmtree(STAGING)


def is_our_staging() -> bool:
    """Tell whether the staging folder is empty or starts with our marker."""
    try:
        with open(os.path.join(STAGING, MARKER), encoding="utf-8") as file:
            return file.readline().rstrip("\r\n") == MARKER_FIRST_LINE
    except OSError:
        return not os.listdir(STAGING)


def take_lock(record: Mapping[str, Any]) -> None:
    """Take the lock and leave the record of this run in it, for post_gen_project.py."""
    try:
        os.mkdir(LOCK)
    except FileExistsError:
        clear_dead_lock()
        os.mkdir(LOCK)
    try:
        clear_dead_staging()
        with open(os.path.join(LOCK, "run.json"), "x", encoding="utf-8") as file:
            json.dump(record, file)
    except BaseException:
        shutil.rmtree(LOCK, ignore_errors=True)
        raise


# --- the hook -----------------------------------------------------------------------------------


def prepare(context: Mapping[str, Any]) -> list[str]:
    """Check the answers and take the lock; return the problems, one line each."""
    answers, problems = check_answers(context)
    if problems:
        return problems
    try:
        take_lock(
            {
                "pid": os.getppid(),
                "host": socket.gethostname(),
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
