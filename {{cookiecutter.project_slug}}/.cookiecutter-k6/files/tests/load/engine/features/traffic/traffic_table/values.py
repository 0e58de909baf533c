"""Values of a journey: what stands where a recorded value stood, with the evidence for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .slots import Part
from .texts import clean, slug

Definition = dict[str, Any]

KINDS = {
    "from": "link",
    "data": "data",
    "user": "user",
    "setting": "secret",
    "new": "made anew",
    "same": "as recorded",
}
"""Keys of definitions -> words for people."""


@dataclass
class Values:
    """The values of a journey by name, in the order in which they were found.

    Attributes:
        defined: name -> what it is, such as `{"from": 2, "where": {...}}` or `{"new": "uuid"}`.
        evidence: name -> why, one line.
        rows: column -> value of the first data row.
        recorded: name -> what was recorded; only for values that are no secrets.
    """

    defined: dict[str, Definition] = field(default_factory=dict)
    evidence: dict[str, str] = field(default_factory=dict)
    rows: dict[str, str] = field(default_factory=dict)
    recorded: dict[str, str] = field(default_factory=dict)
    forced: Mapping[str, Any] = field(default_factory=dict)

    def add(self, key: str, definition: Definition, why: str, recorded: str = "") -> Part:
        """Define a value and return the part of a template that stands for it.

        The user's word counts: `forced` (of the overrides) names values and what they are.
        """
        name = self._free(slug(key))
        if "data" in definition:
            definition = {"data": name}
            self.rows[name] = recorded
        self.defined[name] = definition
        self.evidence[name] = clean(why, 160)
        own = self.forced.get(name)
        if own is not None:
            self._force(name, own, recorded)
        return {"v": name}

    def _force(self, name: str, own: Any, recorded: str) -> None:
        self.evidence[name] += " (by the overrides)"
        if own == "recorded":
            self.defined[name] = {"same": recorded}
        elif own == "data":
            self.defined[name] = {"data": name}
            self.rows[name] = recorded
        elif isinstance(own, str):
            self.defined[name] = {"new": own, "like": recorded}
        else:
            self.defined[name] = {"same": str(own.get("value", ""))}

    def _free(self, name: str) -> str:
        if name not in self.defined and name != "base":
            return name
        number = 2
        while f"{name}-{number}" in self.defined:
            number += 1
        return f"{name}-{number}"

    def used(self, parts: Any) -> list[str]:
        """Return the names of values in a template."""
        return [part["v"] for part in parts or [] if isinstance(part, dict) and part["v"] != "base"]
