"""A run that dies at any of its changes, and what the next run makes of it."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from placing.act import Disk, Refusal

from tests.support.faults import FullDisk
from tests.support.small_template import MANIFEST, Killed, Project, Unfinished

A = "tests/load/lib/a.js"


def full_of_life(project: Project) -> None:
    """Make a project in which the next version meets every row of the table."""
    project.generate(0, auth="login", include_claude_md=True)
    project.commit()
    for path in (A, "tests/load/lib/old.js", "tests/load/lib/auth.js"):
        project.write(path, b"// user-1\n" + project.read(path))
    project.path("tests/load/lib/back.js").unlink()
    project.write("tests/load/lib/late.js", b"user-2\n")
    project.write("package.json", b'{\n  "name": "svc"\n}\n')


def every_step(run: Callable[[int], bool]) -> int:
    """Call `run` with 0, 1, 2... until it says that it did not die; return how often it died."""
    for step in range(500):
        if not run(step):
            return step
    pytest.fail("it never ends")


def test_the_same_template_again_ends_like_an_undisturbed_run(project: Project) -> None:
    full_of_life(project)
    undisturbed = project.copy()
    undisturbed.generate(1, auth="none")
    expected = undisturbed.timeless()
    undisturbed.close()

    def run(step: int) -> bool:
        twin = project.copy()
        died = twin.kill(1, step, auth="none")
        assert {b"user-1", b"user-2"} <= twin.marks()
        twin.generate(1, auth="none")
        assert twin.timeless() == expected, step
        twin.close()
        return died

    assert every_step(run) > 15


@pytest.mark.slow
def test_a_newer_template_ends_as_if_the_dead_run_had_ended_or_never_begun(
    project: Project,
) -> None:
    full_of_life(project)
    direct, after_all = project.copy(), project.copy()
    direct.generate(3, auth="login")
    after_all.generate(1, auth="none")
    after_all.generate(3, auth="login")
    outcomes = (direct.timeless(), after_all.timeless())
    direct.close()
    after_all.close()

    def run(step: int) -> bool:
        twin = project.copy()
        died = twin.kill(1, step, auth="none")
        twin.generate(3, auth="login")
        assert {b"user-1", b"user-2"} <= twin.marks()
        for path, shape in twin.timeless().items():
            if not path.endswith("/.cookiecutter-k6"):
                assert shape in {outcome.get(path) for outcome in outcomes}, (step, path)
        twin.close()
        return died

    every_step(run)


@pytest.mark.parametrize("first", [True, False], ids=["first", "update"])
def test_a_disk_that_is_full_at_any_byte_changes_nothing(project: Project, first: bool) -> None:
    if not first:
        full_of_life(project)
    twin, disk = project.copy(), FullDisk(1_000_000)
    twin.generate(1, disk, auth="none")
    before = (project.shapes(), folders(project))
    assert len(disk.sizes()) > 20
    for room in disk.sizes():
        with pytest.raises(Refusal, match="nothing was changed: No space left on device"):
            project.generate(1, FullDisk(room), auth="none")
        assert (project.shapes(), folders(project)) == before, room
    project.generate(1, auth="none")
    assert project.timeless() == twin.timeless()
    twin.close()


def folders(project: Project) -> set[Path]:
    return {path for path in project.root.rglob("*") if path.is_dir()}


class StubbornDisk(Disk):
    """Cannot put one file in its place."""

    def __init__(self, path: str) -> None:
        self.path = path

    def replace(self, source: str, target: str) -> None:
        if target.endswith(self.path):
            raise OSError(errno.EPERM, os.strerror(errno.EPERM), target)
        super().replace(source, target)


@pytest.mark.parametrize("path", ["lib/a.js", "lib/mid.js", "suite.env", "package.json"])
def test_an_unwritable_file_is_reported_and_placed_by_the_next_run(
    project: Project, path: str
) -> None:
    full_of_life(project)
    twin = project.copy()
    twin.generate(1, auth="none")
    with pytest.raises(Unfinished, match="Operation not permitted"):
        project.generate(1, StubbornDisk(path), auth="none")
    assert {b"user-1", b"user-2"} <= project.marks()
    project.generate(1, auth="none")
    assert project.timeless() == twin.timeless()
    twin.close()


class BusyDisk(Disk):
    """Somebody saves a file while the template runs."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def replace(self, source: str, target: str) -> None:
        if target.endswith("/.cookiecutter-k6"):
            self.path.write_bytes(b"saved just now\n")
        super().replace(source, target)


def test_a_file_saved_while_the_template_runs_wins(project: Project) -> None:
    project.generate(0)
    with pytest.raises(Unfinished, match=r"a\.js: it changed while"):
        project.generate(1, BusyDisk(project.path(A)))
    assert project.read(A) == b"saved just now\n"


class SplitDisk(Disk):
    """The suite is on another disk than the project."""

    def replace(self, source: str, target: str) -> None:
        if "ready-" in source:
            raise OSError(errno.EXDEV, os.strerror(errno.EXDEV), target)
        super().replace(source, target)


def test_a_suite_on_another_disk_is_placed(project: Project) -> None:
    twin = project.copy()
    twin.generate(0)
    project.generate(0, SplitDisk())
    assert project.timeless() == twin.timeless()
    twin.close()


class LastDisk(Disk):
    """The process dies as soon as one file is in its place."""

    def __init__(self, path: str) -> None:
        self.path = path

    def replace(self, source: str, target: str) -> None:
        super().replace(source, target)
        if target.endswith(self.path):
            raise Killed


@pytest.mark.parametrize("edit", [b"", b"// user-1\n"])
def test_the_offer_of_a_run_that_died_goes_when_it_is_not_needed(
    project: Project, edit: bytes
) -> None:
    project.generate(0)
    project.write(A, b"// user-2\n" + project.read(A))
    with pytest.raises(Killed):
        project.generate(1, LastDisk(f"{A}.new"))
    project.write(f"{A}.new", edit + project.read(f"{A}.new"))
    project.generate(0)
    assert project.path(f"{A}.new").exists() is bool(edit)
    assert b"user-2" in project.read(A)
    project.generate(0)
    assert project.path(f"{A}.new").exists() is bool(edit)


def test_an_unusable_manifest_is_saved_before_it_is_replaced(project: Project) -> None:
    project.generate(0)
    project.write(MANIFEST, b"user-3 broke this\n")
    undisturbed = project.copy()
    undisturbed.generate(1)
    expected = undisturbed.timeless()
    undisturbed.close()

    def run(step: int) -> bool:
        twin = project.copy()
        died = twin.kill(1, step)
        twin.generate(1)
        assert b"user-3" in twin.read(MANIFEST + ".unusable")
        assert twin.timeless() == expected, step
        twin.close()
        return died

    every_step(run)
