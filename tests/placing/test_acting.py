"""Carrying out a plan: what depends on a step that failed is not done either."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest
from placing import run
from placing.act import Disk, Refusal, Workplace, carry_out
from placing.manifest import Manifest
from placing.steps import Action, Plan
from placing.tree import look


def test_what_needs_a_failed_step_is_left_however_long_the_chain(tmp_path: Path) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    (tmp_path / "a").write_text("saved by the user in the meantime")
    chain = [
        Action("add", "a", b"new"),
        Action("add", "b", b"new", needs="a"),
        Action("add", "c", b"new", needs="b"),
        Action("add", "d", b"new", needs="e"),
    ]
    place = Workplace(str(tmp_path), str(scratch), Disk())
    problems = carry_out(place, Plan(chain, Manifest(), Manifest()))
    assert problems == ["a: it changed while the template was running"]
    assert (tmp_path / "a").read_text().startswith("saved")
    assert not (tmp_path / "b").exists()
    assert not (tmp_path / "c").exists()
    assert (tmp_path / "d").read_text() == "new"


def test_only_ignore_files_that_are_written_decide_what_git_ignores() -> None:
    steps = [
        Action("add", "tests/load/.gitignore", b"results/"),
        Action("add", "tests/load/a.js", b"*"),
        Action("remove", ".gitignore", removes=True),
    ]
    assert run._ignore_files(steps) == {"tests/load/.gitignore": b"results/"}


class Elsewhere(Disk):
    """The project is on another disk than the scratch folder, and cannot be written to."""

    def __init__(self, *, full: bool = False) -> None:
        self.full = full

    def replace(self, source: str, target: str) -> None:
        if "ready-" in source:
            raise OSError(errno.EXDEV, os.strerror(errno.EXDEV), target)
        if self.full and target.endswith("a"):
            raise OSError(errno.ENOSPC, "No space left on device", target)
        super().replace(source, target)


@pytest.mark.parametrize("full", [False, True])
def test_a_copy_across_disks_leaves_no_half_file_behind(tmp_path: Path, full: bool) -> None:
    root = tmp_path / "project"
    for folder in (root, tmp_path / "scratch"):
        folder.mkdir()
    (root / "a.cookiecutter-k6").write_text("of a run that died")
    place = Workplace(str(root), str(tmp_path / "scratch"), Elsewhere(full=full))
    steps = [Action("add", "a", b"new", executable=True), Action("add", "b", b"new")]
    problems = carry_out(place, Plan(steps, Manifest(), Manifest()))
    assert problems == ["a: No space left on device"] * full
    assert {path.name for path in root.iterdir()} == {*("a" * (not full)), "b", "tests"}
    assert full or (root / "a").stat().st_mode & 0o100


def test_a_file_keeps_its_owner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "scratch").mkdir()
    for name in ("theirs", "mine"):
        (tmp_path / name).write_text("old")
    stat = os.lstat

    def lstat(path: str) -> os.stat_result:
        found = stat(path)
        is_theirs = os.path.basename(path) == "theirs"
        owner = (found.st_uid + is_theirs, found.st_gid)
        return os.stat_result((*found[:4], *owner, *found[6:]))

    given: list[tuple[int, int]] = []
    monkeypatch.setattr(os, "lstat", lstat)
    monkeypatch.setattr(os, "chown", lambda _path, *owner: given.append(owner))
    steps = [
        Action("update", name, b"new", 0o644, expected=look(str(tmp_path), name))
        for name in ("theirs", "mine")
    ]
    place = Workplace(str(tmp_path), str(tmp_path / "scratch"), Disk())
    assert carry_out(place, Plan(steps, Manifest(), Manifest())) == []
    assert given == [(os.getuid() + 1, (tmp_path / "mine").stat().st_gid)]
    assert (tmp_path / "theirs").read_text() == "new"


def test_the_last_file_of_nested_folders_takes_them_along(tmp_path: Path) -> None:
    (tmp_path / "scratch").mkdir()
    for name in ("tests/load/a/b/c/d.js", "tests/load/e/f/g.js", "tests/load/e/h.js"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x")
    where = str(tmp_path)
    gone = ("tests/load/a/b/c/d.js", "tests/load/e/f/g.js")
    steps = [Action("remove", path, expected=look(where, path), removes=True) for path in gone]
    # A folder that a step has just removed is made again for the next one.
    steps.append(Action("add", "tests/load/e/f/i.js", b"x"))
    place = Workplace(where, str(tmp_path / "scratch"), Disk())
    assert carry_out(place, Plan(steps, Manifest(), Manifest())) == []
    left = sorted(path.name for path in (tmp_path / "tests/load").rglob("*"))
    assert left == [".cookiecutter-k6", "e", "f", "h.js", "i.js"]


@pytest.mark.skipif(os.name != "posix", reason="permission bits")
def test_a_folder_without_permission_is_named_before_anything_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "scratch").mkdir()
    closed = str(tmp_path / "docs")
    os.mkdir(closed)
    access = os.access
    monkeypatch.setattr(os, "access", lambda path, mode: path != closed and access(path, mode))
    steps = [Action("add", "a", b"x"), Action("add", "docs/new/b", b"x")]
    place = Workplace(str(tmp_path), str(tmp_path / "scratch"), Disk())
    with pytest.raises(Refusal, match="cannot write docs/new/b: no permission to change the"):
        carry_out(place, Plan(steps, Manifest(), Manifest()))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["docs", "scratch"]
