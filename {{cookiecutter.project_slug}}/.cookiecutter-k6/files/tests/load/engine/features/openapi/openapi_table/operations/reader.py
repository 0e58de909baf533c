"""Reads the operations of a document in its order."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from openapi_table.document import MALFORMED, Document, below, pointer
from openapi_table.texts import VARIABLE, clean, label, quoted, url_parts

from .answers import answers_of
from .model import METHODS, Operation
from .requests import TOKEN, body_of, parameters_of
from .security import auth_of, schemes_of, with_credentials


class Reader:
    """Reads the operations of a document; what cannot be used becomes a note."""

    def __init__(self, document: Document) -> None:
        """Take the document."""
        self.document = document
        self.root = document.root
        self.schemes = schemes_of(document)
        self._names: set[str] = set()

    def base(self) -> str:
        """Return the base path of the whole document."""
        return base_of(self.document, self.root, "#") or ""

    def servers(self) -> list[dict[str, str]]:
        """Return the servers of the document."""
        return servers_of(self.document)

    def read(self) -> Iterator[Operation]:
        """Yield the operations in the order of the document."""
        paths = {"paths": self._merged(self.root.get("paths"), "#/paths")}
        for path, node in self.document.mapping(paths, "#", "paths").items():
            at = pointer("paths", path)
            if path.startswith("x-"):
                continue
            item = self._merged(node, at)
            if isinstance(item, Mapping):
                yield from self._of_path(path, item, at)
            else:
                self.document.note(at, "this path holds no operations")
        if isinstance(self.root.get("webhooks"), Mapping) and self.root["webhooks"]:
            self.document.note("#/webhooks", "webhooks are requests that the service sends")

    def _merged(self, node: Any, at: str) -> Any:
        """Return what a node refers to, overridden by the keys beside the reference."""
        target, _ = self.document.follow(node, at)
        if not isinstance(node, Mapping) or node is target:
            return target
        own = {key: value for key, value in node.items() if key != "$ref"}
        return {**target, **own} if isinstance(target, Mapping) else own or None

    def _of_path(self, path: str, item: Mapping[str, Any], at: str) -> Iterator[Operation]:
        for method, found, where in self._nodes(item, at):
            node, _ = self.document.follow(found, where)
            if not isinstance(node, Mapping):
                if found is not None:
                    self.document.note(where, "this operation is not an object")
                continue
            try:
                operation = self._operation(path, method, item, node, where)
            except MALFORMED:
                self.document.note(where, "this operation is malformed")
                continue
            yield operation

    def _nodes(self, item: Mapping[str, Any], at: str) -> Iterator[tuple[str, Any, str]]:
        """Yield method, node and pointer of each operation: HTTP's methods, then others."""
        for method, key in self._methods(item, at).items():
            yield method.upper(), item[key], below(at, key)
        for method, node in self.document.mapping(item, at, "additionalOperations").items():
            where = below(at, "additionalOperations", method)
            if not TOKEN.fullmatch(str(method)) or method.lower() in METHODS:
                what = (
                    "is not an HTTP method"
                    if method.lower() not in METHODS
                    else "belongs directly in the path item"
                )
                self.document.note(where, f"{clean(method)} {what}; this operation is not sent")
            else:
                yield method, node, where

    def _methods(self, item: Mapping[str, Any], at: str) -> dict[str, str]:
        """Return the methods of a path, in the order of METHODS, with their keys."""
        found: dict[str, str] = {}
        for key in item:
            method = key.lower() if isinstance(key, str) else ""
            if method != key and method in METHODS:
                self.document.note(below(at, key), "method names must be in lower case")
            if method in METHODS and (method not in found or method == key):
                found[method] = key
        return {method: found[method] for method in METHODS if method in found}

    def _operation(
        self, path: str, method: str, item: Mapping[str, Any], node: Mapping[str, Any], at: str
    ) -> Operation:
        document = self.document
        if not path.startswith("/"):
            document.note(at, "the path does not begin with a slash")
            path = "/" + path
        parameters = parameters_of(document, path, item, node, at)
        body = body_of(document, node, at, parameters)
        if isinstance(node.get("callbacks"), Mapping) and node["callbacks"]:
            document.note(below(at, "callbacks"), "callbacks are requests that the service sends")
        tags = node.get("tags")
        auth = auth_of(document, self.schemes, node, at)
        sent, auth = with_credentials(parameters.sent, auth, self.schemes)
        return Operation(
            self._name(method, path),
            clean(node.get("operationId") or ""),
            method,
            path,
            url_parts(path),
            self._own_base(item, node, at),
            [clean(tag) for tag in tags if isinstance(tag, str)] if isinstance(tags, list) else [],
            sent,
            body,
            answers_of(document, node, at),
            auth,
            at,
            clean(node.get("summary") or ""),
        )

    def _own_base(self, item: Mapping[str, Any], node: Mapping[str, Any], at: str) -> str | None:
        """Return the base path of the operation or its path item, None for the document's."""
        bases = [base_of(self.document, holder, at) for holder in (node, item)]
        return next((base for base in bases if base is not None), None)

    def _name(self, method: str, path: str) -> str:
        base = name = label(f"{method} {path}")
        count = 1
        while name in self._names:
            count += 1
            name = f"{base} ({count})"
        self._names.add(name)
        return name


