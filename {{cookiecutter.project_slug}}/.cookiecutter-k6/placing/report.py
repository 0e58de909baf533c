"""Tells the user what was or would be done. ASCII only: Windows consoles may not show more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from . import manifest
from .steps import Action

# verb -> its name in the summary, in the order of the summary.
VERBS = {
    "add": "added",
    "update": "updated",
    "merge": "merged with your changes",
    "move": "moved",
    "moved": "moved away",
    "aside": "your version saved as .yours",
    "yours": "your version is still there as .yours",
    "shim": "import shim added",
    "rewrite": "imports rewritten",
    "rewritten": "import rewritten",
    "stale": "imports a moved file",
    "served": "imports a moved file through a shim",
    "mode": "permissions changed",
    "extend": "extended",
    "undo": "reverted",
    "remove": "removed",
    "tidy": "cleaned up",
    "beside": "new version saved as .new",
    "offered": "new version is still there as .new",
    "kept": "kept",
    "left-out": "left out",
    "set-aside": "old manifest saved as",
    "skipped": "skipped",
    "ignored": "IGNORED by git",
    "blocked": "NOT placed",
}
# Always listed one by one. Other verbs are only counted, except in a dry run.
NOTEWORTHY = (
    "merge",
    "move",
    "aside",
    "yours",
    "rewritten",
    "stale",
    "extend",
    "undo",
    "remove",
    "beside",
    "offered",
    "kept",
    "left-out",
    "set-aside",
    "skipped",
    "ignored",
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


def advice(
    actions: Sequence[Action],
    rewrite: str,
    how_to_merge: str = "",
    manifest_path: str = manifest.PATH,
) -> list[str]:
    """Return what to do about .new and .yours files, and about old imports.

    rewrite: the environment variable that asks for imports to be rewritten. how_to_merge: the
    command that lets git merge, if it could not. manifest_path: where the manifest is.
    """
    verbs = {action.verb for action in actions}
    text = []
    if verbs & {"beside", "offered"}:
        text += [
            "Compare each .new file with yours, copy the changes you want, then delete it:",
            "  git diff --no-index FILE FILE.new",
        ]
    if "beside" in verbs and how_to_merge:
        text += [
            "Or let git merge them: delete the .new files, run these commands, then update again:",
            f"  {how_to_merge}",
            f"  git restore {manifest_path}",
        ]
    if verbs & {"aside", "yours"}:
        text += [
            "The suite uses the new version of each file that has a .yours file.",
            "Copy your changes to the new version, then delete the .yours file:",
            "  git diff --no-index FILE.yours FILE",
        ]
    if "stale" in verbs:
        text += [
            "Change the imports named above, or run this command again with",
            f"  {rewrite}=1",
        ]
    if "ignored" in verbs:
        text += [
            "A clone lacks the files that git ignores. Remove the rules named above, or run",
            "  git add -f FILE",
        ]
    return text
