"""What is found at a path of the project, and what is in the way."""

from __future__ import annotations

import os
from pathlib import Path

from placing.tree import look


def test_parents_that_are_no_folders_of_the_project_are_named(tmp_path: Path) -> None:
    root = tmp_path / "project"
    (root / "real" / "inner").mkdir(parents=True)
    (tmp_path / "elsewhere").mkdir()
    (root / "real" / "file").write_text("x")
    for name, target in {"out": tmp_path / "elsewhere", "in": root / "real"}.items():
        (root / name).symlink_to(target)
    (root / "broken").symlink_to(root / "nothing")
    where = os.path.realpath(root)
    assert {path: look(where, path).why for path in ("out/a", "broken/a", "real/file/a")} == {
        "out/a": "out is a link out of the project",
        "broken/a": "broken is a broken link",
        "real/file/a": "real/file is not a folder",
    }
    kinds = {"out": "link", "real": "folder", "in/file": "file", "in/a": "absent", "x/y": "absent"}
    assert {path: look(where, path).kind for path in kinds} == kinds
