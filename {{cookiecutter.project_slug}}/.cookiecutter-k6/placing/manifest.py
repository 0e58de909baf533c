"""The manifest of the suite: tests/load/.cookiecutter-k6, in JSON.

Its name has no extension, so that no formatter takes it for its own: cookiecutter reads it as YAML,
which forbids tabs. Earlier versions called it .cookiecutter-k6.json; where it has that name, it
keeps it, because people have the update command in their scripts.

It is deterministic (sorted, no times, no absolute paths), so it changes only when the suite does.
It is also a cookiecutter `--config-file`: `default_context` holds the answers. The stored slug is
always `.`, because an update runs in the project folder, whatever its name is.

A manifest that cannot be trusted (malformed, in a newer format, or with paths outside the project)
raises Unusable. The run then counts as the first one: nothing is overwritten.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from .jsontext import read_json, same_json

PATH = "tests/load/.cookiecutter-k6"
OLD_PATH = f"{PATH}.json"
FORMAT = 1
SECTION = "cookiecutter_k6"
ABOUT = "Files placed by cookiecutter-k6. Commit this file and do not edit it: updates read it."

_MODES = {"100644": False, "100755": True}


class Unusable(Exception):
    """The manifest cannot be trusted; the message says why."""


class Entry(NamedTuple):
    """One file of the suite.

    blob: git blob id of the template text that was last placed or offered.
    executable: whether that text was executable.
    ancestor: that text itself, if the user's git cannot know it (after a merge or an offer).
    foreign: whether the file in the project did not come from the template; it is never merged.
    offer: path of the .new file that holds the text, if there is one.
    shim: whether it is a module at the old path of a moved one, to keep old imports working.
    """

    blob: str
    executable: bool = False
    ancestor: str | None = None
    foreign: bool = False
    offer: str = ""
    shim: bool = False


class Pending(NamedTuple):
    """A pending step of an unfinished run.

    placed: blob id of the content to write; "" to remove the file.
    entry: the manifest entry of the path after the step.
    moved_from, source: for a renamed file, its old path and the blob id of its content there.
    """

    placed: str
    entry: Entry | None
    moved_from: str = ""
    source: str = ""


Record = dict[str, str]


class Manifest(NamedTuple):
    """The whole manifest.

    additions: additions to files of the service, by path. yours: .yours file -> the file of the
    suite that replaced it. path: where the manifest is.
    """

    version: str = ""
    slug: str = ""
    answers: Mapping[str, Any] = {}
    files: Mapping[str, Entry] = {}
    additions: Mapping[str, Record] = {}
    pending: Mapping[str, Pending] = {}
    pending_additions: Mapping[str, Record] = {}
    yours: Mapping[str, str] = {}
    path: str = PATH


def is_safe_path(path: object) -> bool:
    """Tell whether a path stays inside the project on every system.

    >>> is_safe_path("tests/load/suite.env"), is_safe_path("../x"), is_safe_path("C:/x")
    (True, False, False)
    """
    if not isinstance(path, str) or not path or re.search(r'[\\:*?"<>|\x00-\x1f]', path):
        return False
    return all(part not in {"", ".", ".."} for part in path.split("/"))


def dumps(manifest: Manifest) -> bytes:
    """Serialize a manifest; equal manifests give equal bytes."""
    section: dict[str, Any] = {
        "about": ABOUT,
        "format": FORMAT,
        "version": manifest.version,
        "slug": manifest.slug,
        "files": {path: _entry_line(entry) for path, entry in sorted(manifest.files.items())},
    }
    optional = {
        "foreign": sorted(path for path, entry in manifest.files.items() if entry.foreign),
        "shims": sorted(path for path, entry in manifest.files.items() if entry.shim),
        "offers": {
            path: entry.offer for path, entry in sorted(manifest.files.items()) if entry.offer
        },
        "ancestors": {
            path: entry.ancestor
            for path, entry in sorted(manifest.files.items())
            if entry.ancestor is not None
        },
        "additions": _sorted_records(manifest.additions),
        "yours": dict(sorted(manifest.yours.items())),
        "pending": {path: _dump_pending(item) for path, item in sorted(manifest.pending.items())},
        "pending_additions": _sorted_records(manifest.pending_additions),
    }
    section.update({name: value for name, value in optional.items() if value})
    answers = {**manifest.answers, "project_slug": "."}
    document = {"default_context": answers, SECTION: section}
    # Not ASCII-only: YAML, which cookiecutter reads config files as, has no surrogate pairs.
    return (json.dumps(document, indent=2, ensure_ascii=False) + "\n").encode("utf-8")


def says(content: bytes, manifest: Manifest) -> bool:
    """Tell whether a file says what a manifest says, however a formatter has laid it out."""
    return same_json(content, dumps(manifest))


def loads(content: bytes) -> Manifest:
    """Parse a manifest; raise Unusable if anything in it does not match the format."""
    try:
        document = read_json(content)
        section = document[SECTION]
        if section["format"] != FORMAT:
            raise Unusable(f"it has format {section['format']!r}, this template writes {FORMAT}")
        return Manifest(
            version=_text(section["version"]),
            slug=_text(section["slug"]),
            answers=dict(document["default_context"]),
            files=_load_files(section),
            additions=_load_records(section.get("additions", {})),
            pending={
                _path(path): _load_pending(item)
                for path, item in section.get("pending", {}).items()
            },
            pending_additions=_load_records(section.get("pending_additions", {})),
            yours={_path(place): _path(path) for place, path in section.get("yours", {}).items()},
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise Unusable("it is not a manifest of this template") from error


def _entry_line(entry: Entry) -> str:
    return f"{'100755' if entry.executable else '100644'} {entry.blob}"


def _load_files(section: Mapping[str, Any]) -> dict[str, Entry]:
    ancestors = section.get("ancestors", {})
    foreign = section.get("foreign", [])
    shims = section.get("shims", [])
    offers = section.get("offers", {})
    return {
        _path(path): _load_line(line)._replace(
            ancestor=_text(ancestors[path]) if path in ancestors else None,
            foreign=path in foreign,
            shim=path in shims,
            offer=_path(offers[path]) if path in offers else "",
        )
        for path, line in section["files"].items()
    }


def _load_line(line: object) -> Entry:
    mode, blob = _text(line).split(" ")
    if not re.fullmatch(r"[0-9a-f]{40}", blob):
        raise ValueError(blob)
    return Entry(blob, _MODES[mode])


def _dump_pending(item: Pending) -> dict[str, Any]:
    dumped: dict[str, Any] = {"placed": item.placed}
    if item.entry is not None:
        dumped["entry"] = _entry_line(item.entry)
        if item.entry.ancestor is not None:
            dumped["ancestor"] = item.entry.ancestor
        if item.entry.foreign:
            dumped["foreign"] = True
        if item.entry.shim:
            dumped["shim"] = True
        if item.entry.offer:
            dumped["offer"] = item.entry.offer
    if item.moved_from:
        dumped.update(moved_from=item.moved_from, source=item.source)
    return dumped


def _load_pending(item: Mapping[str, Any]) -> Pending:
    entry = None
    if "entry" in item:
        ancestor = _text(item["ancestor"]) if "ancestor" in item else None
        entry = _load_line(item["entry"])._replace(
            ancestor=ancestor,
            foreign=item.get("foreign") is True,
            shim=item.get("shim") is True,
            offer=_path(item["offer"]) if "offer" in item else "",
        )
    moved_from = _path(item["moved_from"]) if "moved_from" in item else ""
    return Pending(_text(item["placed"]), entry, moved_from, _text(item.get("source", "")))


def _sorted_records(records: Mapping[str, Record]) -> dict[str, Record]:
    return {path: dict(sorted(record.items())) for path, record in sorted(records.items())}


def _load_records(records: Mapping[str, Any]) -> dict[str, Record]:
    return {
        _path(path): {_text(key): _text(value) for key, value in record.items()}
        for path, record in records.items()
    }


def _path(path: object) -> str:
    if not is_safe_path(path):
        raise Unusable(f"it names a path outside the project: {path!r}")
    return str(path)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    return value
