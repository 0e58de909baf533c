"""Reads a document from a file or a URL. A URL is fetched only because the user gave it."""

from __future__ import annotations

import functools
import hashlib
import http.client
import json
import math
import os
import re
import threading
import time
import urllib.error
import urllib.request
import zlib
from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple
from urllib.parse import urlsplit, urlunsplit

from . import files
from .document import BadDocument

SIZE_LIMIT = 64 * 1024 * 1024  # bytes; the largest public documents have about 12 million
TIME_LIMIT = 20.0  # seconds for a whole download
DEPTH_LIMIT = 200
_TWICE = "a key that stands twice in one object, of which only the last counts"
_DIGITS = 300  # of a whole number; a double holds 308
_CHUNK = 65536
_ELSEWHERE = re.compile(rb"\$ref[\"']?\s*:\s*[\"']?[^#\s\"']")
_HALF = re.compile(r"\\u[dD][89a-fA-F]")


class Source(NamedTuple):
    """A document as it was read. label: where from, without credentials. digest: of its bytes.

    notes: (place, what) of what was noticed while reading.
    """

    root: Any
    label: str
    digest: str
    notes: Sequence[tuple[str, str]] = ()


def is_url(text: str) -> bool:
    """Tell whether a source is fetched over HTTP."""
    return re.match(r"https?://", text, re.IGNORECASE) is not None


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


def without_credentials(url: str) -> str:
    """Return a URL without user, password and query, which may hold tokens."""
    if not is_url(url):
        return url
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))


class _HttpOnly(urllib.request.HTTPRedirectHandler):
    """Follows redirects, but to http and https only: never to a file of this machine."""

    def redirect_request(
        self, req: Any, fp: Any, code: int, msg: str, headers: Any, newurl: str
    ) -> Any:
        """Refuse any other scheme."""
        if not is_url(newurl):
            raise BadDocument(
                f"the answer redirects to {newurl.partition(':')[0]}:, not to http(s)"
            )
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def fetch(url: str) -> bytes:
    """Download a document; raise BadDocument when it fails, is too large or takes too long."""
    # A server that drips its headers byte by byte gets by every time limit of a socket.
    results: list[bytes | BadDocument] = []
    worker = threading.Thread(target=lambda: results.append(_outcome(url)), daemon=True)
    worker.start()
    worker.join(TIME_LIMIT + 2)
    if not results:
        raise BadDocument(f"{without_credentials(url)} took longer than {TIME_LIMIT:.0f} s")
    if isinstance(results[0], BadDocument):
        raise results[0]
    return results[0]


def _outcome(url: str) -> bytes | BadDocument:
    shown = without_credentials(url)
    try:
        return _unpacked(_download(url, shown), shown)
    except BadDocument as problem:
        return problem
    except urllib.error.HTTPError as error:
        error.close()
        return BadDocument(f"{shown} answered with status {error.code}")
    except (OSError, ValueError, ArithmeticError) as error:
        return BadDocument(f"{shown} cannot be fetched: {getattr(error, 'reason', None) or error}")
    except (http.client.HTTPException, zlib.error) as error:
        return BadDocument(f"{shown} gave no proper answer: {type(error).__name__}")


def _download(url: str, shown: str) -> bytes:
    deadline = time.monotonic() + TIME_LIMIT
    accept = {"Accept": "application/json, application/yaml;q=0.9, */*;q=0.5"}
    content = bytearray()
    opener = urllib.request.build_opener(_HttpOnly)
    request = urllib.request.Request(url, headers=accept)
    with opener.open(request, timeout=TIME_LIMIT / 2) as answer:
        while chunk := answer.read1(_CHUNK):
            content += chunk
            if len(content) > SIZE_LIMIT:
                raise BadDocument(f"{shown} is larger than {SIZE_LIMIT // 1024 // 1024} MB")
            if time.monotonic() > deadline:
                raise BadDocument(f"{shown} took longer than {TIME_LIMIT:.0f} s")
        missing = answer.length
    if missing:
        raise BadDocument(f"{shown} ended {missing} bytes early")
    return bytes(content)


def _unpacked(content: bytes, shown: str) -> bytes:
    """Unpack what came as gzip although nobody asked for it."""
    if content[:2] != b"\x1f\x8b":
        return content
    unpacker = zlib.decompressobj(wbits=31)
    unpacked = unpacker.decompress(content, SIZE_LIMIT + 1)
    if len(unpacked) > SIZE_LIMIT:
        raise BadDocument(f"{shown} is larger than {SIZE_LIMIT // 1024 // 1024} MB")
    return unpacked


def parse(content: bytes, notes: list[tuple[str, str]] | None = None) -> Any:
    """Parse JSON, or YAML when it is none; raise BadDocument with the line of the problem.

    notes: gets (place, what) for keys that stand twice in an object.
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
                # Escapes can make halves of characters, which nothing can send or write.
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
    raise ValueError(f"{name} is no JSON number")


def _real(text: str) -> float | str:
    """Read a number; one that no computer holds (1e999) stays a text, which fits nothing."""
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


# What plain texts are in YAML 1.2, which OpenAPI asks for: `on` and `2024-01-31` are texts.
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
    """Return a safe loader of YAML 1.2, from PyYAML's of YAML 1.1."""

    def mapping(self: Any, node: Any, deep: bool = False) -> Any:
        seen: set[str] = set()
        first, last = node.start_mark.index, node.end_mark.index
        for key, _ in node.value:
            # What `<<` brought in stands elsewhere, and may be replaced.
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
    """Counts values: YAML aliases can make a few lines into billions of them."""

    def __init__(self) -> None:
        self.left = 2_000_000


def _as_json(value: Any, depth: int, budget: _Budget) -> Any:
    """Turn what YAML made (numbers as keys, sets, aliases) into what JSON has."""
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
