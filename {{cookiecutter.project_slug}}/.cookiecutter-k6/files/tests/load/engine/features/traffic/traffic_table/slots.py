"""The values of a request, and its template: texts and values in turn.

A slot is a place that holds one value: a segment of the path, a query parameter, a field of a form,
a leaf of a JSON body, a header. `decide` says what stands there; the rest is written as recorded.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, quote_plus, unquote, unquote_plus

from .model import Request, media_type
from .texts import is_random

Part = str | dict[str, str]
Parts = list[Part]

_DROPPED = re.compile(
    r"^(host|connection|content-length|accept-encoding|cookie|user-agent|cache-control|pragma|dnt"
    r"|upgrade-insecure-requests|t[e]|trailer|transfer-encoding|priority|if-none-match|keep-alive"
    r"|if-modified-since|proxy-.*|sec-.*|traceparent|tracestate|baggage|sentry-trace|x-b3-.*"
    r"|content-type|postman-token|expect|via|x-forwarded-.*|forwarded|x-real-ip|http2-settings"
    r"|accept-language|save-data|purpose|x-client-data|x-postman-.*)$",
    re.IGNORECASE,
)
_NAME = re.compile(r'name="([^"\r\n]*)"')
_FILE = re.compile(r'filename="([^"\r\n]*)"')
_HEADER_NAME = re.compile(r"^[A-Za-z0-9!#$%&'*+.^_|~-]+$")
_DEEPEST = 40


@dataclass(frozen=True)
class Slot:
    """A place of a request. place: such as `path.2`, `query.q`, `body./name`, `header.X-Key`."""

    place: str
    key: str
    value: str
    kind: str = "text"

    @property
    def where(self) -> str:
        """The part of the request: path, query, body or header."""
        return self.place.partition(".")[0]


Decide = Callable[[Slot], Parts]


@dataclass
class Template:
    """A request as texts and values in turn. body: None without one."""

    url: Parts
    headers: dict[str, Parts]
    body: Parts | None
    type: str


def slots_of(request: Request) -> list[Slot]:
    """Return every slot of a request, in the order of its template."""
    found: list[Slot] = []

    def note(slot: Slot) -> Parts:
        found.append(slot)
        return [slot.value]

    template_of(request, note)
    return found


def random_values(requests: Sequence[Request]) -> list[tuple[int, str, str]]:
    """Return the random values of requests: index, name and value of the first of each."""
    found: dict[str, tuple[int, str, str]] = {}
    for index, request in enumerate(requests):
        for slot in slots_of(request):
            value = slot.value.rpartition(" ")[2]
            if value not in found and is_random(value):
                found[value] = (index, slot.key, value)
    return list(found.values())


def template_of(request: Request, decide: Decide) -> Template:
    """Return the template of a request, with what was decided for each slot."""
    return Template(
        _url(request, decide),
        dict(_headers(request, decide)),
        _body(request, decide) if request.body else None,
        request.type,
    )


def _joined(parts: Parts) -> Parts:
    """Join texts that follow each other."""
    joined: Parts = []
    for part in parts:
        if isinstance(part, str) and joined and isinstance(joined[-1], str):
            joined[-1] += part
        elif part != "":
            joined.append(part)
    return joined


def _written(parts: Parts, how: str, write: Callable[[str], str]) -> Parts:
    return [
        write(p) if isinstance(p, str) else {**p, **({"as": how} if how else {})} for p in parts
    ]


def _url(request: Request, decide: Decide) -> Parts:
    split = request.parts
    parts: Parts = []
    words = (split.path or "/").split("/")
    for index, word in enumerate(words):
        value = unquote(word)
        if word:
            # The words of a route often repeat; what does not change stays as it was written.
            made = decide(
                Slot(f"path.{index - 1}", words[index - 1] if index else "", value, "path")
            )
            parts += [word] if made == [value] else _written(made, "url", _path)
        parts.append("/" if index < len(words) - 1 else "")
    if split.query:
        parts.append("?")
        parts += _pairs(split.query, "query", decide)
    return _joined(parts)


def _path(text: str) -> str:
    return quote(text, safe="~()*!.'-_:@$,;=+")


def _pairs(text: str, where: str, decide: Decide) -> Parts:
    parts: Parts = []
    seen: dict[str, int] = {}
    for index, pair in enumerate(text.split("&")):
        name, equals, raw = pair.partition("=")
        key, value = unquote_plus(name), unquote_plus(raw)
        seen[key] = seen.get(key, 0) + 1
        again = f"#{seen[key]}" if seen[key] > 1 else ""
        if not equals and key.isdigit():
            # A time that keeps caches from answering may have no name.
            name, raw, key, value = "", name, "_", key
        slot = Slot(f"{where}.{key}{again}", key, value, "form")
        made: Parts = decide(slot) if value else [value]
        parts += ["&" if index else "", f"{name}{equals}"]
        parts += [raw] if made == [value] else _written(made, "form", quote_plus)
    return parts


def _headers(request: Request, decide: Decide) -> Iterator[tuple[str, Parts]]:
    for name, value in request.headers:
        if _DROPPED.match(name) or not _HEADER_NAME.match(name) or "\n" in value or "\r" in value:
            continue
        if name.lower() in {"origin", "referer"}:
            # Frameworks compare it with the address of the request.
            end = "/" if name.lower() == "referer" else ""
            yield name, [{"v": "base"}, *([end] if end else [])]
        else:
            yield name, _joined(decide(Slot(f"header.{name}", name, value, "header")))


def _body(request: Request, decide: Decide) -> Parts:
    kind, text = media_type(request.type), request.body
    if kind == "application/x-www-form-urlencoded":
        return _joined(_pairs(text, "body", decide))
    if kind == "multipart/form-data":
        return _joined(_multipart(text, request.type, decide))
    if kind.endswith(("json", "javascript")) or text.lstrip()[:1] in {"{", "["}:
        try:
            content = json.loads(text)
        except (ValueError, RecursionError):
            return _joined(decide(Slot("body", "body", text)))
        return _joined(_json(content, "", "body", decide, 0))
    return _joined(decide(Slot("body", "body", text)))


def _json(value: Any, pointer: str, key: str, decide: Decide, depth: int) -> Parts:
    """Return the template of a JSON value. Strings keep their quotes, whatever stands in them."""
    if depth > _DEEPEST:
        return [json.dumps(value)]
    if isinstance(value, dict):
        parts: Parts = ["{"]
        for index, (name, item) in enumerate(value.items()):
            parts.append(f"{',' if index else ''}{json.dumps(name)}:")
            parts += _json(item, f"{pointer}/{name}", name, decide, depth + 1)
        return [*parts, "}"]
    if isinstance(value, list):
        parts = ["["]
        for index, item in enumerate(value):
            parts.append("," if index else "")
            parts += _json(item, f"{pointer}/{index}", key, decide, depth + 1)
        return [*parts, "]"]
    if isinstance(value, str):
        slot = Slot(f"body.{pointer}", key, value, "json")
        made: Parts = decide(slot) if value else [value]
        return ['"', *_written(made, "json", lambda text: json.dumps(text)[1:-1]), '"']
    if isinstance(value, int | float) and not isinstance(value, bool):
        text = json.dumps(value)
        made = decide(Slot(f"body.{pointer}", key, text, "number"))
        return made if made != [text] else [text]
    return [json.dumps(value)]


def _multipart(text: str, type_: str, decide: Decide) -> Parts:
    boundary = "--" + type_.partition("boundary=")[2].strip().strip('"')
    if boundary == "--" or boundary not in text:
        return decide(Slot("body", "body", text))
    parts: Parts = []
    for index, chunk in enumerate(text.split(boundary)):
        parts.append(boundary if index else "")
        head, gap, value = chunk.partition("\r\n\r\n")
        name = _NAME.search(head)
        content = value.removesuffix("\r\n")
        if not gap or name is None:
            parts.append(chunk)
        elif _FILE.search(head):
            # Browsers do not save what a file held.
            parts += [head, gap, content or "made for a load test", "\r\n"]
        else:
            made = decide(Slot(f"body.{name[1]}", name[1], content)) if content else [content]
            parts += [head, gap, *made, "\r\n"]
    return parts
