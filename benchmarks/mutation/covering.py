"""The tests that run a line of Python: the first to notice a change of it.

A change is judged by these in a second or two, where all tests of an area take a minute.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import coverage

from benchmarks.mutation.recording import NO_TEST

LONGEST = 200
"""Characters of a test's name; parameters that are whole texts do not fit on a command line."""

MOST_TESTS, MOST_SECONDS = 200, 25.0


@dataclass
class Covering:
    """What was recorded.

    Attributes:
        tests: file, from the root of the repository, and line -> tests.
        lasted: test -> seconds.
    """

    tests: dict[tuple[str, int], set[str]] = field(default_factory=dict)
    lasted: dict[str, float] = field(default_factory=dict)

    @classmethod
    def read(cls, folder: Path, root: Path) -> Covering:
        """Read what `recording.py` wrote to a folder, for files below a root."""
        made = cls()
        for path in folder.glob("lasted.*.json"):
            made.lasted.update(json.loads(path.read_text(encoding="utf-8")))
        for path in folder.glob("lines.*"):
            data = coverage.CoverageData(str(path))
            data.read()
            for file in data.measured_files():
                name = Path(file).relative_to(root).as_posix()
                for line, tests in data.contexts_by_lineno(file).items():
                    known = made.tests.setdefault((name, line), set())
                    known.update(tests)
        return made

    def near(self, name: str, line: int, until: int) -> list[str]:
        """Return tests of a line, quick ones and different ones first; none if there are none.

        Args:
            name: file, from the root of the repository.
            line: where the change is; a statement counts as its first line.
            until: how many lines before this one may be the statement's first.
        """
        for at in range(line, max(0, line - until), -1):
            if found := self.tests.get((name, at)):
                return self._chosen(found - {NO_TEST})
        return []

    def _chosen(self, tests: Iterable[str]) -> list[str]:
        """Return the quickest test of each function, then the second of each, within limits."""
        known = sorted((self.lasted[test], test) for test in tests if test in self.lasted)
        rank: Counter[str] = Counter()
        ranked = []
        for seconds, test in known:
            function = test.partition("[")[0]
            rank[function] += 1
            ranked.append((rank[function], seconds, argument_of(test)))
        chosen: dict[str, None] = {}
        left = MOST_SECONDS
        for _, seconds, test in sorted(ranked):
            left -= seconds
            if chosen and (left < 0 or len(chosen) >= MOST_TESTS):
                break
            chosen[test] = None
        return list(chosen)


def argument_of(test: str) -> str:
    """Return a test as pytest takes it, without the group that pytest-xdist adds to its name.

    The whole function stands for a test with a long parameter, or with the sign of groups in it.
    """
    function, bracket, parameter = test.partition("[")
    if not bracket:
        return test.partition("@")[0]
    inner, closed, group = parameter.rpartition("]")
    whole = closed and (not group or group.startswith("@"))
    return f"{function}[{inner}]" if whole and len(test) < LONGEST else function
