"""Updates that cannot merge say why, and name the command that lets git merge."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.generation.commands import MANIFEST, UPDATE, Bake, commit_all, cookie, git, run
from tests.generation.test_regeneration import FILES, append

pytestmark = pytest.mark.slow

HTTP = "tests/load/lib/http.js"
OURS = "// a line of the user's\n"
THEIRS = "// a line of the template's\n"


def edited(bake: Bake, template: Path) -> Path:
    """Return a committed project with an edit in a file that the template changes too."""
    project = bake(template)
    commit_all(project)
    append(project / HTTP, OURS)
    commit_all(project)
    source = template / FILES / HTTP
    source.write_text(THEIRS + source.read_text())
    return project


def asked_for(out: str) -> list[str]:
    """Return the commands below the advice to let git merge."""
    _, _, advice = out.partition("Or let git merge them")
    lines = advice.split("\n")[1:]
    commands = []
    for line in lines:
        if not line.startswith("  "):
            break
        commands.append(line.strip())
    return commands


@pytest.mark.parametrize(
    ("clone", "reason"),
    [
        (("--depth=1",), "the clone is shallow"),
        (("--filter=blob:none",), "the clone is partial"),
    ],
)
def test_a_clone_without_the_old_text(
    clone: tuple[str, ...], reason: str, bake: Bake, template: Path, tmp_path: Path
) -> None:
    project = edited(bake, template)
    git(project, "config", "uploadpack.allowFilter", "true")
    copy = tmp_path / "clone"
    git(tmp_path, "clone", "-q", *clone, f"file://{project}", str(copy))
    result = cookie(copy, *UPDATE, template=template)
    assert f"not merged: {reason}" in result.out, result
    (copy / f"{HTTP}.new").unlink()
    commands = asked_for(result.out)
    assert len(commands) == 2
    for command in commands:
        assert run(["sh", "-c", command], copy).code == 0, command
    assert "1 merged" in cookie(copy, *UPDATE, template=template).out
    text = (copy / HTTP).read_text()
    assert text.startswith(THEIRS)
    assert text.endswith(OURS)


def test_a_folder_of_another_user(bake: Bake, template: Path) -> None:
    project = edited(bake, template)
    other = {"GIT_TEST_ASSUME_DIFFERENT_OWNER": "1", "GIT_CONFIG_GLOBAL": os.devnull}
    result = cookie(project, *UPDATE, template=template, **other)
    assert "not merged: git does not trust this folder" in result.out
    trust = asked_for(result.out)[0]
    assert trust.startswith("git config --global --add safe.directory ")
    assert str(project) in trust


def test_no_repository_and_no_git(bake: Bake, template: Path, tmp_path: Path) -> None:
    project = edited(bake, template)
    (project / ".git").rename(tmp_path / "elsewhere")
    result = cookie(project, *UPDATE, template=template, K6_SUITE_DRY_RUN="1")
    assert "not merged: the project is in no git repository" in result.out
    result = cookie(project, *UPDATE, template=template, K6_SUITE_DRY_RUN="1", PATH="/nowhere")
    assert "not merged: git is not installed" in result.out


@pytest.mark.parametrize("indent", ["\t", "    "])
def test_a_manifest_that_a_formatter_rewrote(indent: str, bake: Bake) -> None:
    """cookiecutter itself refuses tabs; the suite's own style files keep formatters from them."""
    project = bake(auth="login")
    path = project / MANIFEST
    text = path.read_text()
    path.write_text(text.replace("  ", indent).replace("\n", "\r\n"), newline="")
    result = cookie(project, *UPDATE, K6_SUITE_CHECK="1")
    if indent == "\t":
        assert "Unable to parse YAML" in result.err
    else:
        assert result.code == 0, result
        assert "the suite is up to date" in result.out
        before = path.read_bytes()
        assert "nothing to do" in cookie(project, *UPDATE).out
        assert path.read_bytes() == before
