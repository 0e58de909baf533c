"""The values of an answer, and where they are found again: JSON, headers, cookies, HTML, text."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from .model import Answer, Exchange
from .texts import is_id, is_id_key, is_strong

Where = dict[str, Any]

_QUOTED = re.compile(r"""(?<=["'`])[^"'`\n]{3,80}(?=["'`])""")
_LONGEST_VALUE = 4000
_MOST_LEAVES = 20_000
_HEADERS_WITHOUT = {
    "date", "content-length", "content-type", "server", "connection", "cache-control", "vary",
    "expires", "set-cookie", "transfer-encoding", "last-modified", "age", "via", "allow",
    "content-language", "x-frame-options", "x-content-type-options", "referrer-policy",
    "cross-origin-opener-policy", "keep-alive", "content-encoding", "strict-transport-security",
    "content-security-policy", "access-control-allow-origin", "x-powered-by", "pragma",
}  # fmt: skip


@dataclass(frozen=True)
class Source:
    """A value of an answer. where: how to find it again; key: its name there; rank: best first."""

    step: int
    where: str
    key: str
    value: str
    rank: int

    @property
    def place(self) -> Where:
        """How to find it again."""
        found: Where = json.loads(self.where)
        return found


def sources_of(answer: Answer, step: int) -> list[Source]:
    """Return the values of an answer."""
    found: list[Source] = []

    def add(where: Where, key: str, value: str, rank: int) -> None:
        if value and len(value) <= _LONGEST_VALUE:
            found.append(Source(step, json.dumps(where), key, value, rank))

    for name, value in answer.cookies():
        add({"in": "cookie", "name": name}, name, value, 1)
    _headers(answer, add)
    body = answer.body
    if body.lstrip()[:1] in {"{", "["} and answer.type != "text/html":
        try:
            content = json.loads(body)
        except (ValueError, RecursionError):
            content = None
        for path, value in _leaves(content):
            add({"in": "json", "path": path}, _key(path), value, 0)
    elif answer.type in {"text/html", "application/xhtml+xml"}:
        _html(body, add)
    return found


def texts_of_code(exchanges: Iterable[Exchange]) -> set[str]:
    """Return the texts in quotes of the scripts that were loaded."""
    scripts = [one.answer.body for one in exchanges if "javascript" in one.answer.type]
    return {text for script in scripts for text in _QUOTED.findall(script)}


def _key(path: list[str | int]) -> str:
    return next((str(step) for step in reversed(path) if isinstance(step, str)), "id")


def _leaves(content: Any) -> Iterator[tuple[list[str | int], str]]:
    rest: list[tuple[list[str | int], Any]] = [([], content)]
    count = 0
    while rest and count < _MOST_LEAVES:
        path, value = rest.pop()
        if isinstance(value, dict):
            rest += [([*path, key], item) for key, item in reversed(list(value.items()))]
        elif isinstance(value, list):
            rest += [([*path, index], item) for index, item in reversed(list(enumerate(value)))]
        elif isinstance(value, str):
            count += 1
            yield path, value
        elif isinstance(value, int | float) and not isinstance(value, bool):
            count += 1
            yield path, json.dumps(value)


def _headers(answer: Answer, add: Any) -> None:
    for name, value in answer.headers:
        if name.lower() in _HEADERS_WITHOUT:
            continue
        add({"in": "header", "name": name}, name, value, 2)
        if name.lower() in {"location", "content-location", "link"}:
            address = value.partition(">")[0].lstrip("<") if name.lower() == "link" else value
            for where, key, part in _address(address):
                add({"in": "header", "name": name, **where}, key, part, 1)


def _address(url: str) -> Iterator[tuple[Where, str, str]]:
    """Yield segments and query values of a URL: how to find each again, its name, its value."""
    try:
        split = urlsplit(url)
    except ValueError:
        return
    words = split.path.split("/")
    for index, word in enumerate(words):
        if index and word:
            yield {"segment": index}, words[index - 1], unquote(word)
    for key, value in parse_qsl(split.query):
        yield {"query": key}, key, value


class _Page(HTMLParser):
    """Takes note of fields, meta tags, links and data attributes."""

    def __init__(self, add: Any) -> None:
        super().__init__(convert_charrefs=True)
        self.add = add
        self.seen: dict[str, int] = {}
        self.link: str | None = None
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take note of a tag."""
        of = {key: value or "" for key, value in attrs}
        name = of.get("name", "")
        if tag in {"input", "button", "textarea"} and name:
            self._number("field", name, of.get("value", ""), 0 if of.get("type") == "hidden" else 3)
        elif tag == "meta" and (name or of.get("property")):
            self._number("meta", name or of["property"], of.get("content", ""), 0)
        elif tag == "option":
            self.add({"in": "option"}, "option", of.get("value", ""), 9)
        if tag == "a" and "href" in of:
            self.link, self.text = of["href"], ""
        elif tag == "form" and of.get("action"):
            self._address("form", of["action"], "")
        for key, value in of.items():
            if (key.startswith("data-") or key == "hx-headers") and is_strong(value):
                self._number("attribute", key, value, 3)

    def handle_data(self, data: str) -> None:
        """Collect the text of a link."""
        if self.link is not None and len(self.text) < 300:
            self.text += data

    def handle_endtag(self, tag: str) -> None:
        """Take note of a link that ends."""
        if tag == "a" and self.link is not None:
            self._address("a", self.link, " ".join(self.text.split()))
            self.link = None

    def _number(self, kind: str, name: str, value: str, rank: int) -> None:
        index = self.seen.get(f"{kind} {name}", 0)
        self.seen[f"{kind} {name}"] = index + 1
        self.add({"in": kind, "name": name, "nth": index}, name, value, rank)

    def _address(self, tag: str, href: str, text: str) -> None:
        for where, key, part in _address(href):
            path = _pattern(href, where.get("segment"))
            index = self.seen.get(f"{tag} {path} {where}", 0)
            self.seen[f"{tag} {path} {where}"] = index + 1
            place = {"in": "link", "tag": tag, "path": path, "nth": index, "text": text, **where}
            self.add(place, key, part, 2 if tag == "form" else 4)


def _pattern(href: str, segment: int | None) -> str:
    """Return the path of a link, with `*` for what differs."""
    words = urlsplit(href).path.split("/")
    return "/".join(
        "*" if index == segment or is_id(unquote(word)) else word
        for index, word in enumerate(words)
    )


def _html(body: str, add: Any) -> None:
    page = _Page(add)
    try:
        page.feed(body)
        page.close()
    except (AssertionError, ValueError, RecursionError):
        return  # hostile markup; what was found so far is used


def between(body: str, value: str) -> Where | None:
    """Return the texts around a value in a body, as a last resort; None if it is not there once."""
    at = body.find(value)
    if at < 0 or not is_strong(value):
        return None
    before = body[max(0, at - 24) : at]
    # Only what looks like markup or code around it: another value must not get into the table.
    cut = max((before.rfind(c) for c in "\n;{<,"), default=-1)
    before = before[cut + 1 :] if cut >= 0 and len(before) - cut > 4 else before
    after = body[at + len(value) : at + len(value) + 1]
    if not before or not after or (is_strong(before.strip("\"'=: ")) and not is_id_key(before)):
        return None
    return {"in": "text", "before": before, "after": after, "nth": body.count(before, 0, at)}


def spoken(where: Mapping[str, Any]) -> str:
    """Return a place in words."""
    kind = where["in"]
    if kind == "json":
        steps = [f"[{p['key']}]" if isinstance(p, dict) else str(p) for p in where["path"]]
        return f"JSON /{'/'.join(steps)}"
    if kind == "link":
        return f"{'form' if where['tag'] == 'form' else 'link'} {where['path']}" + (
            f" named after {where['has']}" if "has" in where else ""
        )
    part = f", segment {where['segment']}" if "segment" in where else ""
    words = {"field": "field", "header": "header", "cookie": "cookie", "meta": "meta tag"}
    return f"{words.get(kind, kind)} {where.get('name', '')}{part}".strip()
