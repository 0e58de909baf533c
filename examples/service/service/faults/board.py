"""The active faults, their values, and the requests they apply to."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from service.faults.table import FAULTS, Fault

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from service.faults.values import Parameter, Value
    from service.settings import Paths


class FaultError(ValueError):
    """An invalid fault; the message lists the accepted values."""


@dataclass
class ActiveFault:
    """A fault that is switched on.

    Attributes:
        values: its value (under its own name) and all parameters.
        paths: the paths it applies to; empty means all.
        since: time of the monotonic clock when it was switched on.
        met: requests on its paths so far; hits: requests that it was applied to.
    """

    fault: Fault
    values: dict[str, Value]
    paths: tuple[str, ...]
    since: float = field(default_factory=time.monotonic)
    met: int = 0
    hits: int = 0
    memory: dict[str, Any] = field(default_factory=dict)
    # A fixed seed, so that a failing test with a rate fails again.
    chance: random.Random = field(default_factory=lambda: random.Random(1))  # noqa: S311

    def chosen(self, method: str, path: str) -> bool:
        """Count a request, and tell whether the fault applies to it."""
        if self.paths and not any(_covers(own, path) for own in self.paths):
            return False
        methods = str(self.values["method"])
        if methods and method not in methods.upper().split("|"):
            return False
        self.met += 1
        if self.met <= int(self.values["skip"]):
            return False
        if 0 < int(self.values["count"]) <= self.hits:
            return False
        rate = float(self.values["rate"])
        if rate < 1 and self.chance.random() >= rate:
            return False
        self.hits += 1
        return True


class Board:
    """All switches of one service.

    Args:
        paths: the well-known paths, for faults that belong to one of them.

    Example:
        >>> board = Board(Paths("/api/v1"))
        >>> board.change({"slow": {"value": 300, "only": "/api/v1/items"}, "late": None})
    """

    def __init__(self, paths: Paths) -> None:
        self._known = {fault.name: fault for fault in FAULTS}
        self._paths = paths
        self._active: dict[str, ActiveFault] = {}
        self.pauses: list[ActiveFault] = []
        self.answers: list[ActiveFault] = []
        self.sockets: list[ActiveFault] = []

    def add_specs(self, specs: Iterable[str]) -> None:
        """Switch faults on from texts ``name[=value][,parameter=value...]``, at the start.

        Raises:
            FaultError: unknown name, unknown parameter, or an invalid value.
        """
        for spec in specs:
            name, raw = _split(spec)
            self._active[name] = self._made(name, raw)
        self._sort()

    def change(self, wanted: Mapping[str, Any]) -> None:
        """Switch the named faults on or off, at run time; others stay as they are.

        Args:
            wanted: by name: True, a value, a text as on the command line without the name, or
                ``{"value": ..., parameter: ...}``; False or None switches it off.

        Raises:
            FaultError: something is invalid; nothing was changed.
        """
        changed = {name: self._wanted(name, value) for name, value in wanted.items()}
        for name, active in changed.items():
            self._active.pop(name, None)
            if active:
                self._active[name] = active
        self._sort()

    def clear(self) -> None:
        """Switch all faults off."""
        self._active.clear()
        self._sort()

    def setting(self, name: str, usual: Value, parameter: str = "") -> Value:
        """Return the value of a fault, or of its parameter; ``usual`` if the fault is off."""
        active = self._active.get(name)
        return active.values[parameter or name] if active else usual

    def report(self) -> dict[str, Any]:
        """Return the active faults as JSON data: values, paths, number of affected requests."""
        return {
            name: {
                **active.values,
                "paths": list(active.paths),
                "hits": active.hits,
            }
            for name, active in self._active.items()
        }

    def _wanted(self, name: str, value: Any) -> ActiveFault | None:
        fault = self._fault(name)
        if fault.stage == "start":
            raise FaultError(f"{name} works only from the start: python -m service --fault {name}")
        if value is None or value is False:
            return None
        return self._made(name, _raw_of(name, value))

    def _fault(self, name: str) -> Fault:
        if name not in self._known:
            raise FaultError(f"unknown fault {name!r}: expected one of {', '.join(self._known)}")
        return self._known[name]

    def _made(self, name: str, raw: Mapping[str, str]) -> ActiveFault:
        fault = self._fault(name)
        parameters = {parameter.name: parameter for parameter in fault.all_parameters}
        unknown = [key for key in raw if key not in parameters]
        if unknown:
            known = ", ".join(key for key in parameters if key != name)
            raise FaultError(f"{name} has no parameter {unknown[0]!r}: expected one of {known}")
        values = {
            key: _value(fault, parameter, raw.get(key)) for key, parameter in parameters.items()
        }
        return ActiveFault(fault, values, self._where(fault, values))

    def _where(self, fault: Fault, values: Mapping[str, Value]) -> tuple[str, ...]:
        only = str(values.get("only", ""))
        if only:
            return tuple(only.split("|"))
        return fault.where(self._paths) if fault.where else ()

    def _sort(self) -> None:
        """Keep the order of the table, so that combinations of faults are deterministic."""
        ordered = [self._active[name] for name in self._known if name in self._active]
        self.pauses = [active for active in ordered if active.fault.stage == "pause"]
        self.answers = [active for active in ordered if active.fault.stage == "answer"]
        self.sockets = [active for active in ordered if active.fault.stage == "socket"]


def _covers(own: str, path: str) -> bool:
    if own == "/":
        return path == "/"
    return path == own or path.startswith(own.rstrip("/") + "/")


def _split(spec: str) -> tuple[str, dict[str, str]]:
    """Return the name and the texts of the values of ``name[=value][,parameter=value...]``."""
    head, *rest = (part.strip() for part in spec.split(","))
    name, equals, value = head.partition("=")
    raw = {name: value} if equals else {}
    for part in rest:
        key, _, text = part.partition("=")
        raw[key] = text if "=" in part else "true"
    return name, raw


def _raw_of(name: str, value: Any) -> dict[str, str]:
    """Return the values of a fault from JSON as texts."""
    if isinstance(value, dict):
        named = {name if key == "value" else key: _text(inner) for key, inner in value.items()}
        return {key: text for key, text in named.items() if text is not None}
    if value is True:
        return {}
    if isinstance(value, str):
        return _split(f"{name}={value}")[1]
    return {name: str(value)}


def _text(value: Any) -> str | None:
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (list, tuple)):
        return "|".join(str(inner) for inner in value)
    return str(value)


def _value(fault: Fault, parameter: Parameter, raw: str | None) -> Value:
    if raw is None:
        if parameter.default is None:
            raise FaultError(f"{fault.name} needs {parameter.name}: {parameter.kind.accepts}")
        return parameter.default
    try:
        return parameter.kind.read(raw)
    except ValueError:
        what = fault.name if parameter.name == fault.name else f"{fault.name},{parameter.name}"
        raise FaultError(f"{what}={raw} is invalid: expected {parameter.kind.accepts}") from None
