"""Parses documents: JSON, and YAML 1.2 where PyYAML is installed."""

from __future__ import annotations

import functools
import json
import math
import re
from collections import Counter
from typing import Any

from openapi_table.document import BadDocument

DEPTH_LIMIT = 200
_TWICE = "duplicate key, only the last value counts"
_DIGITS = 300  # of an integer; a double holds 308
_HALF = re.compile(r"\\u[dD][89a-fA-F]")


def parse(content: bytes, notes: list[tuple[str, str]] | None = None) -> Any:
    """Parse JSON, or YAML if it is not JSON; raise BadDocument with the line of the problem.

    notes: (place, what) is added for each duplicate key.
    """
    notes = [] if notes is None else notes
    try:
        text = content.decode(
            "utf-16" if content[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8-sig"
        )
    except UnicodeDecodeError as error:
        raise BadDocument(f"the document is not UTF-8 text (byte {error.start})") from None
    try:
        if text.lstrip()[:1] in {"{", "["}:
            try:
                tree = _json(text, notes)
                # Escapes can form lone surrogates, which cannot be encoded.
                return _as_json(tree, 0, _Budget()) if _HALF.search(text) else tree
            except ValueError as problem:
                return _yaml(text, f"it is not JSON either: {problem}", notes)
        if text.lstrip()[:1] == "<":
            raise BadDocument(
                "the document is HTML or XML, not JSON or YAML; give the address of the"
                " document itself"
            )
        return _yaml(text, "", notes)
    except RecursionError:
        raise BadDocument("the document is nested too deeply") from None


def _json(text: str, notes: list[tuple[str, str]]) -> Any:
    twice: dict[str, None] = {}

    def read(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        made = dict(pairs)
        if len(made) != len(pairs):
            counts = Counter(key for key, _ in pairs)
            twice.update(dict.fromkeys(key for key, count in counts.items() if count > 1))
        return made

    tree = json.loads(
        text,
        parse_constant=_no_constant,
        parse_float=_real,
        parse_int=_integer,
        object_pairs_hook=read,
    )
    notes.extend(("#", f"{_TWICE}: {key}") for key in twice)
    return tree


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not a JSON number")


def _real(text: str) -> float | str:
    """Read a number; one too large for a double (1e999) stays a string, which is never valid."""
    value = float(text)
    return value if math.isfinite(value) else text


def _integer(text: str) -> int | str:
    return int(text) if len(text) < _DIGITS else text


def _yaml(text: str, also: str, notes: list[tuple[str, str]]) -> Any:
    try:
        import yaml  # noqa: PLC0415 - only YAML documents need it
    except ImportError:
        if also:
            raise BadDocument(
                also.replace("it is not JSON either", "the document is not JSON")
            ) from None
        raise BadDocument(
            "the document is YAML, which needs PyYAML: pip install pyyaml"
            " (or install uv, which brings it)"
        ) from None
    try:
        tree = _load(_loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)), text, notes)
    except (yaml.YAMLError, ValueError, TypeError, AttributeError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
        what = getattr(error, "problem", None) or error
        raise BadDocument(f"{also or 'the document is not YAML'}; {where}{what}") from None
    if not isinstance(tree, (dict, list)):
        raise BadDocument("the document is neither JSON nor YAML")
    return _as_json(tree, 0, _Budget())


def _load(kind: Any, text: str, notes: list[tuple[str, str]]) -> Any:
    loader = kind(text)
    loader.twice = notes
    try:
        return loader.get_single_data()
    finally:
        loader.dispose()


# Types of unquoted values in YAML 1.2, which OpenAPI requires: `on` and `2024-01-31` are strings.
_CORE = (
    ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("int", r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", "-+0123456789"),
    (
        "float",
        r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.nan",
        "-+.0123456789",
    ),
    ("null", r"~|null|Null|NULL|", ("~", "n", "N", "")),
    ("merge", r"<<", "<"),
)


@functools.cache
def _loader(base: Any) -> Any:
    """Return a safe YAML 1.2 loader derived from PyYAML's YAML 1.1 loader."""

    def mapping(self: Any, node: Any, deep: bool = False) -> Any:
        seen: set[str] = set()
        first, last = node.start_mark.index, node.end_mark.index
        for key, _ in node.value:
            # Keys merged by `<<` are elsewhere in the text, and may be overridden.
            if isinstance(key.value, str) and first <= key.start_mark.index <= last:
                if key.value in seen:
                    self.twice.append((f"line {key.start_mark.line + 1}", f"{_TWICE}: {key.value}"))
                seen.add(key.value)
        return base.construct_mapping(self, node, deep)

    made: Any = type(
        "Loader", (base,), {"yaml_implicit_resolvers": {}, "construct_mapping": mapping}
    )
    for name, expression, starts in _CORE:
        tag = f"tag:yaml.org,2002:{name}"
        made.add_implicit_resolver(tag, re.compile(f"(?:{expression})$"), list(starts))
    for name, read in (
        ("int", _yaml_integer),
        ("float", _yaml_real),
        ("timestamp", str),
        ("merge", str),
    ):
        made.add_constructor(
            f"tag:yaml.org,2002:{name}",
            lambda loader, node, read=read: read(loader.construct_scalar(node)),
        )
    return made


def _yaml_integer(text: str) -> int | str:
    base = {"0o": 8, "0x": 16}.get(text[:2], 10)
    return int(text, base) if base != 10 else _integer(text)


def _yaml_real(text: str) -> float | str:
    return _real(re.sub(r"\.(?=inf|nan)", "", text, flags=re.IGNORECASE))


class _Budget:
    """Counts values: YAML aliases can expand a few lines into billions of values."""

    def __init__(self) -> None:
        self.left = 2_000_000


def _as_json(value: Any, depth: int, budget: _Budget) -> Any:
    """Turn YAML's values (numbers as keys, sets, aliases) into JSON values."""
    budget.left -= 1
    if depth > DEPTH_LIMIT or budget.left < 0:
        raise BadDocument("the document is nested too deeply, or its aliases multiply")
    if isinstance(value, dict):
        return {_key(key): _as_json(item, depth + 1, budget) for key, item in value.items()}
    if isinstance(value, (list, tuple, set)):
        return [_as_json(item, depth + 1, budget) for item in value]
    if isinstance(value, bytes):
        return value.decode("latin-1")
    if isinstance(value, str):
        return _whole(value)
    return value


def _whole(text: str) -> str:
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _key(key: Any) -> str:
    if isinstance(key, str):
        return _whole(key)
    if key is None or isinstance(key, bool):
        return json.dumps(key)
    return str(key)
