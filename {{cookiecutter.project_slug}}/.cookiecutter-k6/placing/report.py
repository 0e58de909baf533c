"""Tells the user what was or would be done. ASCII only: a Windows console may know no more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .plan import Action

# verb -> what the summary calls it; the order is that of the summary.
VERBS = {
    "add": "added",
    "update": "updated",
    "merge": "merged with your changes",
    "move": "moved",
    "moved": "moved away",
    "mode": "permissions changed",
    "extend": "extended",
    "undo": "taken back",
    "remove": "removed",
    "tidy": "cleared away",
    "beside": "new version put beside yours",
    "offered": "new version is beside yours",
    "kept": "kept",
    "left-out": "left out",
    "set-aside": "old manifest saved as",
    "skipped": "skipped",
    "blocked": "NOT placed",
}
# Always listed one by one; the rest only counts, unless the run is a dry one.
NOTEWORTHY = (
    "merge",
    "move",
    "extend",
    "undo",
    "remove",
    "beside",
    "offered",
    "kept",
    "left-out",
    "set-aside",
    "skipped",
    "blocked",
)


def lines(actions: Sequence[Action], *, everything: bool) -> list[str]:
    """Return one line for each action that the reader should see."""
    shown = [a for a in actions if everything or a.verb in NOTEWORTHY]
    width = max((len(VERBS[a.verb]) for a in shown), default=0)
    return [
        f"  {VERBS[a.verb]:<{width}}  {a.path}" + (f"  ({a.note})" if a.note else "")
        for a in sorted(shown, key=lambda a: (list(VERBS).index(a.verb), a.path))
    ]


def counts(actions: Sequence[Action]) -> str:
    """Return "3 added, 1 updated", or "nothing to do" when no step is a change."""
    if not any(action.changes for action in actions):
        return "nothing to do"
    numbers = {verb: sum(a.verb == verb and a.changes for a in actions) for verb in VERBS}
    return ", ".join(f"{number} {VERBS[verb]}" for verb, number in numbers.items() if number)


def changed_answers(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """Return one line for each answer that differs from the run before."""
    return [
        f"  {name}: {before[name]!a} -> {value!a}"
        for name, value in now.items()
        if name != "project_slug" and name in before and before[name] != value
    ]


def advice(actions: Sequence[Action]) -> list[str]:
    """Return what to do about new versions that stand beside the user's files."""
    if not any(action.verb in {"beside", "offered"} for action in actions):
        return []
    return [
        "Compare each .new file with yours, take over what you want, then delete it:",
        "  git diff --no-index FILE FILE.new",
    ]
