"""What a generator is: a small JSON object that tells k6 how to make a value.

{"const": value}  {"pick": [values]}  {"make": "int", "min": 1, "max": 9}
{"use": "Pet"}    a shared generator
{"bind": "/pets#id", "else": node}    the id that an earlier response returned
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from openapi_table.schemas import formats
from openapi_table.schemas.views import Flat, is_number, main_type

Node = dict[str, Any]

SAFE_INTEGER = 2**53 - 1  # JavaScript's largest exact integer
PICKS = 20  # values kept of an enum
EXAMPLES = 4  # examples kept of a body
LARGEST = 20_000  # parts of the smallest value: arrays in arrays multiply
OBJECT_SIZE = 150  # nodes of an object; further optional properties are left out

_UUID = "^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$"
# Lookaround and back references can make matching exponential, and k6 would have to match.
_LOOKING = re.compile(r"\(\?(?!:)|\\[1-9k]")


class Unfillable(Exception):
    """No value can be made for a schema. circular: only because it contains itself."""

    def __init__(self, reason: str, *, circular: bool = False) -> None:
        """Take the reason, which becomes the operation's skip reason."""
        super().__init__(reason)
        self.circular = circular


def exact(value: Any) -> bool:
    """Tell whether JavaScript keeps a value as it is: larger integers would be rounded."""
    if isinstance(value, dict):
        return all(map(exact, value.values()))
    if isinstance(value, list):
        return all(map(exact, value))
    return not isinstance(value, int) or -SAFE_INTEGER <= value <= SAFE_INTEGER


def too_large(value: object) -> str:
    """Return why an integer cannot be sent, as a reason for users."""
    return f"the integer {value} is beyond 2^53, which JavaScript cannot represent"


def constants(values: list[Any]) -> Node:
    """Return a generator of one of the values; there is at least one.

    >>> constants([1]), constants([1, 2])
    ({'const': 1}, {'pick': [1, 2]})
    """
    return {"pick": values} if len(values) > 1 else {"const": values[0]}


def choice(nodes: Iterable[Node]) -> Node:
    """Return a generator that chooses one of the nodes, without duplicates.

    >>> choice([{"const": 1}, {"const": 2}, {"const": 1}])
    {'pick': [1, 2]}
    """
    different: dict[str, Node] = {}
    for node in nodes:
        different.setdefault(json.dumps(node, sort_keys=True), node)
    listed = list(different.values())
    if len(listed) == 1:
        return listed[0]
    if all("const" in node for node in listed):
        return {"pick": [node["const"] for node in listed]}
    return {"make": "one", "of": listed}


def bound(slot: str, other: Node, view: Flat, *, as_text: bool = False) -> Node:
    """Return a generator of the id that a response returned, else of what `other` makes.

    `fits` holds the rules of the schema for the id: services return whatever they like, and a value
    that the document calls invalid is never sent. as_text: ignore its type, as in a URL.
    """
    made: Node = {"bind": slot, "else": other}
    fits: Node = {}
    kind = main_type(view)
    if kind in {"integer", "number"} or (kind == "string" and not as_text):
        fits["type"] = kind
    expressions = [text for text in view.get("patterns", []) if _LOOKING.search(text) is None]
    if formats.known(view.get("format")) == "uuid":
        expressions.append(_UUID)
    if expressions:
        fits["patterns"] = expressions
    for key in ("minLength", "maxLength", "minimum", "maximum"):
        if is_number(view.get(key)):
            fits[key] = view[key]
    if len(view.get("enum", ())) in range(1, PICKS + 1):
        fits["enum"] = [str(value) for value in view["enum"]]
    return {**made, "fits": fits} if fits else made


def resolved(node: Node, shared: Mapping[str, Node]) -> Node:
    """Return a node, or the shared one that it uses."""
    return shared[node["use"]] if "use" in node else node


def size(node: Node, shared: Mapping[str, Node], known: dict[str, int]) -> int:
    """Return the number of nodes of a generator, with those of the shared ones it uses.

    known: sizes of shared generators; new ones are added.
    """
    total = 1
    if "use" in node:
        name = node["use"]
        if name not in known:
            known[name] = size(shared[name], shared, known)
        return known[name]
    for key in ("required", "optional"):
        total += sum(size(inner, shared, known) for inner in node.get(key, {}).values())
    if isinstance(node.get("items"), dict):
        total += 2 * size(node["items"], shared, known)
    inner: Any = node.get("items") if isinstance(node.get("items"), list) else node.get("of", [])
    total += sum(size(item, shared, known) for item in inner)
    return total + sum(size(node[key], shared, known) for key in ("values", "else") if key in node)


def least_size(node: Node, shared: Mapping[str, Node], known: dict[str, int]) -> int:
    """Return how many parts the smallest value of a generator has.

    known: least sizes of shared generators; new ones are added.
    """
    if "use" in node:
        name = node["use"]
        if name not in known:
            known[name] = least_size(shared[name], shared, known)
        return known[name]

    def of(inner: Iterable[Node]) -> Iterator[int]:
        return (least_size(item, shared, known) for item in inner)

    if "bind" in node:
        return least_size(node["else"], shared, known)
    if node.get("make") == "one":
        return max(of(node["of"]))
    if node.get("make") == "tuple":
        return 1 + sum(of(node["items"]))
    if node.get("make") in {"array", "map"}:
        inner = node["items"] if node["make"] == "array" else node["values"]
        return 1 + max(1, int(node.get("min", 0))) * least_size(inner, shared, known)
    return 1 + sum(of(node.get("required", {}).values()))


def slots_of(node: Any, shared: Mapping[str, Node], seen: set[str] | None = None) -> Iterator[str]:
    """Yield the slots that a generator binds, including those of the shared ones it uses.

    seen: shared generators visited so far.
    """
    seen = set() if seen is None else seen
    if isinstance(node, dict):
        if "bind" in node:
            yield node["bind"]
        elif "use" in node:
            if node["use"] not in seen:
                seen.add(node["use"])
                yield from slots_of(shared[node["use"]], shared, seen)
        elif "const" not in node and "pick" not in node:
            for key, inner in node.items():
                # The names of properties are anything, and no keys of a generator.
                is_named = key in {"required", "optional"} and isinstance(inner, dict)
                yield from slots_of([*inner.values()] if is_named else inner, shared, seen)
    elif isinstance(node, list):
        for inner in node:
            yield from slots_of(inner, shared, seen)
