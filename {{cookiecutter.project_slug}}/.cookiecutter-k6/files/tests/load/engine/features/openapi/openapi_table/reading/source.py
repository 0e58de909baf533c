"""Reads a document from a file or a URL."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Sequence
from typing import Any, NamedTuple

from openapi_table.document import BadDocument

from . import files
from .download import SIZE_LIMIT, fetch, is_url, without_credentials
from .parsing import parse

# A reference to something outside the document.
_ELSEWHERE = re.compile(rb"\$ref[\"']?\s*:\s*[\"']?[^#\s\"']")


class Source(NamedTuple):
    """A document as it was read. label: where from, without credentials. digest: of its bytes.

    notes: (place, what) of what was noticed while reading.
    """

    root: Any
    label: str
    digest: str
    notes: Sequence[tuple[str, str]] = ()


def read(place: str, label: str = "") -> Source:
    """Read a document.

    place: a file or an http(s) URL. label: what the table says about it; default: the place.
    Raises BadDocument with the reason, in a line for the user.
    """
    content = fetch(place) if is_url(place) else _read_file(place)
    digest = "sha256:" + hashlib.sha256(content).hexdigest()
    notes: list[tuple[str, str]] = []
    root = parse(content, notes)
    if not is_url(place) and _ELSEWHERE.search(content):
        root = files.bundled(root, place, lambda path: parse(_read_file(path)))
    return Source(root, label or without_credentials(place), digest, notes)


def _read_file(path: str) -> bytes:
    try:
        if not os.path.isfile(path):
            what = "is a folder" if os.path.isdir(path) else "does not exist"
            raise BadDocument(f"{path} {what}")
        with open(path, "rb") as file:
            content = file.read(SIZE_LIMIT + 1)
    except (OSError, ValueError) as error:
        raise BadDocument(f"{path} cannot be read: {getattr(error, 'strerror', error)}") from None
    if len(content) > SIZE_LIMIT:
        raise BadDocument(f"{path} is larger than {SIZE_LIMIT // 1024 // 1024} MB")
    return content
