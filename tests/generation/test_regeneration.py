"""Running the template again: over an edited suite, in an existing service, with new answers."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.generation.commands import (
    MANIFEST,
    UPDATE,
    Bake,
    commit_all,
    contents,
    cookie,
    git,
    tree,
)

# Each of these runs the real command several times.
pytestmark = pytest.mark.slow

WRAPPER = "scripts/load-test.sh"
CONFIG = "tests/load/k6.config.js"
HTTP = "tests/load/lib/http.js"
FILES = "{{cookiecutter.project_slug}}/.cookiecutter-k6/files"


def change_template(template: Path, path: str, old: str, new: str) -> None:
    """Make a newer version of a file of the template."""
    full = template / FILES / path
    text = full.read_text(encoding="utf-8")
    assert old in text
    full.write_text(text.replace(old, new, 1), encoding="utf-8")


def append(path: Path, text: str) -> None:
    path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")


def prepend(path: Path, text: str) -> None:
    path.write_text(text + path.read_text(encoding="utf-8"), encoding="utf-8")


def test_the_same_answers_again_change_nothing(bake: Bake) -> None:
    project = bake(auth="login", include_claude_md=True)
    before = tree(project)
    result = cookie(project, *UPDATE)
    assert result.code == 0, result.err
    assert "nothing to do" in result.out
    assert tree(project) == before


def test_the_stored_answers_work_from_a_folder_of_another_name(bake: Bake, tmp_path: Path) -> None:
    project = bake(project_slug="first", auth="login")
    moved = project.rename(tmp_path / "Another Näme")
    before = tree(moved)
    result = cookie(moved, *UPDATE)
    assert "nothing to do" in result.out, result
    assert tree(moved) == before
    assert "PROJECT_SLUG=first" in (moved / "tests/load/suite.env").read_text()


def test_an_option_can_be_switched_on_and_off(bake: Bake) -> None:
    project = bake()
    without = contents(project)
    result = cookie(project, *UPDATE, "auth=login", "include_claude_md=yes")
    assert "auth: 'none' -> 'login'" in result.out
    assert (project / "tests/load/lib/auth.js").is_file()
    assert "load-test.sh" in (project / "CLAUDE.md").read_text()
    assert "nothing to do" in cookie(project, *UPDATE).out
    cookie(project, *UPDATE, "auth=none", "include_claude_md=no")
    assert contents(project) == without


def test_an_edited_suite_takes_a_newer_template(bake: Bake, template: Path) -> None:
    project = bake(template, auth="login")
    commit_all(project)
    prepend(project / HTTP, "// ours\n")
    (project / "tests/load/engine/vu/growth.js").unlink()
    mine = "tests/load/scripts/checkout.js"
    (project / mine).write_text("// a journey of ours\n")
    append(template / FILES / HTTP, "// newer\n")
    change_template(template, "tests/load/engine/vu/growth.js", "\n", "\n// newer\n")
    change_template(template, "tests/load/engine/version.txt", "0.", "9.")
    (template / FILES / "tests/load/engine/summary/verdict.js").rename(
        template / FILES / "tests/load/lib/judge.js"
    )
    result = cookie(project, *UPDATE, template=template)
    assert result.code == 0, result.err
    text = (project / HTTP).read_text()
    assert text.startswith("// ours\n")
    assert text.rstrip().endswith("// newer")
    assert not (project / "tests/load/engine/vu/growth.js").exists()
    assert (project / mine).read_text() == "// a journey of ours\n"
    assert (project / "tests/load/lib/judge.js").is_file()
    assert not (project / "tests/load/engine/summary/verdict.js").exists()
    for word in ("(was 0.", "merged with your changes", "left out"):
        assert word in result.out, result.out
    assert not list(project.rglob("*.new"))


def test_without_a_merge_base_the_new_version_is_placed_beside_the_file(
    bake: Bake, template: Path
) -> None:
    project = bake(template)
    prepend(project / HTTP, "// ours\n")
    change_template(template, HTTP, "\n", "\n// newer\n")
    mine = (project / HTTP).read_bytes()
    result = cookie(project, *UPDATE, template=template)
    assert f"{HTTP}.new" in result.out
    assert "Compare each .new file" in result.out
    assert (project / HTTP).read_bytes() == mine
    assert "// newer" in (project / f"{HTTP}.new").read_text()
    again = cookie(project, *UPDATE, template=template).out
    assert "nothing to do" in again
    assert f"new version is still there as .new  {HTTP}.new" in again


def test_an_update_works_without_git(bake: Bake, tmp_path: Path, template: Path) -> None:
    project = bake(template)
    commit_all(project)
    prepend(project / HTTP, "// ours\n")
    change_template(template, HTTP, "\n", "\n// newer\n")
    result = cookie(project, *UPDATE, template=template, PATH=str(tmp_path / "empty"))
    assert result.code == 0, result.err
    assert (project / f"{HTTP}.new").is_file()


def test_variables_set_by_a_git_hook_do_not_mislead_the_merge(
    bake: Bake, tmp_path: Path, template: Path
) -> None:
    project = bake(template)
    commit_all(project)
    prepend(project / HTTP, "// ours\n")
    append(template / FILES / HTTP, "// newer\n")
    git(tmp_path, "init", "-q", "other")
    result = cookie(project, *UPDATE, template=template, GIT_DIR=str(tmp_path / "other/.git"))
    assert "merged with your changes" in result.out, result


# --- existing services -------------------------------------------------------------------------

SERVICE = {
    "README.md": b"# Our service\r\n",
    "package.json": b'{\n\t"name": "svc",\n\t"scripts": {\n\t\t"test": "jest"\n\t}\n}\n',
    ".gitignore": b"node_modules/\n*.log",
    ".gitattributes": b"* text=auto\r\n",
    "CLAUDE.md": b"# Rules\n\nBe kind.\n",
    ".github/workflows/ci.yml": b"on: push\n",
    "docs/index.md": b"# Docs\n",
    "Makefile": b"all:\n",
    "src/app.py": b"print()\n",
}


def make_service(folder: Path, extra: dict[str, bytes] | None = None) -> Path:
    for path, content in {**SERVICE, **(extra or {})}.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    return folder


@pytest.mark.parametrize("by_name", [True, False], ids=["by name", "dot"])
def test_an_existing_service_keeps_everything(tmp_path: Path, by_name: bool) -> None:
    service = make_service(tmp_path / "svc")
    folder, slug = (tmp_path, "svc") if by_name else (service, ".")
    arguments = ("--no-input", "-f", f"project_slug={slug}", "include_claude_md=yes")
    result = cookie(folder, *arguments)
    assert result.code == 0, result.err
    after = contents(service)
    for path, content in SERVICE.items():
        if path in {".gitignore", ".gitattributes", "CLAUDE.md"}:
            assert after[path].startswith(content), path
        elif path != "package.json":
            assert after[path] == content, path
    assert json.loads(after["package.json"])["scripts"] == {
        "test": "jest",
        "load-test": "bash scripts/load-test.sh",
    }
    assert b'\n\t\t"load-test"' in after["package.json"]
    assert b"\n" not in after[".gitattributes"].replace(b"\r\n", b"")
    assert "extended" in result.out
    before = tree(service)
    assert "nothing to do" in cookie(service, *UPDATE).out
    assert tree(service) == before
    # Switching the option off removes its section, to the byte.
    cookie(service, *UPDATE, "include_claude_md=no")
    assert contents(service)["CLAUDE.md"] == SERVICE["CLAUDE.md"]


def test_a_service_without_package_json_gets_none(bake: Bake) -> None:
    project = bake()
    assert not (project / "package.json").exists()


def test_a_service_with_its_own_suite_keeps_it(tmp_path: Path) -> None:
    own = {
        WRAPPER: b"#!/bin/sh\necho ours\n",
        CONFIG: b"// ours\n",
        "tests/load/own.js": b"// own\n",
    }
    service = make_service(tmp_path / "svc", own)
    result = cookie(service, "--no-input", "-f", "project_slug=.")
    after = contents(service)
    assert b"# Load tests of svc" in after["tests/load/README.md"]
    for path, content in own.items():
        assert after[path] == content
    assert f"{WRAPPER}.new" in after
    assert f"{CONFIG}.new" in after
    assert "you already have a file there" in result.out
    assert "nothing to do" in cookie(service, *UPDATE).out


def test_a_service_that_moves_keeps_its_name(tmp_path: Path) -> None:
    service = make_service(tmp_path / "orders-api")
    cookie(service, "--no-input", "-f", "project_slug=.")
    before = contents(service)
    assert b"PROJECT_NAME=orders-api" in before["tests/load/suite.env"]
    moved = service.rename(tmp_path / "elsewhere")
    for arguments in (UPDATE, ("--no-input", "-f", "project_slug=.")):
        assert "nothing to do" in cookie(moved, *arguments).out
    assert contents(moved) == before


def test_an_existing_folder_without_f_is_refused_by_cookiecutter(tmp_path: Path) -> None:
    service = make_service(tmp_path / "my-service")
    before = tree(service)
    result = cookie(tmp_path, "--no-input")
    assert result.code == 1
    assert "already exists" in result.out + result.err
    assert tree(service) == before


def test_a_refused_answer_leaves_an_existing_service_unchanged(tmp_path: Path) -> None:
    service = make_service(tmp_path / "svc")
    before = tree(service)
    result = cookie(service, "--no-input", "-f", "project_slug=.", "auth=nonsense")
    assert len(result.errors) == 1
    assert tree(service) == before


# --- dry run and check ------------------------------------------------------------------------


def test_a_dry_run_lists_every_change_and_makes_none(tmp_path: Path) -> None:
    service = make_service(tmp_path / "svc")
    before = tree(service)
    arguments = ("--no-input", "-f", "project_slug=.", "auth=login")
    result = cookie(service, *arguments, K6_SUITE_DRY_RUN="1")
    assert result.code == 0, result.err
    assert tree(service) == before
    told = {line.split()[1] for line in result.out.split("\n") if line.startswith("  added")}
    cookie(service, *arguments)
    assert told | {MANIFEST} == set(contents(service)) - set(before)


def test_a_dry_run_of_a_new_project_leaves_no_folder(tmp_path: Path) -> None:
    result = cookie(tmp_path, "--no-input", K6_SUITE_DRY_RUN="1")
    assert result.code == 0
    assert list(tmp_path.iterdir()) == []


def test_the_check_fails_if_the_suite_is_outdated(bake: Bake, template: Path) -> None:
    project = bake(template)
    prepend(project / HTTP, "// an edit is no reason\n")
    before = tree(project)
    current = cookie(project, *UPDATE, template=template, K6_SUITE_CHECK="1")
    assert current.code == 0, current.err
    assert "the suite is up to date" in current.out
    change_template(template, CONFIG, "\n", "\n// newer\n")
    stale = cookie(project, *UPDATE, template=template, K6_SUITE_CHECK="1")
    assert stale.code == 1
    assert stale.errors == [
        "ERROR: the suite is not up to date; update it with the command in tests/load/README.md"
    ]
    assert f"  updated  {CONFIG}" in stale.out
    assert tree(project) == before


# --- Windows -----------------------------------------------------------------------------------


def test_a_checkout_with_crlf_counts_as_unedited(
    bake: Bake, tmp_path: Path, template: Path
) -> None:
    project = bake(template, auth="login")
    commit_all(project)
    clone = tmp_path / "clone"
    git(tmp_path, "-c", "core.autocrlf=true", "clone", "-q", str(project), str(clone))
    for path, content in contents(clone).items():
        shared = path in {".gitignore", ".gitattributes"}
        assert (b"\r\n" in content) == shared, "the suite has LF, by .gitattributes"
    # Other programs, such as editors, write CRLF all the same.
    (clone / HTTP).write_bytes((clone / HTTP).read_bytes().replace(b"\n", b"\r\n"))
    before = tree(clone)
    assert "nothing to do" in cookie(clone, *UPDATE, template=template).out
    assert tree(clone) == before
    change_template(template, HTTP, "\n", "\n// newer\n")
    cookie(clone, *UPDATE, template=template)
    updated = (clone / HTTP).read_bytes()
    assert b"// newer\r\n" in updated
    assert not list(clone.rglob("*.new"))


def test_deleting_the_suite_starts_over(bake: Bake) -> None:
    project = bake()
    before = contents(project)
    shutil.rmtree(project / "tests")
    cookie(project.parent, "--no-input", "-f")
    after = contents(project)
    del before[MANIFEST], after[MANIFEST]  # it no longer knows who made .gitignore
    assert after == before
