"""The operations of a document, OpenAPI 3 and Swagger 2 alike."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import quote, urlsplit

from .document import MALFORMED, Document, Schema, below, pointer

METHODS = ("get", "head", "options", "trace", "post", "put", "patch", "delete", "query")
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE", "QUERY"})
PLACES = ("path", "query", "header", "cookie")

_VARIABLE = re.compile(r"\{([^{}]+)\}")
_URL_SAFE = "/:@!$&'()*+,;=-._~?%"
# These headers come from the body, the accepted types, the credentials and k6.
OWN_HEADERS = frozenset({"accept", "content-type", "authorization", "user-agent"})
# A made value of these would break the request.
_WIRE_HEADERS = frozenset(
    {"host", "content-length", "transfer-encoding", "connection", "content-encoding"}
)
_TOKEN = re.compile(r"[\w!#$%&'*+.^`|~-]+", re.ASCII)
_COLLECTIONS = {
    "csv": ("form", False),
    "multi": ("form", True),
    "ssv": ("spaceDelimited", False),
    "pipes": ("pipeDelimited", False),
    "tsv": ("tabDelimited", False),
}
_ENDS = " '\"`"  # k6 takes none of these at the end of a name
_PLACEHOLDER = re.compile(
    r"string|undefined|\{\{?[\w. -]+\}?\}|<[\w. -]+>|:[A-Za-z]\w*|YOUR[_-][A-Z_-]+"
)
_HOST = re.compile(r"(?:localhost|[^/:]*\.[A-Za-z][^/:.]*|[^/:]+(?=:\d))(?::\d+)?(?=/|$)")
_STATUS = re.compile(r"\s*([1-5](?:\d\d|[xX]{2}))(?!\d)(.*)", re.DOTALL)


class Parameter(NamedTuple):
    """A parameter. examples: documented values, unchecked. json: the value is sent as JSON text."""

    place: str
    name: str
    required: bool
    schema: Schema
    examples: Sequence[Any]
    style: str
    explode: bool
    json: bool
    reserved: bool
    deprecated: bool


class Content(NamedTuple):
    """One way to send a body."""

    type: str
    schema: Schema
    examples: Sequence[Any]
    encoding: Mapping[str, Any]


class Body(NamedTuple):
    """A request body."""

    required: bool
    contents: Sequence[Content]


class Answer(NamedTuple):
    """A declared response. schema: of its JSON content, None without. links: link objects."""

    types: Sequence[str]
    schema: Schema
    links: Sequence[Mapping[str, Any]]
    headers: frozenset[str]


class Operation(NamedTuple):
    """One operation. url: literal texts and, at odd places, path parameters. auth: OR of ANDs."""

    name: str
    id: str
    method: str
    path: str
    url: Sequence[str]
    base: str | None
    tags: Sequence[str]
    parameters: Sequence[Parameter]
    body: Body | None
    answers: Mapping[str, Answer]
    auth: Sequence[Sequence[str]]
    at: str


def clean(text: object) -> str:
    """Return a text as one printable line without commas, at most 200 characters.

    k6 thresholds cannot name a tag value with a comma in it.

    >>> clean("/a/{x},{y}")
    '/a/{x}%2C{y}'
    """
    line = "".join(char if char.isprintable() else "?" for char in str(text)).replace(",", "%2C")
    return line if len(line) <= 200 else line[:197] + "..."


def url_parts(path: str) -> list[str]:
    """Split a path template into literals, ready for a URL, and variable names at odd places.

    What follows a `#` tells operations apart in some documents; it is no part of a request.

    >>> url_parts("/pets/{petId}/toys#newest")
    ['/pets/', 'petId', '/toys']
    """
    parts = _VARIABLE.split(path.partition("#")[0])
    return [part if index % 2 else _quoted(part, _URL_SAFE) for index, part in enumerate(parts)]


def _quoted(text: str, safe: str) -> str:
    """Write a text for a URL; what is percent-encoded stays, a percent sign alone does not."""
    return quote(re.sub(r"%(?![0-9A-Fa-f]{2})", "%25", text), safe=safe)


def label(text: object) -> str:
    """Return a text as `clean` does, and as k6 accepts it as the name of a check or a group.

    >>> label("GET /a::b/'")
    'GET /a%3A%3Ab/%27'
    """
    line = clean(text).replace("::", "%3A%3A")
    core = line.strip(_ENDS)
    if core != line:
        before, _, after = line.partition(core) if core else (line, "", "")
        line = quote(before, safe="") + core + quote(after, safe="")
    return line if len(line) <= 200 else line[:197] + "..."


def placeholder(value: object) -> bool:
    """Tell whether an example is no value but stands for one, as some frameworks write it.

    >>> [placeholder(text) for text in ("string", "{petId}", "<id>", "YOUR_API_KEY", "Rex")]
    [True, True, True, True, False]
    """
    return isinstance(value, str) and _PLACEHOLDER.fullmatch(value) is not None


class Reader:
    """Reads the operations of a document; what it cannot use becomes a note."""

    def __init__(self, document: Document) -> None:
        """Take the document."""
        self.document = document
        self.root = document.root
        self._names: set[str] = set()
        self.schemes = self._schemes()

    # --- the document as a whole ----------------------------------------------------------------

    def base(self, holder: Mapping[str, Any], at: str) -> str | None:
        """Return the base path that `servers` of the document, a path or an operation give."""
        if self.document.swagger:
            path = self.root.get("basePath") if holder is self.root else None
            return _base_path(path) if isinstance(path, str) else None
        servers = holder.get("servers")
        if not isinstance(servers, list) or not servers or not isinstance(servers[0], Mapping):
            return None
        url = str(servers[0].get("url", ""))
        variables = self.document.mapping(servers[0], below(at, "servers", 0), "variables")

        def fill(match: re.Match[str]) -> str:
            variable = variables.get(match[1])
            if not isinstance(variable, Mapping):
                return ""
            listed = variable.get("enum")
            first = listed[0] if isinstance(listed, list) and listed else ""
            return str(variable.get("default", first))

        return _base_path(_VARIABLE.sub(fill, url))

    def _schemes(self) -> dict[str, dict[str, str]]:
        keys = (
            ("securityDefinitions",) if self.document.swagger else ("components", "securitySchemes")
        )
        schemes: dict[str, dict[str, str]] = {}
        for name, node in self.document.mapping(self.root, "#", *keys).items():
            at = pointer(*keys, name)
            scheme, _ = self.document.follow(node, at)
            if isinstance(scheme, Mapping):
                made = _scheme(scheme)
                if made.get("in") in ("header", "cookie") and not _TOKEN.fullmatch(made["name"]):
                    what = f"apiKey whose {made['in']} HTTP does not allow"
                    made = {"type": "other", "what": what}
                if made["type"] == "other":
                    kind = made.get("what")
                    self.document.note(
                        at, f"no credentials can be sent for a scheme of type {kind}"
                    )
                schemes[str(name)] = made
        return schemes

    def read(self) -> Iterator[Operation]:
        """Yield the operations in the order of the document."""
        paths = {"paths": self._merged(self.root.get("paths"), "#/paths")}
        for path, node in self.document.mapping(paths, "#", "paths").items():
            at = pointer("paths", path)
            if not isinstance(path, str) or path.startswith("x-"):
                continue
            item = self._merged(node, at)
            if isinstance(item, Mapping):
                yield from self._of_path(path, item, at)
            else:
                self.document.note(at, "this path holds no operations")
        if isinstance(self.root.get("webhooks"), Mapping) and self.root["webhooks"]:
            self.document.note("#/webhooks", "webhooks are requests that the service sends")

    def _merged(self, node: Any, at: str) -> Any:
        """Return what a node refers to, with what stands beside the reference over it."""
        target, _ = self.document.follow(node, at)
        if not isinstance(node, Mapping) or node is target:
            return target
        own = {key: value for key, value in node.items() if key != "$ref"}
        return {**target, **own} if isinstance(target, Mapping) else own or None

    def _of_path(self, path: str, item: Mapping[str, Any], at: str) -> Iterator[Operation]:
        for method, key in self._methods(item, at).items():
            where = below(at, key)
            node, _ = self.document.follow(item[key], where)
            if not isinstance(node, Mapping):
                if item[key] is not None:
                    self.document.note(where, "this operation is not an object")
                continue
            try:
                operation = self._operation(path, method, item, node, where)
            except MALFORMED:
                self.document.note(where, "this operation is malformed")
                continue
            yield operation

    def _methods(self, item: Mapping[str, Any], at: str) -> dict[str, str]:
        """Return the methods of a path, in the order of METHODS, with their keys."""
        found: dict[str, str] = {}
        for key in item:
            method = key.lower() if isinstance(key, str) else ""
            if method != key and method in METHODS:
                self.document.note(below(at, key), "methods are written in small letters")
            if method in METHODS and (method not in found or method == key):
                found[method] = key
        return {method: found[method] for method in METHODS if method in found}

    # --- one operation --------------------------------------------------------------------------

    def _operation(
        self, path: str, method: str, item: Mapping[str, Any], node: Mapping[str, Any], at: str
    ) -> Operation:
        if not path.startswith("/"):
            self.document.note(at, "the path does not begin with a slash")
            path = "/" + path
        parameters, body = self._parameters(path, item, node, at)
        if not self.document.swagger:
            body = self._body(node, at)
        elif body is not None and not body.contents:
            body = None
        if isinstance(node.get("callbacks"), Mapping) and node["callbacks"]:
            self.document.note(
                below(at, "callbacks"), "callbacks are requests that the service sends"
            )
        tags = node.get("tags")
        bases = (
            [self.base(node, at), self.base(item, at)]
            if "servers" in node or "servers" in item
            else []
        )
        return Operation(
            self._name(method, path),
            clean(node.get("operationId") or ""),
            method.upper(),
            path,
            url_parts(path),
            next((base for base in bases if base is not None), None),
            [clean(tag) for tag in tags if isinstance(tag, str)] if isinstance(tags, list) else [],
            parameters,
            body,
            self._answers(node, at),
            self._auth(node, at),
            at,
        )

    def _name(self, method: str, path: str) -> str:
        base = name = label(f"{method.upper()} {path}")
        number = 1
        while name in self._names:
            number += 1
            name = f"{base} ({number})"
        self._names.add(name)
        return name

    def _auth(self, node: Mapping[str, Any], at: str) -> list[list[str]]:
        listed = node.get("security", self.root.get("security"))
        ways = []
        for way in listed if isinstance(listed, list) else []:
            names = [str(name) for name in way] if isinstance(way, Mapping) else []
            for name in names:
                if name not in self.schemes:
                    self.document.note(
                        below(at, "security"), f"unknown security scheme {clean(name)}"
                    )
            known = [name for name in names if name in self.schemes]
            if len(known) == len(names) and known not in ways:
                ways.append(known)
        return ways

    # --- parameters -----------------------------------------------------------------------------

    def _parameters(
        self, path: str, item: Mapping[str, Any], node: Mapping[str, Any], at: str
    ) -> tuple[list[Parameter], Body | None]:
        found: dict[tuple[str, str], tuple[Mapping[str, Any], str]] = {}
        shared_at = at.rpartition("/")[0]
        for holder, where in ((item, shared_at), (node, at)):
            for parameter, spot in self.document.items(holder, where, "parameters"):
                if isinstance(parameter, Mapping) and isinstance(parameter.get("name"), str):
                    found[str(parameter.get("in")), parameter["name"]] = parameter, spot
                else:
                    self.document.note(spot, "a parameter without a name")
        variables = _VARIABLE.findall(path.partition("#")[0])
        listed = []
        form: list[Mapping[str, Any]] = []
        body = None
        for (place, name), (parameter, spot) in found.items():
            if self.document.swagger and place == "formData":
                form.append(parameter)
            elif self.document.swagger and place == "body":
                body = self._swagger_body(parameter, node)
            elif problem := _problem(place, name, variables):
                self.document.note(spot, problem)
            else:
                listed.append(self._parameter(place, parameter))
        declared = {parameter.name for parameter in listed if parameter.place == "path"}
        for name in dict.fromkeys(variables):
            if name not in declared:
                self.document.note(at, f"path parameter {clean(name)} is not declared")
                listed.append(
                    Parameter(
                        "path",
                        name,
                        True,
                        {"type": "string"},
                        [],
                        "simple",
                        False,
                        False,
                        False,
                        False,
                    )
                )
        return listed, self._swagger_form(form, node) if form else body

    def _parameter(self, place: str, node: Mapping[str, Any]) -> Parameter:
        schema: Schema = node.get("schema")
        style, explode = (
            "simple" if place in {"path", "header"} else "form",
            place in {"query", "cookie"},
        )
        as_json = False
        examples = self._examples(node)
        if self.document.swagger:
            schema = {
                key: value
                for key, value in node.items()
                if key not in {"in", "name", "required", "description"}
            }
            style, explode = _COLLECTIONS.get(str(node.get("collectionFormat")), (style, False))
            if place in {"path", "header"} and style == "form":
                style, explode = "simple", False
        else:
            style = node["style"] if isinstance(node.get("style"), str) else style
            explode = node["explode"] if isinstance(node.get("explode"), bool) else style == "form"
            content = node.get("content")
            if isinstance(content, Mapping) and content:
                kind, media = next(iter(content.items()))
                media = media if isinstance(media, Mapping) else {}
                schema, as_json = media.get("schema"), "json" in str(kind)
                examples += self._examples(media)
        return Parameter(
            place,
            node["name"],
            node.get("required") is True or place == "path",
            {} if schema is None else schema,
            examples,
            style,
            explode,
            as_json,
            node.get("allowReserved") is True,
            node.get("deprecated") is True,
        )

    def _examples(self, node: Mapping[str, Any]) -> list[Any]:
        found = [node[key] for key in ("example", "x-example") if node.get(key) is not None]
        listed = node.get("examples", node.get("x-examples"))
        for entry in listed.values() if isinstance(listed, Mapping) else []:
            target, _ = self.document.follow(entry, "#")
            if isinstance(target, Mapping) and target.get("value") is not None:
                found.append(target["value"])
        return found

    # --- bodies ---------------------------------------------------------------------------------

    def _body(self, node: Mapping[str, Any], at: str) -> Body | None:
        body, where = self.document.follow(node.get("requestBody"), below(at, "requestBody"))
        if not isinstance(body, Mapping):
            return None
        contents = []
        for kind, entry in self.document.mapping(body, where, "content").items():
            media = entry if isinstance(entry, Mapping) else {}
            encoding = media.get("encoding")
            contents.append(
                Content(
                    str(kind),
                    media.get("schema", {}),
                    self._examples(media),
                    encoding if isinstance(encoding, Mapping) else {},
                )
            )
        return Body(body.get("required") is True, contents) if contents else None

    def _consumes(self, node: Mapping[str, Any], default: str) -> list[str]:
        listed = node.get("consumes", self.root.get("consumes"))
        return [str(kind) for kind in listed] if isinstance(listed, list) and listed else [default]

    def _swagger_body(self, parameter: Mapping[str, Any], node: Mapping[str, Any]) -> Body:
        kinds = [kind for kind in self._consumes(node, "application/json") if not _is_form(kind)]
        schema, examples = parameter.get("schema", {}), self._examples(parameter)
        contents = [Content(kind, schema, examples, {}) for kind in kinds or ["application/json"]]
        return Body(parameter.get("required") is True, contents)

    def _swagger_form(self, form: list[Mapping[str, Any]], node: Mapping[str, Any]) -> Body:
        files = any(field.get("type") == "file" for field in form)
        kinds = [
            kind
            for kind in self._consumes(node, "application/x-www-form-urlencoded")
            if _is_form(kind)
        ]
        if files:
            kinds = ["multipart/form-data"]
        properties, encoding = {}, {}
        for field in form:
            properties[field["name"]] = {
                key: value for key, value in field.items() if key not in {"in", "name", "required"}
            }
            style, explode = _COLLECTIONS.get(str(field.get("collectionFormat")), ("form", False))
            if field.get("type") == "array":
                encoding[field["name"]] = {"style": style, "explode": explode}
        required = [field["name"] for field in form if field.get("required") is True]
        schema = {"type": "object", "properties": properties, "required": required}
        kinds = kinds or ["application/x-www-form-urlencoded"]
        return Body(bool(required), [Content(kind, schema, [], encoding) for kind in kinds])

    # --- answers --------------------------------------------------------------------------------

    def _answers(self, node: Mapping[str, Any], at: str) -> dict[str, Answer]:
        answers: dict[str, Answer] = {}
        for key, entry in self.document.mapping(node, at, "responses").items():
            where = below(at, "responses", key)
            status = _status(str(key))
            if str(key).startswith("x-"):
                continue
            if not status:
                self.document.note(where, f"not a response status: {clean(key)}")
                continue
            if status not in {str(key), str(key).upper()}:
                self.document.note(where, f"response status {clean(key)} is read as {status}")
            answer, spot = self.document.follow(entry, where)
            if isinstance(answer, Mapping):
                answers.setdefault(status, self._answer(answer, node, spot))
        return answers

    def _answer(self, answer: Mapping[str, Any], node: Mapping[str, Any], at: str) -> Answer:
        headers = answer.get("headers")
        names = (
            frozenset(str(name).lower() for name in headers)
            if isinstance(headers, Mapping)
            else frozenset()
        )
        if self.document.swagger:
            if "schema" not in answer:
                return Answer([], None, [], names)
            listed = node.get("produces", self.root.get("produces"))
            kinds = [str(kind) for kind in listed] if isinstance(listed, list) else []
            as_json = not kinds or any("json" in kind for kind in kinds)
            return Answer(_media_types(kinds), answer["schema"] if as_json else None, [], names)
        content = self.document.mapping(answer, at, "content")
        schemas = [
            media.get("schema")
            for kind, media in content.items()
            if isinstance(media, Mapping) and ("json" in str(kind) or str(kind) == "*/*")
        ]
        links = [
            self.document.follow(link, at)[0]
            for link in self.document.mapping(answer, at, "links").values()
        ]
        return Answer(
            _media_types(content),
            next((schema for schema in schemas if schema is not None), None),
            [link for link in links if isinstance(link, Mapping)],
            names,
        )


def _media_types(kinds: Any) -> list[str]:
    return list(dict.fromkeys(clean(str(kind).split(";")[0].strip().lower()) for kind in kinds))


def _problem(place: str, name: str, variables: Sequence[str]) -> str:
    """Return why a parameter cannot be sent, empty when it can."""
    if place not in PLACES:
        return f"a parameter in {clean(place)}"
    if place == "path" and name not in variables:
        return f"path parameter {clean(name)} does not occur in the path"
    if place in {"header", "cookie"} and not _TOKEN.fullmatch(name):
        return f"HTTP allows no {place} named {clean(name)}"
    if place == "header" and name.lower() in _WIRE_HEADERS:
        return f"the header {name} is left to k6"
    return ""


def _is_form(kind: str) -> bool:
    return kind.lower().startswith(("multipart/", "application/x-www-form-urlencoded"))


def _status(key: str) -> str:
    if key.lower() == "default":
        return "default"
    match = _STATUS.fullmatch(key)
    return match[1].upper() if match else ""


def _base_path(url: str) -> str:
    url = "http" + url if url.startswith("://") else url
    url = _HOST.sub("", url, count=1) if _HOST.match(url) else url
    try:
        path = urlsplit(url).path
    except ValueError:
        path = ""
    path = _quoted("/" + path.strip("/"), "/:@!$&'()*+,;=-._~%")
    return "" if path == "/" else path


def _scheme(scheme: Mapping[str, Any]) -> dict[str, str]:
    kind = str(scheme.get("type", "")).lower()
    how = str(scheme.get("scheme", "")).lower()
    if (
        kind == "apikey"
        and scheme.get("in") in ("header", "query", "cookie")
        and isinstance(scheme.get("name"), str)
    ):
        return {"type": "apiKey", "in": scheme["in"], "name": scheme["name"]}
    if kind == "basic" or (kind == "http" and how == "basic"):
        return {"type": "basic"}
    if kind in {"oauth2", "openidconnect"} or (kind == "http" and how == "bearer"):
        return {"type": "bearer"}
    return {"type": "other", "what": clean(how or kind or "unknown")}
