"""Documents in several files: bundles them into one.

Only files in the document's folder or below it are read, and only if the document itself came from
a file: a downloaded document must not read local files.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import unquote

from openapi_table.document import BUNDLE_KEY, BadDocument

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
        if isinstance(discriminator, dict) and isinstance(mapping, dict):
            made["discriminator"] = {**discriminator, "mapping": self._mapping(mapping, path)}
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
