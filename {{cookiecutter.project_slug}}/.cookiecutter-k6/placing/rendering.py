"""Inserts the answers into the template's plain files. Pure: bytes in, bytes out.

Each step leaves the file valid in its own language:

* Feature lines: `code  // @feature auth` is kept, without the marker, if the feature is on;
  `// @feature auth {` ... `// @feature }` does the same for the lines in between.
* Members of JSON files, which have no comments (features.dropped_members).
* Values in suite.env: the value of each `KEY=` line that an answer sets.
* Tokens such as `@@project_name@@` in the files of RENDERED, each escaped for its file type.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, NamedTuple

from . import jsontext

ENV_FILE = "tests/load/suite.env"

_COMMENT = r"(?://|#|<!--|/\*)[ \t]*@feature[ \t]+"
_END = r"[ \t]*(?:-->|\*/)?[ \t]*$"
_LINE_MARK = re.compile(r"[ \t]*" + _COMMENT + r"(?P<name>[a-z_]+)" + _END)
_BLOCK_OPEN = re.compile(r"^[ \t]*" + _COMMENT + r"(?P<name>[a-z_]+)[ \t]*\{" + _END)
_BLOCK_CLOSE = re.compile(r"^[ \t]*" + _COMMENT + r"\}" + _END)
_TOKEN = re.compile(r"@@([a-z_]+)@@")
_ENV_LINE = re.compile(r"^(?P<head>(?:export )?(?P<key>[A-Za-z_]\w*)=).*$", re.MULTILINE)
_PLAIN_ENV_VALUE = re.compile(r"[A-Za-z0-9_./:,@%+=*-]*")


class TemplateError(Exception):
    """The template is broken: a marker, token or feature that does not exist."""


def apply_features(text: str, on: Collection[str], known: Collection[str], path: str) -> str:
    r"""Keep or drop feature lines and blocks; raise TemplateError on an invalid marker.

    >>> apply_features("a\nb // @feature auth\n", ["auth"], ["auth"], "x.js")
    'a\nb\n'
    """
    if "@feature" not in text:
        return text
    kept: list[str] = []
    open_blocks: list[bool] = []
    for number, line in enumerate(text.split("\n"), 1):
        if "@feature" not in line:
            if all(open_blocks):
                kept.append(line)
            continue
        where = f"{path}:{number}"
        opened, mark = _BLOCK_OPEN.match(line), _LINE_MARK.search(line)
        name = _known_name(opened or mark, known, where)
        if opened:
            open_blocks.append(name in on)
        elif _BLOCK_CLOSE.match(line):
            if not open_blocks:
                raise TemplateError(f"{where}: no feature block is open here")
            open_blocks.pop()
        elif all(open_blocks):
            if mark is None:
                raise TemplateError(f"{where}: not a feature marker: {line.strip()}")
            if name in on:
                kept.append(line[: mark.start()])
    if open_blocks:
        raise TemplateError(f"{path}: a feature block is not closed")
    return "\n".join(kept)


def _known_name(mark: re.Match[str] | None, known: Collection[str], where: str) -> str | None:
    """Return the feature that a marker names, None without one; raise TemplateError if unknown."""
    if mark is not None and mark["name"] not in known:
        raise TemplateError(f"{where}: unknown feature {mark['name']}")
    return mark["name"] if mark is not None else None


def env_quoted(value: str) -> str:
    """Write a value for suite.env, quoted unless it is plain; only the outer quotes are syntax."""
    return value if _PLAIN_ENV_VALUE.fullmatch(value) else f'"{value}"'


def set_env_values(text: str, values: Mapping[str, str]) -> str:
    """Replace the value of each `KEY=` line whose key is given; comments and order stay."""

    def replace(line: re.Match[str]) -> str:
        key = line["key"]
        return f"{line['head']}{env_quoted(values[key])}" if key in values else line[0]

    return _ENV_LINE.sub(replace, text)


def for_markdown(text: str) -> str:
    """Escape what Markdown would read as markup, so that the text shows literally."""
    return re.sub(r"([\\`*_\[\]<>&#|~$])", r"\\\1", text)


def for_js_comment(text: str) -> str:
    """Keep a text from ending the comment block around it."""
    return text.replace("*/", "* /")


def for_json(text: str) -> str:
    """Escape a text for the inside of a JSON string."""
    return json.dumps(text, ensure_ascii=False)[1:-1]


RENDERED: dict[str, Callable[[str], str]] = {
    "tests/load/README.md": for_markdown,
    "tests/load/k6.config.js": for_js_comment,
    "tests/load/package.json": for_json,
    "tests/load/grafana/dashboards/k6-influxdb.json": for_json,
    # Ports only.
    "tests/load/compose.yaml": str,
    "tests/load/grafana/prometheus.yml": str,
    "tests/load/grafana/telegraf.conf": str,
    "tests/load/ci/runs.txt": str,
}

# All other tokens contain only characters that need no escaping in any of these file types.
_ESCAPED_TOKENS = ("project_name",)


def fill_tokens(
    text: str, tokens: Mapping[str, str], escape: Callable[[str], str], path: str
) -> str:
    """Replace every `@@token@@`; raise TemplateError on an unknown one."""

    def replace(match: re.Match[str]) -> str:
        name = match[1]
        if name not in tokens:
            raise TemplateError(f"{path}: unknown token {match[0]}")
        return escape(tokens[name]) if name in _ESCAPED_TOKENS else tokens[name]

    return _TOKEN.sub(replace, text)


def env_values(answers: Mapping[str, Any], slug: str) -> dict[str, str]:
    """Return which suite.env key carries which answer."""
    prefix = str(answers["backend_api_prefix"])
    return {
        **_workload_values(answers, prefix),
        **_health_values(str(answers.get("health_path", "")), prefix),
        "PROJECT_NAME": str(answers["project_name"]),
        "PROJECT_SLUG": slug,
        "BACKEND_PORT": str(answers["backend_port"]),
        "API_PREFIX": str(answers["backend_api_prefix"]),
        "AUTH_MODE": str(answers["auth"]),
        "PROFILE_SET": str(answers["profile_set"]),
        "OPENAPI_SPEC": str(answers.get("openapi_spec", "")),
        "WS_PROTOCOL": _socket_protocol(answers),
    }


def _health_values(path: str, prefix: str) -> dict[str, str]:
    """Return the settings of a health path; none for the usual one, which follows the prefix."""
    if path == "none":
        return {"READINESS": "answer"}
    return {} if path in ("", f"{prefix}/health") else {"HEALTH_PATHS": path}


def _socket_protocol(answers: Mapping[str, Any]) -> str:
    """Return the row of config/sockets.js; an agent server speaks a plainer protocol."""
    protocol = str(answers.get("websocket", "none"))
    return "missions" if protocol == "raw" and answers.get("resources") == "missions" else protocol


def _workload_values(answers: Mapping[str, Any], prefix: str) -> dict[str, str]:
    """Return the workload and health settings that follow from the answers."""
    resources = str(answers.get("resources", "none")).split(",")
    systems: list[str] = [name for name in ("missions", "desk") if name in resources]
    systems += ["commerce"] if answers.get("include_multi_tenant") is True else []
    if len(systems) != 1:
        # Empty: the journeys of the owner or of an option. Only the template itself says `core`.
        return {"WORKLOAD": ""}
    # What these systems have of what the tests of every suite ask for.
    listed = {"missions": "/missions", "desk": "/tickets", "commerce": "/products"}[systems[0]]
    common = {"WORKLOAD": systems[0], "RESOURCE_PATH": listed, "RESOURCE_WRITES": "false"}
    if systems == ["missions"]:
        tests = "health,missions,specs"
        return {**common, "HEALTH_STATUS_WORDS": "*", "ALL_TESTS": tests}
    if systems == ["desk"]:
        paths = dict.fromkeys(("/health", f"{prefix}/health"))
        return {**common, "HEALTH_PATHS": ",".join(paths)}
    shopper = "pro-tier@example.com"
    return {**common, "TEST_USER_EMAIL": shopper, "ME_PATH": "/none", "REFRESH_PATH": "/none"}


def token_values(answers: Mapping[str, Any], slug: str, update_command: str) -> dict[str, str]:
    """Return the value of each token."""
    return {
        "project_name": str(answers["project_name"]),
        "project_slug": slug,
        "backend_port": str(answers["backend_port"]),
        "api_prefix": str(answers["backend_api_prefix"]),
        "update_command": update_command,
        "profile_set": str(answers["profile_set"]),
        # A help desk is idle at night and busy for weeks: its suite looks for leaks every week.
        "weekly_run": "soak        -        -      300"
        if answers["profile_set"] == "desk"
        else "breakpoint  -        500    90",
        # Two dashboards in the same Grafana must not have the same uid.
        "influxdb_dashboard": "k6-results-influxdb"
        if answers.get("include_observability") == "both"
        else "k6-results",
    }


# What keeps linters of the repository around the suite off the template's files. Tools that read a
# configuration file beside these files have one there instead.
_YAML = ("# yamllint disable-file",)
_PYTHON = (
    "# type: ignore",  # pyright; before all others
    "# fmt: off",
    "# flake8: noqa",
    "# isort: skip_file",
    "# mypy: ignore-errors",
    "# pylint: skip-file",
)
_SQL = ("-- noqa: disable=all",)
# TypeScript projects without `include` find declarations, and know neither k6's types nor ours.
_DECLARATIONS = ("// @ts-nocheck",)
_DIRECTIVES = {".py": _PYTHON, ".sql": _SQL, ".ts": _DECLARATIONS, ".yaml": _YAML, ".yml": _YAML}


def with_directives(path: str, text: str) -> str:
    r"""Return a file with the directives for other people's linters at its top.

    >>> with_directives("a.yml", "a: 1\n")
    '# yamllint disable-file\na: 1\n'
    >>> with_directives("a.sql", "#!/usr/bin/psql -f\nSELECT 1;\n")
    '#!/usr/bin/psql -f\n-- noqa: disable=all\nSELECT 1;\n'
    """
    lines = _DIRECTIVES.get(path[path.rfind(".") :], ())
    first = text.find("\n") + 1 if text.startswith("#!") else 0
    return text[:first] + "".join(f"{line}\n" for line in lines) + text[first:]


class Values(NamedTuple):
    """The values that a generation inserts into the files.

    on, known: enabled features, and all features. dropped: JSON file -> dotted names of the members
    of disabled features. env: suite.env key -> value. tokens: token -> text.
    """

    on: Collection[str]
    known: Collection[str]
    dropped: Mapping[str, Sequence[str]]
    env: Mapping[str, str]
    tokens: Mapping[str, str]


def render(path: str, content: bytes, values: Values) -> bytes:
    """Render a template file for the project; binary files are returned unchanged."""
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        return content
    text = apply_features(text, values.on, values.known, path)
    for name in values.dropped.get(path, ()):
        text = jsontext.without(text, name)
    if path == ENV_FILE:
        text = set_env_values(text, values.env)
    if path in RENDERED:
        text = fill_tokens(text, values.tokens, RENDERED[path], path)
    text = with_directives(path, text)
    return text.encode("utf-8")
