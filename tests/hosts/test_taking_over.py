"""A repository that has load tests of its own in the suite's places."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.generation.commands import UPDATE, commit_all, contents, cookie, run

pytestmark = pytest.mark.slow

# The layout of a suite that people wrote by hand, from a common guide.
OWN = {
    "scripts/load-test.sh": "#!/bin/sh\necho mine\n",
    "tests/load/k6.config.js": "export const thresholds = {}; // mine\n",
    "tests/load/lib/helpers.js": "export function pick(list) { return list[0]; } // mine\n",
    "tests/load/scenarios/smoke.js": "export const options = {}; // mine\n",
    "tests/load/README.md": "# mine\n",
}
TAKE_OVER = "K6_SUITE_TAKE_OVER"


def own_suite(tmp_path: Path) -> tuple[Path, str]:
    """Return a project with load tests of its own that was given a suite, and what was said."""
    project = tmp_path / "svc"
    for name, text in OWN.items():
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).write_text(text)
    commit_all(project)
    result = cookie(project, "--no-input", "-f", "project_slug=.")
    assert result.code == 0, result.err
    return project, result.out


def test_the_first_run_says_that_the_suite_is_not_usable_yet(tmp_path: Path) -> None:
    project, out = own_suite(tmp_path)
    assert "Next: ./scripts/load-test.sh" not in out
    _, _, said = out.partition("The suite is not usable yet")
    named = [line.strip() for line in said.split("\n")[1:] if line.startswith("  ")]
    assert named[:-1] == sorted(set(OWN) - {"tests/load/README.md"})
    assert named[-1].startswith(f"{TAKE_OVER}=1 cookiecutter ")
    assert {name: (project / name).read_text() for name in OWN} == OWN


def test_the_command_takes_all_of_them_over_and_keeps_the_users(tmp_path: Path) -> None:
    project, _out = own_suite(tmp_path)
    result = cookie(project, *UPDATE, **{TAKE_OVER: "1"})
    assert result.code == 0, result.err
    for name, text in OWN.items():
        assert (project / f"{name}.yours").read_text() == text
        assert not (project / f"{name}.new").exists()
        assert "mine" not in (project / name).read_text()
    assert run(["bash", "scripts/load-test.sh", "--list"], project).code == 0
    before = contents(project)
    again = cookie(project, *UPDATE, **{TAKE_OVER: "1"})
    assert "nothing to do" in again.out
    assert contents(project) == before


def test_a_first_run_can_take_over_at_once(tmp_path: Path) -> None:
    project = tmp_path / "svc"
    (project / "scripts").mkdir(parents=True)
    (project / "scripts/load-test.sh").write_text("mine\n")
    result = cookie(project, "--no-input", "-f", "project_slug=.", **{TAKE_OVER: "1"})
    assert "Next: ./scripts/load-test.sh" in result.out
    assert (project / "scripts/load-test.sh.yours").read_text() == "mine\n"


def test_files_that_the_user_edited_are_not_taken_over(tmp_path: Path) -> None:
    project = tmp_path / "svc"
    project.mkdir()
    cookie(project, "--no-input", "-f", "project_slug=.")
    edited = project / "tests/load/k6.config.js"
    edited.write_text(edited.read_text() + "// mine\n")
    before = contents(project)
    assert "nothing to do" in cookie(project, *UPDATE, **{TAKE_OVER: "1"}).out
    assert contents(project) == before
