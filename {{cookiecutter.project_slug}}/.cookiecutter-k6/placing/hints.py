"""One line for each tool of the service that nothing in the suite can keep off the suite's files.

hints.json names the file that shows the tool, when the hint holds, and what to add there, or `to`
another file. Paths are from the root; with `beside`, from the folder of the file. A file that
mentions tests/load has been dealt with.
"""

from __future__ import annotations

import fnmatch
import json
import os
import re
from collections.abc import Iterable, Mapping
from typing import Any

from . import git
from .links import Look
from .steps import Action
from .tree import look as look_at

_MONOREPO = "tests/load/ci/monorepo.sh"
_WORKFLOWS = (".github/workflows/load-tests.yml", ".gitlab-ci.yml")


def for_tools(look: Look, folder: str, names: Iterable[str] = (), prefix: str = "") -> list[str]:
    """Return the hints for the tools of a service, or of the repository around it.

    folder: where hints.json is. names: what is in the folder that `look` looks into. prefix: path
    of the service in it, with a slash at the end. Rows with `here` are about the service's folder.
    """
    path = os.path.join(folder, "hints.json")
    if not os.path.isfile(path):
        return []
    with open(path, encoding="utf-8") as file:
        rows: list[dict[str, Any]] = json.load(file)
    return [
        _line(row, name, prefix)
        for row in rows
        if not (prefix and row.get("here"))
        for pattern in row["files"]
        for name in ([pattern] if "*" not in pattern else sorted(fnmatch.filter(names, pattern)))
        if _holds(row, name, look)
    ]


def _line(row: Mapping[str, Any], name: str, prefix: str) -> str:
    place = "../" * prefix.count("/") + row.get("to", name)
    up = "../" * name.count("/") if row.get("beside") else ""
    add = re.sub(r"\b(?=tests/load|scripts/load-test)", up + prefix, row["add"])
    return f"Hint: add to {place}:  {add}  ({row['why']})"


def _holds(row: Mapping[str, Any], name: str, look: Look) -> bool:
    text = _text(look, name)
    if not text or "tests/load" in text:
        return False
    if not re.search(row.get("if", ""), text):
        return False
    others: Mapping[str, str] = row.get("unless", {})
    return not any(re.search(pattern, _text(look, file)) for file, pattern in others.items())


def _text(look: Look, name: str) -> str:
    return look(name).content.decode("utf-8", "replace")


def for_namesakes(root: str, folder: str, slug: str) -> list[str]:
    """Return what to do about other suites of the repository that have the name of this one.

    folder: the project's folder in its repository; "" at the root, where nobody is asked.
    """
    if not folder:
        return []
    listing = ["ls-files", "-z", "--cached", "--others", "--exclude-standard", "--full-name"]
    answer = git.ask(root, [*listing, ":(top,glob)**/tests/load/package.json"])
    top = root.removesuffix(folder.rstrip("/").replace("/", os.sep))
    lines = []
    for path in os.fsdecode(answer.out).split("\0"):
        if not path or path.startswith(f"{folder}tests/"):
            continue
        found = look_at(top, path).content.decode("utf-8", "replace")
        if re.search(rf'"name"\s*:\s*"{re.escape(slug)}-load-tests"', found):
            other = path.removesuffix("tests/load/package.json")
            lines.append(
                f"Hint: {other} has a suite of the same name. Change the name in tests/load/package"
                ".json and PROJECT_SLUG in tests/load/suite.env: npm and metrics mix them up"
            )
    return lines


def for_monorepo(actions: Iterable[Action], folder: str) -> list[str]:
    """Return what to do about workflows that are not where a CI system looks for them.

    folder: the project's folder in its repository; "" at the root.
    """
    written = {action.path for action in actions if action.changes}
    if not folder or not written.intersection({*_WORKFLOWS, "tests/load/ci/gitlab.yml"}):
        return []
    return [
        "CI systems read workflows only at the root of the repository. To put copies there, run",
        f"  bash {_MONOREPO}",
    ]
