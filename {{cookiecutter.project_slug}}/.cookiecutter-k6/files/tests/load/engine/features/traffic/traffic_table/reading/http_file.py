"""Files of HTTP requests (.http, .rest) as editors run them, as a Postman collection.

The format is that of the HTTP client in JetBrains IDEs, and of the REST client for
Visual Studio Code. Scripts are read, never run.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from .files import mapping, text_of

Json = dict[str, Any]

_REQUEST = re.compile(
    r"^(?:(GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS|TRACE|CONNECT|GRAPHQL)\s+)?"
    r"((?:https?://|\{\{|/)\S.*?)(?:\s+HTTP/[\d.]+)?\s*$"
)
_OTHER = re.compile(r"^(GRPC|WEBSOCKET|WS|RSOCKET)\s+\S")
_SETTING = re.compile(r"^@([\w.-]+)\s*=\s*(.*?)\s*$")
_NAME = re.compile(r"^(?:#|//)\s*@name[\s=]+(\S+)")
_HEADER = re.compile(r"^([!#$%&'*+.^_`|~\w-]+)\s*:\s*(.*)$")
_HANDLER = re.compile(r"^([<>])\s*[{]%(.{0,20000}?)%\}\s*$", re.MULTILINE | re.DOTALL)
_TAKEN = re.compile(
    r"\{\{\s*([\w-]+)\.response\.(?:body\.(?:\$\.?)?([\w.\[\]'\"-]+)|headers\.([\w-]+))\s*\}\}"
)
_TOOL = (
    (r"\{\{\s*\$randomInt\b[^{}]*\}\}", "{{$randomInt}}"),
    (r"\{\{\s*\$random\.integer\b[^{}]*\}\}", "{{$randomInt}}"),
    (r"\{\{\s*\$timestamp\b[^{}]*\}\}", "{{$timestamp}}"),
    (r"\{\{\s*\$(?:datetime|localDatetime)\b[^{}]*\}\}", "{{$isoTimestamp}}"),
    (r"\{\{\s*\$(?:processEnv|dotenv|env\.)\s*%?(\w+)\s*\}\}", r"{{\1}}"),
    (r"\{\{\s*([^{}]*?)\s*\}\}", r"{{\1}}"),
)
# What scripts of these files call -> what Postman's do.
_CALLS = (
    (r"\bclient\.global\.set\(", "pm.environment.set("),
    (r"\brequest\.variables\.set\(", "pm.environment.set("),
    (r"\bresponse\.headers\.valueOf\(", "pm.response.headers.get("),
    (r"\bresponse\.body\b", "pm.response.json()"),
    (r"\bresponse\.status\b", "responseCode.code"),
    (r"\bclient\.test\(", "pm.test("),
    (r"\$random\.uuid(?:\(\))?", "uuid.v4()"),
)


def is_requests(text: str) -> bool:
    """Tell whether a text holds HTTP requests as editors write them."""
    for line in text[:200_000].splitlines():
        words = line.strip()
        if not words or words.startswith(("#", "//")) or _SETTING.match(words):
            continue
        return bool(_REQUEST.match(words) or _OTHER.match(words) or words.startswith("< {"))
    return False


def environment(content: Any) -> Any:
    """Return an environment of Postman for one of `http-client.env.json`: the first in it."""
    content = mapping(content)
    if "values" in content or not any(isinstance(one, dict) for one in content.values()):
        return content
    shared = mapping(content.get("$shared"))
    first = next((mapping(one) for name, one in content.items() if name != "$shared"), {})
    pairs = {**shared, **first}
    return {"values": [{"key": key, "value": text_of(value)} for key, value in pairs.items()]}


def collection(text: str) -> Json:
    """Return the collection that a file stands for."""
    variables: list[Json] = []
    made: list[Json] = []
    links: dict[str, dict[str, str]] = {}
    notes: list[str] = []
    for title, lines in _blocks(text):
        item = _item(title, lines, variables, links, notes)
        if item is not None:
            made.append(item)
    for item in made:
        taken = links.get(text_of(item.pop("id")), {})
        if taken:
            code = [f"pm.environment.set('{name}', {value});" for name, value in taken.items()]
            item["event"].append({"listen": "test", "script": {"exec": code}})
    return {"info": {"name": ""}, "item": made, "variable": variables, "notes": notes}


def _blocks(text: str) -> Iterator[tuple[str, list[str]]]:
    title, lines = "", list[str]()
    for line in text.splitlines():
        if line.startswith("###"):
            yield title, lines
            title, lines = line.lstrip("#").strip(), []
        else:
            lines.append(line)
    yield title, lines


def _item(
    title: str,
    lines: Sequence[str],
    variables: list[Json],
    links: dict[str, dict[str, str]],
    notes: list[str],
) -> Json | None:
    events: list[Json] = []

    def handler(match: re.Match[str]) -> str:
        code = match[2]
        for pattern, instead in _CALLS:
            code = re.sub(pattern, instead, code)
        listen = "test" if match[1] == ">" else "prerequest"
        events.append({"listen": listen, "script": {"exec": code.strip()}})
        return ""

    rest = _HANDLER.sub(handler, "\n".join(lines)).splitlines()
    name = title
    at = 0
    request = None
    while at < len(rest) and request is None:
        line = rest[at].strip()
        at += 1
        named, setting = _NAME.match(line), _SETTING.match(line)
        if named:
            name = named[1]
        elif setting:
            variables.append({"key": setting[1], "value": _plain(setting[2], links)})
        elif _OTHER.match(line):
            notes.append(f"{name or line}: only HTTP requests are read")
            return None
        elif line and not line.startswith(("#", "//")):
            request = _REQUEST.match(line)
            if request is None:
                notes.append(f"{name or 'a request'}: not understood: {line[:60]}")
                return None
    if request is None:
        return None
    url, headers, body = _taken_apart(request[2], rest[at:], name, notes)
    method = request[1] or "GET"
    fields = [{"key": key, "value": _plain(value, links)} for key, value in headers]
    made: Json = {"method": method, "url": _plain(url, links)}
    if url.startswith("/"):
        host = next((one["value"] for one in fields if one["key"].lower() == "host"), "base")
        made["url"] = f"http://{host}{made['url']}"
    graphql = method == "GRAPHQL" or any(
        one["key"].lower() == "x-request-type" and one["value"].lower() == "graphql"
        for one in fields
    )
    made.update(_authorized(fields))
    if graphql:
        made["method"] = "POST"
        query, _, values = body.partition("\n\n")
        more = {"query": _plain(query, links), "variables": _plain(values, links)}
        made["body"] = {"mode": "graphql", "graphql": more}
    else:
        made["body"] = {"mode": "raw", "raw": _plain(body, links)}
    label = name or f"{made['method']} {url}"
    return {"name": label, "id": name, "request": made, "event": events}


def _taken_apart(
    start: str, lines: Sequence[str], name: str, notes: list[str]
) -> tuple[str, list[tuple[str, str]], str]:
    """Return the URL, the headers and the body of a request."""
    url, at = start, 0
    while at < len(lines) and re.match(r"^\s+[?&/]|^[?&]", lines[at]):
        url += lines[at].strip()
        at += 1
    headers = []
    while at < len(lines) and lines[at].strip():
        header = _HEADER.match(lines[at].strip())
        if header and not lines[at].lstrip().startswith(("#", "//")):
            headers.append((header[1], header[2]))
        at += 1
    body = []
    for line in lines[at + 1 :]:
        if re.match(r"^<(@\S*)?\s+\S", line):
            notes.append(f"{name or url}: its body is a file, which is not read: {line[:60]}")
        elif not re.match(r"^(<>|>>!?|>)\s", line):
            body.append(line)
    return url, headers, "\n".join(body).strip()


def _authorized(fields: list[Json]) -> Json:
    """Take `Authorization: Basic USER PASSWORD`, not encoded in these files, out of the headers."""
    for one in fields:
        words = one["value"].replace(":", " ", 1).split()
        if one["key"].lower() == "authorization" and words[:1] == ["Basic"] and len(words) == 3:
            fields.remove(one)
            basic = {"username": words[1], "password": words[2]}
            return {"header": fields, "auth": {"type": "basic", "basic": basic}}
    return {"header": fields}


def _plain(text: str, links: dict[str, dict[str, str]]) -> str:
    """Return a text with variables as Postman writes them; what answers give becomes a link."""

    def taken(match: re.Match[str]) -> str:
        of, path, header = match.groups()
        variable = re.sub(r"\W+", "-", f"{of}-{path or header}").strip("-")
        links.setdefault(of, {})[variable] = (
            f"pm.response.headers.get('{header}')"
            if header
            else "pm.response.json()" + (path if path.startswith("[") else f".{path}")
        )
        return f"{{{{{variable}}}}}"

    text = _TAKEN.sub(taken, text)
    for pattern, instead in _TOOL:
        text = re.sub(pattern, instead, text)
    return text
