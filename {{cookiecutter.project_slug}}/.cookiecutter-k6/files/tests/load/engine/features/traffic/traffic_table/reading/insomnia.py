"""Insomnia's export, format 4 (JSON), as a Postman collection: one reader understands both."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterator
from typing import Any

from traffic_table.model import Refused

from .files import items, mapping, text_of

Json = dict[str, Any]

_TAG = re.compile(r"[{]%\s*(\w+)\s*(.*?)\s*%\}")
_VARIABLE = re.compile(r"\{\{\s*(?:_\.)?([\w.\[\]'\"-]+)\s*(?:\|[^{}]*)?\}\}")
_ARGUMENT = re.compile(r"'([^']*)'|\"([^\"]*)\"|([\w.-]+)")
_PATH = re.compile(r"^\$(?:\.[\w-]+|\[\d+\]|\[['\"][\w-]+['\"]\])+$")
_MADE = {"uuid": "{{$guid}}", "now": "{{$isoTimestamp}}", "timestamp": "{{$timestamp}}"}
_DEEPEST = 30


def is_export(content: Any) -> bool:
    """Tell whether JSON is an export of Insomnia."""
    content = mapping(content)
    return content.get("_type") == "export" and isinstance(content.get("resources"), list)


def collection(content: Any) -> Json:
    """Return the collection that an export stands for; raise Refused for another format."""
    version = mapping(content).get("__export_format")
    if version != 4:
        raise Refused(
            f"an Insomnia export of format {text_of(version) or '?'}: expected 4. In Insomnia:"
            " Export, Insomnia v4 (JSON)"
        )
    return _Export([mapping(one) for one in items(content["resources"])]).collection()


class _Export:
    def __init__(self, resources: list[Json]) -> None:
        self.resources = resources
        self.links: dict[str, dict[str, str]] = {}
        """Request -> variables that its answer gives -> the expression that does."""

    def collection(self) -> Json:
        spaces = [one for one in self.resources if one.get("_type") == "workspace"]
        roots = {text_of(one.get("_id")) for one in spaces}
        known = {text_of(one.get("_id")) for one in self.resources}
        # Requests name what they need of earlier ones: all are read before any is written.
        made = [
            item
            for one in sorted(self.resources, key=_order)
            if text_of(one.get("parentId")) in roots or text_of(one.get("parentId")) not in known
            for item in self._item(one, 0)
        ]
        self._add_scripts(made)
        name = text_of(mapping(spaces[0]).get("name")) if spaces else ""
        return {"info": {"name": name}, "item": made, "variable": list(self._variables(roots))}

    def _variables(self, roots: set[str]) -> Iterator[Json]:
        """Yield the variables of the base environment, then those of its first sub-environment."""
        found = [one for one in self.resources if one.get("_type") == "environment"]
        base = [one for one in found if text_of(one.get("parentId")) in roots]
        below = {text_of(one.get("_id")) for one in base}
        for one in [*base, *[e for e in found if text_of(e.get("parentId")) in below][:1]]:
            for name, value in _flat(mapping(one.get("data")), ""):
                yield {"key": name, "value": self._text(value)}

    def _item(self, one: Json, depth: int) -> Iterator[Json]:
        if depth > _DEEPEST:
            raise Refused("the export's folders are nested too deeply")
        name = text_of(one.get("name"))
        if one.get("_type") == "request_group":
            own = text_of(one.get("_id"))
            inside = [r for r in self.resources if text_of(r.get("parentId")) == own]
            folder = [
                item
                for child in sorted(inside, key=_order)
                for item in self._item(child, depth + 1)
            ]
            yield {"name": name, "item": folder, **self._auth(one)}
        elif one.get("_type") == "request":
            yield {"name": name, "id": text_of(one.get("_id")), "request": self._request(one)}

    def _request(self, one: Json) -> Json:
        url = self._text(one.get("url"))
        for pair in map(mapping, items(one.get("pathParameters"))):
            name, value = re.escape(text_of(pair.get("name"))), self._text(pair.get("value"))
            url = value.join(re.split(rf"(?<=/):{name}(?=/|$|\?)", url))
        query = [{"key": k, "value": v} for k, v in self._pairs(one.get("parameters"))]
        start, _, asked = url.partition("?")
        given = [
            dict(zip(("key", "value"), p.split("=", 1), strict=False)) for p in asked.split("&")
        ]
        made: Json = {
            "method": text_of(one.get("method")) or "GET",
            "url": {"raw": start, "query": [*(given if asked else []), *query]},
            "header": [{"key": k, "value": v} for k, v in self._pairs(one.get("headers"))],
            "body": self._body(mapping(one.get("body"))),
        }
        return {**made, **self._auth(one)}

    def _pairs(self, pairs: Any) -> Iterator[tuple[str, str]]:
        for pair in map(mapping, items(pairs)):
            if pair.get("disabled") is not True and text_of(pair.get("name")):
                yield text_of(pair.get("name")), self._text(pair.get("value"))

    def _body(self, body: Json) -> Json:
        kind = text_of(body.get("mimeType"))
        if kind == "application/x-www-form-urlencoded":
            fields = [{"key": k, "value": v} for k, v in self._pairs(body.get("params"))]
            return {"mode": "urlencoded", "urlencoded": fields}
        if kind == "multipart/form-data":
            fields = [
                {
                    "key": text_of(pair.get("name")),
                    "value": self._text(pair.get("value")),
                    "type": "file" if pair.get("type") == "file" else "text",
                }
                for pair in map(mapping, items(body.get("params")))
                if pair.get("disabled") is not True
            ]
            return {"mode": "formdata", "formdata": fields}
        text = self._text(body.get("text"))
        language = "json" if "json" in kind or kind == "application/graphql" else "text"
        return {"mode": "raw", "raw": text, "options": {"raw": {"language": language}}}

    def _auth(self, one: Json) -> Json:
        given = mapping(one.get("authentication"))
        kind = text_of(given.get("type"))
        if not kind or given.get("disabled") is True:
            return {}
        value = {key: self._text(each) for key, each in given.items() if key != "type"}
        if kind == "apikey":
            value["in"] = "query" if value.get("addTo") == "queryParams" else "header"
        return {"auth": {"type": {"none": "noauth"}.get(kind, kind), kind: value}}

    # --- template tags ----------------------------------------------------------------------------

    def _text(self, value: Any) -> str:
        """Return a text with its tags as variables; those that take from an answer become links."""
        text = _TAG.sub(self._tag, text_of(value))
        return _VARIABLE.sub(lambda match: f"{{{{{match[1]}}}}}", text)

    def _tag(self, match: re.Match[str]) -> str:
        words = [one or two or three for one, two, three in _ARGUMENT.findall(match[2])]
        if match[1] != "response" or len(words) < 2:
            return _MADE.get(match[1], f"{{{{{match[1]}}}}}")
        kind, request, what = words[0], words[1], _decoded(words[2] if len(words) > 2 else "")
        if kind == "body" and _PATH.match(what):
            expression = f"pm.response.json(){what[1:]}"
        elif kind == "header" and re.fullmatch(r"[\w-]+", what):
            expression = f"pm.response.headers.get('{what}')"
        else:
            return f"{{{{response {kind}}}}}".replace(" ", "-")
        own = self.links.setdefault(request, {})
        name = next((key for key, each in own.items() if each == expression), None)
        if name is None:
            word = re.findall(r"[\w-]+", what)[-1]
            name = f"{word}-{sum(map(len, self.links.values())) + 1}"
            own[name] = expression
        return f"{{{{{name}}}}}"

    def _add_scripts(self, made: list[Json]) -> None:
        for item in made:
            self._add_scripts(item.get("item", []))
            links = self.links.get(text_of(item.get("id")), {})
            if links:
                lines = [f"pm.environment.set('{key}', {value});" for key, value in links.items()]
                item["event"] = [{"listen": "test", "script": {"exec": lines}}]


def _order(one: Json) -> float:
    key = one.get("metaSortKey")
    return float(key) if isinstance(key, int | float) else 0.0


def _flat(data: Json, start: str) -> Iterator[tuple[str, Any]]:
    for name, value in data.items():
        if isinstance(value, dict) and start.count(".") < _DEEPEST:
            yield from _flat(value, f"{start}{name}.")
        else:
            yield f"{start}{name}", value if not isinstance(value, list) else json.dumps(value)


def _decoded(text: str) -> str:
    """Return an argument of a tag, which Insomnia writes as `b64::...::46b`."""
    match = re.fullmatch(r"b64::([\w+/=]+)::46b", text)
    if match is None:
        return text
    try:
        return base64.b64decode(match[1]).decode("utf-8", errors="replace")
    except (ValueError, binascii.Error):
        return ""
