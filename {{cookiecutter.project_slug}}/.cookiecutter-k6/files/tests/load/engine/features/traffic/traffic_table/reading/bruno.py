"""Bruno's export of a collection (JSON), as a Postman collection: one reader understands both."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from traffic_table.model import Refused

from .files import items, mapping, text_of

Json = dict[str, Any]

_DEEPEST = 30
_FORMS = {"formUrlEncoded": "urlencoded", "multipartForm": "formdata"}
# What Bruno's scripts call -> what Postman's do.
_CALLS = (
    (r"\bres\.getBody\(\)|\bres\.body\b", "pm.response.json()"),
    (r"\bres\.getHeader\(", "pm.response.headers.get("),
    (r"\bres\.(?:getStatus\(\)|status\b)", "pm.response.code"),
    (r"\bbru\.set(?:Env|Global|Global(?:Env)|Collection)?Var\(", "pm.environment.set("),
    (r"(?<![.\w])expect\(", "pm.expect("),
    (r"(?<![.\w])test\(", "pm.test("),
)
_FROM_ANSWER = re.compile(r"^res\.body((?:\.[\w-]+|\[\d+\])+)$")
_HEADER = re.compile(r"^res\.headers(?:\.([\w-]+)|\[['\"]([\w-]+)['\"]\])$")


def is_export(content: Any) -> bool:
    """Tell whether JSON is an exported collection of Bruno."""
    content = mapping(content)
    return isinstance(content.get("items"), list) and {"name", "version"} <= content.keys()


def collection(content: Any) -> Json:
    """Return the collection that an export stands for."""
    root = mapping(content)
    environments = [mapping(one) for one in items(root.get("environments"))]
    active = text_of(root.get("activeEnvironmentUid"))
    chosen = next((one for one in environments if one.get("uid") == active), None)
    chosen = chosen or (environments[0] if environments else {})
    variables = [
        {
            "key": text_of(one.get("name")),
            "value": text_of(one.get("value")),
            "type": "secret" if one.get("secret") is True else "",
        }
        for one in map(mapping, items(chosen.get("variables")))
        if one.get("enabled") is not False
    ]
    request = mapping(mapping(root.get("root")).get("request"))
    return {
        "info": {"name": text_of(root.get("name"))},
        "variable": variables,
        "item": list(_items(items(root["items"]), 0)),
        "event": list(_events(request)),
        **_auth(mapping(request.get("auth"))),
    }


def _items(entries: list[Any], depth: int) -> Iterator[Json]:
    if depth > _DEEPEST:
        raise Refused("the collection's folders are nested too deeply")
    for one in sorted(map(mapping, entries), key=_order):
        name = text_of(one.get("name"))
        if isinstance(one.get("items"), list):
            own = mapping(mapping(one.get("root")).get("request"))
            yield {
                "name": name,
                "item": list(_items(one["items"], depth + 1)),
                "event": list(_events(own)),
                **_auth(mapping(own.get("auth"))),
            }
        elif text_of(one.get("type")) in {"http", "graphql", "http-request", "graphql-request"}:
            request = mapping(one.get("request"))
            yield {"name": name, "request": _request(request), "event": list(_events(request))}


def _order(one: Json) -> float:
    place = one.get("seq")
    return float(place) if isinstance(place, int | float) else 0.0


def _request(request: Json) -> Json:
    path: list[Json] = []
    query: list[Json] = []
    for kind, pair in _pairs(request.get("params")):
        (path if kind == "path" else query).append(pair)
    url = text_of(request.get("url"))
    return {
        "method": text_of(request.get("method")) or "GET",
        # Its URL holds the query, too.
        "url": {"raw": url, "variable": path, **({"query": query} if query else {})},
        "header": [pair for _, pair in _pairs(request.get("headers"))],
        "body": _body(mapping(request.get("body"))),
        **_auth(mapping(request.get("auth"))),
    }


def _pairs(pairs: Any) -> Iterator[tuple[str, Json]]:
    for one in map(mapping, items(pairs)):
        if one.get("enabled") is not False and text_of(one.get("name")):
            value = one.get("value")
            kind = text_of(one.get("type"))
            text = "" if isinstance(value, list) else text_of(value)
            yield kind, {"key": text_of(one.get("name")), "value": text, "type": kind}


def _body(body: Json) -> Json:
    mode = text_of(body.get("mode"))
    if mode == "graphql":
        return {"mode": "graphql", "graphql": mapping(body.get("graphql"))}
    if mode in _FORMS:
        fields = [pair for _, pair in _pairs(body.get(mode))]
        return {"mode": _FORMS[mode], _FORMS[mode]: fields}
    language = "json" if mode == "json" else "text"
    return {
        "mode": "raw",
        "raw": text_of(body.get(mode)),
        "options": {"raw": {"language": language}},
    }


def _auth(auth: Json) -> Json:
    mode = text_of(auth.get("mode"))
    if mode in {"", "inherit"}:
        return {}
    value = mapping(auth.get(mode))
    if mode == "apikey":
        value = {**value, "in": "query" if value.get("placement") == "queryparams" else "header"}
    return {"auth": {"type": {"none": "noauth"}.get(mode, mode), mode: value}}


def _events(request: Json) -> Iterator[Json]:
    """Yield the scripts of a request, in Postman's words."""
    script, variables = mapping(request.get("script")), mapping(request.get("vars"))
    before = [text_of(script.get("req"))]
    after = [text_of(script.get("res")), text_of(request.get("tests"))]
    for _, pair in _pairs(variables.get("req")):
        before.append(f"pm.environment.set('{pair['key']}', {_literal(pair['value'])});")
    for _, pair in _pairs(variables.get("res")):
        after.append(f"pm.environment.set('{pair['key']}', {_expression(pair['value'])});")
    for _, pair in _pairs(request.get("assertions")):
        status = re.fullmatch(r"eq (\d{3})", pair["value"].strip())
        if pair["key"] == "res.status" and status:
            after.append(f"pm.response.to.have.status({status[1]});")
    for listen, texts in (("prerequest", before), ("test", after)):
        text = "\n".join(filter(None, texts))
        for pattern, instead in _CALLS:
            text = re.sub(pattern, instead, text)
        if text.strip():
            yield {"listen": listen, "script": {"exec": text}}


def _literal(text: str) -> str:
    return "'" + re.sub(r"['\\\n]", " ", text) + "'"


def _expression(text: str) -> str:
    body, header = _FROM_ANSWER.match(text), _HEADER.match(text)
    if body:
        return f"pm.response.json(){body[1]}"
    return f"pm.response.headers.get('{header[1] or header[2]}')" if header else text
