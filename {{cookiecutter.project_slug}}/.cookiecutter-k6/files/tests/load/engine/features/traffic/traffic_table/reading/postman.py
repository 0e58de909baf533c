"""Postman collections 2.0 and 2.1, with environments. Scripts are read, never run."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, quote_plus

from traffic_table.model import Answer, Exchange, Headers, Recording, Refused, Request, header_of
from traffic_table.texts import is_secret_key

from . import prescripts, scripts
from .files import items, mapping, text_of

MOST_REQUESTS = 2000
_DEEPEST = 30
_VARIABLE = re.compile(r"\{\{\s*([^{}\s]+)\s*\}\}")
_BOUNDARY = "----load-test-boundary"


def is_collection(content: Any) -> bool:
    """Tell whether JSON is a Postman collection, as exported or as the API gives it."""
    content = mapping(content)
    content = mapping(content.get("collection")) or content
    return isinstance(content.get("item"), list) and isinstance(content.get("info"), dict)


@dataclass
class _Scope:
    """What folders hand down."""

    auth: dict[str, Any]
    folders: tuple[str, ...] = ()
    scripts: tuple[str, ...] = ()


@dataclass
class _State:
    """What is known on the way through a collection."""

    variables: dict[str, str]
    secret: set[str]
    exchanges: list[Exchange] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    set_by: dict[str, str] = field(default_factory=dict)


def read(content: Any, environment: Any, source: str = "postman") -> Recording:
    """Return the requests of a collection, folder by folder.

    Args:
        content: the collection.
        environment: of Postman, `{"values": [{"key", "value"}]}`; empty for none.
        source: the kind of the file.

    Raises:
        Refused: it holds no request.
    """
    root = mapping(mapping(content).get("collection")) or mapping(content)
    state = _State({}, set())
    state.notes += map(text_of, items(root.get("notes")))
    for entry in [*items(root.get("variable")), *items(mapping(environment).get("values"))]:
        _take_variable(mapping(entry), state)
    scope = _Scope(mapping(root.get("auth")), (), _scripts(root))
    _walk(items(root.get("item")), scope, state, 0)
    if not state.exchanges:
        raise Refused("the collection holds no request that can be sent")
    unknown = sorted(
        {
            name
            for one in state.exchanges
            for text in (one.request.url, one.request.body, *(v for _, v in one.request.headers))
            for name in _VARIABLE.findall(text)
            if name not in state.set_by and not name.startswith("$")
        }
    )
    if unknown:
        state.notes.append(
            f"variables without a value: {', '.join(unknown[:10])}. Give an environment:"
            " --environment FILE"
        )
    recording = Recording(source, state.exchanges, state.notes, timed=False)
    values = state.variables
    recording.secret_variables = {values[name] for name in state.secret if values.get(name)}
    return recording


def _take_variable(entry: dict[str, Any], state: _State) -> None:
    name = text_of(entry.get("key")) or text_of(entry.get("id"))
    if not name or entry.get("enabled") is False or entry.get("disabled") is True:
        return
    state.variables[name] = text_of(entry.get("value"))
    if entry.get("type") == "secret" or is_secret_key(name):
        state.secret.add(name)


def _scripts(item: dict[str, Any]) -> tuple[str, ...]:
    found = []
    for event in map(mapping, items(item.get("event"))):
        lines = mapping(event.get("script")).get("exec")
        text = "\n".join(map(text_of, lines)) if isinstance(lines, list) else text_of(lines)
        if text.strip():
            found.append(f"{text_of(event.get('listen'))}\n{text}")
    return tuple(found)


def _walk(entries: Sequence[Any], scope: _Scope, state: _State, depth: int) -> None:
    if depth > _DEEPEST:
        raise Refused("the collection's folders are nested too deeply")
    for entry in map(mapping, entries):
        name = text_of(entry.get("name"))
        own = mapping(entry.get("auth")) or scope.auth
        if isinstance(entry.get("item"), list):
            inner = _Scope(own, (*scope.folders, name), (*scope.scripts, *_scripts(entry)))
            _walk(items(entry["item"]), inner, state, depth + 1)
        elif "request" in entry:
            if len(state.exchanges) >= MOST_REQUESTS:
                raise Refused(f"more than {MOST_REQUESTS} requests. Import one folder at a time")
            try:
                _request(name, entry, _Scope(own, scope.folders, scope.scripts), state)
            except ValueError as problem:
                state.notes.append(f"{name}: {problem}")


def _request(name: str, entry: dict[str, Any], scope: _Scope, state: _State) -> None:
    given = entry["request"]
    request = {"url": given, "method": "GET"} if isinstance(given, str) else mapping(given)
    texts = (*scope.scripts, *_scripts(entry))
    makes = prescripts.made(name, texts, state.notes)
    for variable, definition in makes.items():
        if "same" in definition:
            state.variables[variable] = definition["same"]
            state.set_by.pop(variable, None)
        else:
            state.set_by[variable] = name
    fill = _Filler(state)
    url = fill(_url(request.get("url")))
    url = re.sub(r"^\{\{[^{}]*\}\}", "http://base", url)
    url = url if re.match(r"^[a-z][a-z0-9+.-]*://", url, re.IGNORECASE) else f"http://{url}"
    method = (text_of(request.get("method")) or "GET").upper()
    if not method.isalpha():
        raise ValueError(f"method {method!a} is invalid")
    headers: Headers = []
    for one in map(mapping, items(request.get("header"))):
        if one.get("disabled") is not True and text_of(one.get("key")):
            headers.append((text_of(one.get("key")), fill(text_of(one.get("value")))))
    auth = mapping(request.get("auth")) or scope.auth
    url = _authorize(auth, headers, url, fill, state, name)
    body, type_ = _body(mapping(request.get("body")), fill, header_of(headers, "content-type"))
    statuses, fields = scripts.checks(name, texts, state.notes)
    sent = Request(method, url, headers, body, type_)
    sent.parts.port  # noqa: B018 - raises ValueError for an invalid one
    made = Exchange(sent, _example(entry, statuses), page=" / ".join(scope.folders), fields=fields)
    made.statuses = statuses or [{"min": 200, "max": 399}]
    made.makes = {key: value for key, value in makes.items() if "same" not in value}
    made.links = scripts.links(name, texts, state.notes)
    state.set_by.update(dict.fromkeys(made.links, name))
    state.exchanges.append(made)


class _Filler:
    """Puts values for `{{variables}}`; those that scripts set stay, they become links."""

    def __init__(self, state: _State) -> None:
        self.state = state

    def __call__(self, text: str) -> str:
        """Return a text with its variables filled in."""
        for _ in range(5):
            made = _VARIABLE.sub(self._one, text)
            if made == text:
                break
            text = made
        return text

    def _one(self, match: re.Match[str]) -> str:
        name = match[1]
        if name in self.state.set_by:
            return match[0]
        if name.startswith("$"):
            return match[0]
        return self.state.variables.get(name, match[0])


def _url(url: Any) -> str:
    if isinstance(url, str):
        return _with_path_variables(url, {})
    url = mapping(url)
    values = {
        text_of(one.get("key")) or text_of(one.get("id")): text_of(one.get("value"))
        for one in map(mapping, items(url.get("variable")))
    }
    raw = text_of(url.get("raw"))
    host = url.get("host")
    if not raw:
        name = ".".join(map(text_of, host)) if isinstance(host, list) else text_of(host)
        path = url.get("path")
        words = "/".join(
            text_of(w.get("value")) if isinstance(w, dict) else text_of(w) for w in items(path)
        )
        scheme = text_of(url.get("protocol"))
        port = text_of(url.get("port"))
        raw = f"{scheme + '://' if scheme else ''}{name}{':' + port if port else ''}/{words}"
    start = raw.partition("?")[0]
    query = [
        f"{_kept(text_of(one.get('key')))}={_kept(text_of(one.get('value')))}"
        for one in map(mapping, items(url.get("query")))
        if one.get("disabled") is not True
    ]
    asked = "&".join(query) if "query" in url else raw.partition("?")[2]
    return _with_path_variables(start, values) + (f"?{asked}" if asked else "")


def _kept(text: str) -> str:
    return text if "{{" in text or "%" in text else quote_plus(text)


def _with_path_variables(url: str, values: Mapping[str, str]) -> str:
    return re.sub(
        r"(?<=/):([A-Za-z_][\w-]*)",
        lambda match: quote(values[match[1]], safe="{}") if values.get(match[1]) else match[0],
        url,
    )


def _authorize(
    auth: dict[str, Any], headers: Headers, url: str, fill: _Filler, state: _State, name: str
) -> str:
    kind = text_of(auth.get("type"))
    if kind in {"", "noauth"} or header_of(headers, "authorization"):
        return url
    given = auth.get(kind)
    pairs = (
        {text_of(mapping(one).get("key")): text_of(mapping(one).get("value")) for one in given}
        if isinstance(given, list)
        else {key: text_of(value) for key, value in mapping(given).items()}
    )
    values = {key: fill(value) for key, value in pairs.items()}
    if kind == "bearer":
        headers.append(("Authorization", f"Bearer {values.get('token', '')}"))
    elif kind == "oauth2":
        headers.append(("Authorization", f"Bearer {values.get('accessToken', '') or 'token'}"))
    elif kind == "basic":
        text = f"{values.get('username', '')}:{values.get('password', '')}"
        headers.append(("Authorization", f"Basic {base64.b64encode(text.encode()).decode()}"))
    elif kind == "apikey":
        key, value = values.get("key", "X-API-Key"), values.get("value", "")
        if values.get("in") == "query":
            state.secret.add(key)
            return f"{url}{'&' if '?' in url else '?'}{quote_plus(key)}={_kept(value)}"
        headers.append((key, value))
        if value and "{{" not in value:
            state.variables[f"apikey {key}"] = value
            state.secret.add(f"apikey {key}")
    else:
        state.notes.append(f"{name}: authentication {kind} is not understood, it is not sent")
    return url


def _body(body: dict[str, Any], fill: _Filler, type_: str) -> tuple[str, str]:
    mode = text_of(body.get("mode"))
    if mode == "raw":
        language = text_of(mapping(mapping(body.get("options")).get("raw")).get("language"))
        # A number must not become a text.
        text = re.sub(r"(?<=[:\[,])\s*\{\{\$randomInt\}\}", " 7", text_of(body.get("raw")))
        text = fill(text)
        is_json = language == "json" or text.lstrip()[:1] in {"{", "["}
        guessed = "application/json" if is_json else "text/plain"
        return text, type_ or (guessed if text else "")
    if mode == "graphql":
        given = mapping(body.get("graphql"))
        try:
            variables = json.loads(fill(text_of(given.get("variables"))) or "{}")
        except ValueError:
            variables = {}
        content = {"query": fill(text_of(given.get("query"))), "variables": variables}
        if text_of(given.get("operationName")):
            content["operationName"] = text_of(given.get("operationName"))
        return json.dumps(content), "application/json"
    fields = [one for one in map(mapping, items(body.get(mode))) if one.get("disabled") is not True]
    if mode == "urlencoded":
        pairs = [
            f"{_kept(text_of(one.get('key')))}={_kept(fill(text_of(one.get('value'))))}"
            for one in fields
        ]
        return "&".join(pairs), "application/x-www-form-urlencoded"
    if mode == "formdata":
        chunks = []
        for one in fields:
            file = one.get("type") == "file"
            extra = '; filename="file.txt"' if file else ""
            value = "" if file else fill(text_of(one.get("value")))
            chunks.append(
                f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="{text_of(one.get("key"))}"'
                f"{extra}\r\n\r\n{value}\r\n"
            )
        text = "".join(chunks) + f"--{_BOUNDARY}--\r\n"
        return text, f"multipart/form-data; boundary={_BOUNDARY}"
    return "", type_


def _example(entry: dict[str, Any], statuses: Sequence[Any]) -> Answer:
    """Return the saved example of a request, if there is one: its shape is what is expected."""
    for one in map(mapping, items(entry.get("response"))):
        code = one.get("code")
        if isinstance(code, int) and (not statuses or code in statuses) and 200 <= code < 400:
            headers = [
                (text_of(mapping(h).get("key")), text_of(mapping(h).get("value")))
                for h in items(one.get("header"))
            ]
            type_ = header_of(headers, "content-type").partition(";")[0].strip().lower()
            return Answer(code, headers, text_of(one.get("body")), type_)
    status = statuses[0] if statuses and isinstance(statuses[0], int) else 200
    return Answer(status, assumed=True)