_MOST_SERVERS = 20  # kept of a document
_HOST = re.compile(r"(?:localhost|[^/:]*\.[A-Za-z][^/:.]*|[^/:]+(?=:\d))(?::\d+)?(?=/|$)")


def servers_of(document: Document) -> list[dict[str, str]]:
    """Return the servers of a document: the host, "" for a relative address, and the base path."""
    listed = document.root.get("servers")
    if document.swagger or not isinstance(listed, list):
        return []
    found = []
    for index, server in enumerate(listed):
        if isinstance(server, Mapping):
            url = _filled(document, server, below("#", "servers", index))
            try:
                host = (urlsplit(url).netloc if "://" in url else "").rpartition("@")[2]
            except ValueError:
                host = ""
            found.append({"host": clean(host.lower()), "base": _base_path(url)})
    return found[:_MOST_SERVERS]


def base_of(document: Document, holder: Mapping[str, Any], at: str) -> str | None:
    """Return the base path that the first of `servers` gives, None without one.

    holder: the document, a path item or an operation. at: its pointer.
    """
    if document.swagger:
        path = document.root.get("basePath") if holder is document.root else None
        return _base_path(path) if isinstance(path, str) else None
    servers = holder.get("servers")
    if not isinstance(servers, list) or not servers or not isinstance(servers[0], Mapping):
        return None
    return _base_path(_filled(document, servers[0], below(at, "servers", 0)))


def _filled(document: Document, server: Mapping[str, Any], at: str) -> str:
    """Return the address of a server with its variables filled in."""
    variables = document.mapping(server, at, "variables")

    def fill(match: re.Match[str]) -> str:
        variable = variables.get(match[1])
        if not isinstance(variable, Mapping):
            return ""
        listed = variable.get("enum")
        first = listed[0] if isinstance(listed, list) and listed else ""
        return str(variable.get("default", first))

    return VARIABLE.sub(fill, str(server.get("url", "")))


def _base_path(url: str) -> str:
    """Return the path of a server's address, which often lacks the scheme.

    >>> [_base_path(url) for url in ("https://a.test/v1/", "a.test/v1", "/v1", "")]
    ['/v1', '/v1', '/v1', '']
    """
    url = "http" + url if url.startswith("://") else url
    url = _HOST.sub("", url, count=1) if _HOST.match(url) else url
    try:
        path = urlsplit(url).path
    except ValueError:
        path = ""
    path = quoted("/" + path.strip("/"), "/:@!$&'()*+,;=-._~%")
    return "" if path == "/" else path
