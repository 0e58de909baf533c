"""Updates that cannot merge say why, and name the command that lets git merge."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest

from tests.generation.commands import (
    MANIFEST,
    OLD_UPDATE,
    UPDATE,
    Bake,
    commit_all,
    cookie,
    git,
    run,
)
from tests.generation.test_regeneration import FILES, append
from tests.support.layout import REPOSITORY

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


@pytest.mark.parametrize("indent", [1, 4])
def test_a_manifest_under_its_old_name_in_a_formatters_layout(indent: int, bake: Bake) -> None:
    """It keeps the name, which is in the scripts of its owners, and its layout."""
    project = bake(auth="login")
    old = project / f"{MANIFEST}.json"
    (project / MANIFEST).rename(old)
    document = json.loads(old.read_text())
    text = json.dumps(document, indent=indent, sort_keys=True, ensure_ascii=False)
    old.write_text(text.replace("\n", "\r\n"), newline="")
    before = old.read_bytes()
    assert "1 updated" in cookie(project, *OLD_UPDATE).out, "the update command in the README"
    assert f"--config-file {MANIFEST}.json\n" in (project / "tests/load/README.md").read_text()
    before = old.read_bytes()
    assert "nothing to do" in cookie(project, *OLD_UPDATE).out
    assert cookie(project, *OLD_UPDATE, K6_SUITE_CHECK="1").code == 0
    assert old.read_bytes() == before
    assert not (project / MANIFEST).exists()


def test_a_manifest_with_tabs_moves_to_the_new_name(bake: Bake) -> None:
    """cookiecutter itself refuses tabs; the command in docs/updating.md takes them out."""
    project = bake(auth="login")
    document = json.loads((project / MANIFEST).read_text())
    (project / MANIFEST).unlink()
    (project / f"{MANIFEST}.json").write_text(json.dumps(document, indent="\t"))
    refused = cookie(project, *OLD_UPDATE)
    assert "Unable to parse YAML" in refused.err
    page = (REPOSITORY / "docs/updating.md").read_text()
    [command] = re.findall(r"^python3 -m json\.tool .*$", page, re.MULTILINE)
    assert run(["sh", "-c", command], project).code == 0
    assert "nothing to do" in cookie(project, *UPDATE).out
    assert not (project / f"{MANIFEST}.json").exists()
