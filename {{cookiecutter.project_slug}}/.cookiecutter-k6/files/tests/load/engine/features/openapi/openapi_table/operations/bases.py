"""Base paths: what stands between the host and the path of an operation."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from openapi_table.document import Document, below
from openapi_table.texts import VARIABLE, clean, quoted

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
