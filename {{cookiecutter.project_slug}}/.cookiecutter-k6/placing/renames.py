"""Finds the new paths of files of older templates, by the rows of renames.json.

A row is `[old path, new path]`. The rows are in the order in which the template made the moves.

- A path that ends with a slash means every file below that folder.
- Two rows with the same new path: the files were joined. The first one is merged into it.
- Two rows with the same old path: the file was split. The edits move to the first new path.
- Rows can be chained: a file that moved twice is found from either of its old paths.

An old path must not be used again for something else.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

Row = tuple[str, str]


class Renames:
    """The moves up to this generation.

    rows: see above. suite: the template's current paths.
    """

    def __init__(self, rows: Sequence[Row], suite: Collection[str]) -> None:
        self._rows = rows
        self._suite = suite
        self._known: dict[str, list[str]] = {}

    def heirs(self, path: str) -> list[str]:
        """Return the new paths of an old path; [] if it did not move.

        >>> Renames([("a.js", "b.js"), ("b.js", "lib/c.js")], {"lib/c.js"}).heirs("a.js")
        ['lib/c.js']
        """
        if path not in self._known:
            self._known[path] = self._find_heirs(path)
        return self._known[path]

    def module_heirs(self, path: str) -> list[str]:
        """Return the same for the target of an import: `x.js` may refer to the types in `x.d.ts`.

        >>> Renames([("x.d.ts", "types/x.d.ts")], {"types/x.d.ts"}).module_heirs("x.js")
        ['types/x.js']
        """
        found = self.heirs(path)
        if found or path in self._suite or not path.endswith(".js"):
            return found
        types = self.heirs(as_types(path))
        return [heir.removesuffix(".d.ts") + ".js" for heir in types if heir.endswith(".d.ts")]

    def order(self, path: str) -> int:
        """Return the index of the first row about an old path."""
        rows = enumerate(self._rows)
        return next((i for i, row in rows if _step(path, *row)), len(self._rows))

    def _find_heirs(self, path: str) -> list[str]:
        if path in self._suite:
            return []
        reached = [path]
        for earlier, later in self._rows:
            for at in list(reached):
                moved = _step(at, earlier, later)
                if moved and moved not in reached and at not in self._suite:
                    reached.append(moved)
        return [at for at in reached if at in self._suite]


def as_types(module: str) -> str:
    """Return the path of the types of a JavaScript module."""
    return module.removesuffix(".js") + ".d.ts"


def _step(path: str, earlier: str, later: str) -> str:
    """Apply one row to a path; return "" if the row is about something else."""
    if earlier.endswith("/"):
        return later + path[len(earlier) :] if path.startswith(earlier) else ""
    return later if path == earlier else ""
