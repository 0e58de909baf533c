"""Reads a document from a file or a URL, and bundles one in several files.

Only files in the document's folder or below it are read, and only if the document itself came from
a file: a downloaded document must not read local files.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import unquote

from openapi_table.document import BUNDLE_KEY, BadDocument

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
        root = bundled(root, place, lambda path: parse(_read_file(path)))
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


FILE_LIMIT = 5000
SUFFIXES = (".json", ".yaml", ".yml")

_PLACE = re.compile(r"[#/]|\.(?:json|ya?ml)$", re.IGNORECASE)
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:|//")


def bundled(root: Any, path: str, load: Callable[[str], Any]) -> Any:
    """Return a document with the contents of the other files that it refers to.

    path: the document's file. load: reads and parses a file. A reference that cannot be resolved is
    kept and reported where it is used.
    """
    return _Bundle(os.path.realpath(path), load).bundle(root)


class _Bundle:
    def __init__(self, path: str, load: Callable[[str], Any]) -> None:
        self.main = path
        self.folder = os.path.dirname(path)
        self.load = load
        self.files: dict[str, Any] = {}
        self.waiting: list[str] = []

    def bundle(self, root: Any) -> Any:
        made = self._rewritten(root, self.main)
        while self.waiting:
            path = self.waiting.pop()
            self.files[path] = self._rewritten(self.files[path], path)
        if self.files and isinstance(made, dict):
            made[BUNDLE_KEY] = {self._name(path): tree for path, tree in self.files.items()}
        return made

    def _name(self, path: str) -> str:
        return os.path.relpath(path, self.folder).replace(os.sep, "/")

    def _rewritten(self, node: Any, path: str) -> Any:
        if isinstance(node, list):
            return [self._rewritten(item, path) for item in node]
        if not isinstance(node, Mapping):
            return node
        made = {key: self._rewritten(item, path) for key, item in node.items()}
        reference = made.get("$ref")
        if isinstance(reference, str):
            made["$ref"] = self._reference(reference, path)
        discriminator = made.get("discriminator")
        mapping = discriminator.get("mapping") if isinstance(discriminator, dict) else None
        if isinstance(mapping, dict):
            made["discriminator"]["mapping"] = self._mapping(mapping, path)
        return made

    def _mapping(self, mapping: Mapping[str, Any], path: str) -> dict[str, Any]:
        """Return the mapping of a discriminator: names stay, references change."""
        return {
            value: self._reference(target, path)
            if isinstance(target, str) and _PLACE.search(target)
            else target
            for value, target in mapping.items()
        }

    def _reference(self, reference: str, path: str) -> str:
        """Return a reference within the bundled document."""
        place, _, fragment = reference.partition("#")
        if _SCHEME.match(place):
            return reference
        target = path
        if place:
            target = os.path.realpath(os.path.join(os.path.dirname(path), unquote(place)))
        if target == self.main:
            return "#" + fragment
        if not self._known(target):
            return reference
        name = self._name(target).replace("~", "~0").replace("/", "~1").replace("%", "%25")
        return f"#/{BUNDLE_KEY}/{name}{fragment}"

    def _known(self, path: str) -> bool:
        if path in self.files:
            return True
        inside = path.startswith(os.path.join(self.folder, ""))
        if not inside or not path.lower().endswith(SUFFIXES) or len(self.files) >= FILE_LIMIT:
            return False
        try:
            self.files[path] = self.load(path)
        except BadDocument:
            return False
        self.waiting.append(path)
        return True
