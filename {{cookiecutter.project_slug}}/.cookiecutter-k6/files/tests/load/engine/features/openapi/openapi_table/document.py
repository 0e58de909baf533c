"""The document: JSON pointers, references, and notes about what is wrong or unsupported."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote

Schema = Any  # a mapping, True or False; in malformed documents anything

# Where the contents of other files are put, in a document that refers to them.
BUNDLE_KEY = "x-files"
# What Python raises when a document holds anything anywhere: only the part concerned is lost.
MALFORMED = (TypeError, ValueError, ArithmeticError, RecursionError, LookupError, AttributeError)


class BadDocument(Exception):
    """The document cannot be used at all; the message is for the user."""


def pointer(*parts: object) -> str:
    """Return the JSON pointer of nested keys.

    >>> pointer("paths", "/pets/{id}", "get")
    '#/paths/~1pets~1{id}/get'
    """
    return "#" + "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in parts)


def below(at: str, *parts: object) -> str:
    """Return the pointer of something below another pointer."""
    return at + pointer(*parts)[1:]


class Document:
    """A parsed document. References are resolved on demand: a broken part affects only its users.

    notes: pointer -> what is wrong or unsupported there, in the order of discovery.
    """

    def __init__(self, root: Any) -> None:
        """Take a parsed document; raise BadDocument if it is not an OpenAPI document."""
        if not isinstance(root, Mapping):
            raise BadDocument(f"#: the document is {kind_of(root)}, not an object")
        self.root: Mapping[str, Any] = root
        self.version = _version(root)
        self.notes: dict[str, str] = {}
        self._found: dict[str, Any] = {}
        self._named: dict[str, Any] | None = None

    @property
    def swagger(self) -> bool:
        """Is it Swagger 2.0?"""
        return self.version.startswith("2")

    def note(self, at: str, what: str) -> None:
        """Note what is wrong or unsupported at a pointer; the first note for a pointer is kept."""
        self.notes.setdefault(at, what)

    def look_up(self, reference: str, at: str) -> Any:
        """Return the target of a reference; note it and return None if there is none."""
        if not reference.startswith("#"):
            self.note(at, f"reference outside the document: {reference}")
            return None
        if reference not in self._found:
            self._found[reference] = None  # for one that leads to itself
            self._found[reference] = self._at(reference, at)
        node = self._found[reference]
        if node is None:
            self.note(at, f"reference to a missing target: {reference}")
        return node

    def _at(self, reference: str, at: str) -> Any:
        """Return the node at a pointer or an anchor, following references on the way."""
        if reference[1:2] not in {"", "/"}:
            return self._anchors().get(unquote(reference[1:]))
        node: Any = self.root
        for part in reference[1:].split("/")[1:]:
            key = unquote(part).replace("~1", "/").replace("~0", "~")
            if isinstance(node, Mapping) and "$ref" in node and key not in node:
                node, _ = self.follow(node, at)
            node = _child(node, key)
        return node

    def _anchors(self) -> dict[str, Any]:
        """Return the schemas with an `$anchor` by name; the first one of a name wins."""
        if self._named is None:
            self._named = {}
            waiting: list[Any] = [self.root]
            while waiting:
                node = waiting.pop()
                if isinstance(node, Mapping) and isinstance(node.get("$anchor"), str):
                    self._named.setdefault(node["$anchor"], node)
                inner = list(node.values()) if isinstance(node, Mapping) else node
                waiting.extend(reversed(inner) if isinstance(inner, list) else ())
        return self._named

    def follow(self, node: Any, at: str) -> tuple[Any, str]:
        """Return a node and its pointer after following references; None for a broken one."""
        seen = set()
        while isinstance(node, Mapping) and isinstance(node.get("$ref"), str):
            reference = node["$ref"]
            if reference in seen:
                self.note(at, f"circular reference: {reference}")
                return None, at
            seen.add(reference)
            node = self.look_up(reference, at)
            at = reference
        return node, at

    def mapping(self, node: Any, at: str, *keys: str) -> Mapping[str, Any]:
        """Return the object at nested keys; for anything else note it and return an empty one."""
        for key in keys:
            at = below(at, key)
            node = node.get(key) if isinstance(node, Mapping) else None
            if node is None:
                return {}
        if not isinstance(node, Mapping):
            self.note(at, f"expected an object, found {kind_of(node)}")
            return {}
        return node

    def items(self, node: Any, at: str, key: str) -> Iterator[tuple[Any, str]]:
        """Yield the items of an array and their pointers, after following references."""
        listed = node.get(key) if isinstance(node, Mapping) else None
        if listed is None:
            return
        if not isinstance(listed, list):
            self.note(below(at, key), f"expected an array, found {kind_of(listed)}")
            return
        for index, element in enumerate(listed):
            target, where = self.follow(element, below(at, key, index))
            if target is not None:
                yield target, where


def _child(node: Any, key: str) -> Any:
    if isinstance(node, Mapping):
        # YAML reads unquoted response codes as numbers.
        return node[key] if key in node else node.get(int(key)) if key.isdecimal() else None
    if isinstance(node, list) and key.isdecimal() and int(key) < len(node):
        return node[int(key)]
    return None


def _version(root: Mapping[str, Any]) -> str:
    for key in ("openapi", "swagger"):
        version = str(root.get(key, ""))
        if version.startswith({"openapi": "3.", "swagger": "2"}[key]):
            return version
        if version:
            raise BadDocument(
                f"#/{key}: version {version!a} is not supported;"
                " OpenAPI 3.0, 3.1 and Swagger 2.0 are"
            )
    raise BadDocument("#: no version in `openapi` or `swagger`; is this an OpenAPI document?")


def kind_of(value: object) -> str:
    """Return the JSON type of a value, with its article.

    >>> kind_of([])
    'an array'
    """
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "a boolean"
    if isinstance(value, (int, float)):
        return "a number"
    names: dict[type, str] = {dict: "an object", list: "an array", str: "a string"}
    return names.get(type(value), "not a JSON value")
