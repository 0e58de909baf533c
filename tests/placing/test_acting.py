"""Carrying out a plan: what depends on a step that failed is not done either."""

from __future__ import annotations

from pathlib import Path

from placing import run
from placing.act import Disk, Workplace, carry_out
from placing.manifest import Manifest
from placing.steps import Action, Plan


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
