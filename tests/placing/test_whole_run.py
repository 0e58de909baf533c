"""Whole runs below the hooks: what they print, their exit code, and what they leave."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from placing import act, git, ignored, imports, manifest, run, tree
from placing.act import Disk

from tests.support import expected
from tests.support.small_template import ANSWERS, MANIFEST, Project, template_files, write_tables

Capture = pytest.CaptureFixture[str]
A = "tests/load/lib/a.js"


class Runs:
    """Runs of the small template into one project, as the hook starts them."""

    def __init__(self, project: Project, capture: Capture, patch: pytest.MonkeyPatch) -> None:
        self.project = project
        self.capture = capture
        self.patch = patch
        self.lines: list[str] = []

    def finish(self, version: int, disk: Disk | None = None, **words: Any) -> None:
        """Run a version; words in capitals go into the environment, the others are answers."""
        root = self.project.root
        environ = {key: value for key, value in words.items() if key.isupper()}
        answers = {key: value for key, value in words.items() if not key.isupper()}
        for path, content in self.project.template(version).items():
            self.project.write(f"{run.STAGING}/files/{path}", content)
        record = {
            "answers": {**ANSWERS, "openapi_spec": "", **answers},
            "name_slug": "my-service",
            "template_home": "gh:some/where",
        }
        self.project.write(f"{run.LOCK}/run.json", json.dumps(record).encode())
        with self.patch.context() as patch:
            for key in (run.DRY_RUN, run.CHECK, run.REWRITE, run.TAKE_OVER):
                patch.delenv(key, raising=False)
            for key, value in environ.items():
                patch.setenv(key, value)
            patch.setattr(run, "Disk", lambda: disk or Disk())
            code = run.finish(str(root))
        out, err = self.capture.readouterr()
        assert not (root / run.STAGING).exists()
        assert not (root / run.LOCK).exists()
        self.lines += [f"version {version} {words}: code {code}", *out.splitlines()]
        self.lines += [f"stderr: {line}" for line in err.splitlines()]
        for folder, name in ((root, "ROOT"), (self.project.home, "HOME")):
            self.lines = [line.replace(os.path.realpath(folder), name) for line in self.lines]


@pytest.fixture
def runs(
    tmp_path: Path,
    request: pytest.FixtureRequest,
    capsys: Capture,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Runs]:
    """Runs into a project in a repository; what they print is compared with `expected/`."""
    tables = tmp_path / "tables"
    tables.mkdir()
    monkeypatch.setattr(run, "Template", partial(run.Template, tables=str(write_tables(tables))))
    project = Project.create(tables)
    project.track()
    made = Runs(project, capsys, monkeypatch)
    yield made
    project.close()
    expected.compare(expected.beside(request.path), request.node.name, made.lines)


def test_a_first_run_a_second_one_and_an_update(runs: Runs) -> None:
    runs.finish(0)
    runs.finish(0)
    runs.finish(1, auth="login", backend_port=9000)
    assert runs.project.read(A) == template_files(1)[A]
    assert runs.project.read(MANIFEST)


def test_a_dry_run_of_a_new_project_leaves_nothing(runs: Runs) -> None:
    (runs.project.root / ".git").rename(runs.project.home / "git")
    runs.finish(0, K6_SUITE_DRY_RUN="yes")
    assert not runs.project.root.exists()


def test_a_check_says_whether_the_suite_is_up_to_date(runs: Runs) -> None:
    runs.finish(0, K6_SUITE_CHECK="1")
    assert list(runs.project.files()) == []
    runs.finish(0)
    runs.finish(0, K6_SUITE_CHECK=" True ")
    runs.finish(1, K6_SUITE_CHECK="1", backend_port=9000)
    runs.finish(1, K6_SUITE_DRY_RUN="1", K6_SUITE_CHECK="off")
    assert runs.project.read(A) == template_files(0)[A]


def test_files_of_the_service_in_the_way_can_be_taken_over(runs: Runs) -> None:
    runs.project.write(A, b"// mine\n")
    runs.project.write("tests/load/lib/steady.js", b"// mine, too\n")
    runs.finish(0)
    runs.finish(0)
    assert runs.project.read(A) == b"// mine\n"
    runs.finish(0, K6_SUITE_TAKE_OVER="1")
    assert runs.project.read(A) == template_files(0)[A]
    assert runs.project.read(f"{A}.yours") == b"// mine\n"
    runs.finish(1)


def test_a_file_of_settings_that_was_there_before_is_told_of_later_answers_only(
    runs: Runs,
) -> None:
    path = "tests/load/suite.env"
    env = template_files(0)[path] + b"\n# name\nPROJECT_SLUG=x\n"
    runs.project.template = lambda version: {**template_files(version), path: env}
    runs.project.write(path, b"BACKEND_PORT=7\n")
    runs.finish(0)
    runs.finish(0, backend_port=9000, auth="login")
    assert runs.project.read(path) == b"BACKEND_PORT=7\n"


def test_an_edited_file_and_an_old_import_are_named(runs: Runs) -> None:
    runs.finish(0)
    runs.project.write(A, template_files(0)[A].replace(b"(text 0)", b"mine"))
    runs.project.path("tests/load/lib/back.js").unlink()
    runs.project.write("tests/load/scripts/own.js", b"import '../lib/old.js';\n")
    runs.finish(1)
    runs.finish(1)
    runs.finish(1, K6_SUITE_REWRITE_IMPORTS="1")
    assert runs.project.read("tests/load/scripts/own.js") == b"import '../lib/mid.js';\n"


def test_what_git_ignores_is_named(runs: Runs) -> None:
    runs.project.write(".gitignore", b"/scripts/\n*.json\n!/tests/load/x.json\n")
    runs.project.write("tests/.gitignore", b"late.js\n*.env\n")
    runs.finish(2, K6_SUITE_DRY_RUN="1")
    runs.finish(2)
    runs.finish(2, K6_SUITE_CHECK="1")
    runs.project.write("tests/.gitignore", b"load\n")
    runs.finish(3)


@pytest.mark.parametrize("rules", [b"tests/\n", b"*\n", b"lib/\n*.js\n", b"/*\n!/tests\n"])
def test_rules_above_the_suite_are_taken_back(runs: Runs, rules: bytes) -> None:
    runs.project.write(".gitignore", rules)
    runs.finish(1)
    runs.lines += runs.project.read(".gitignore").decode().splitlines()
    runs.finish(1)


def test_rules_of_the_clone_and_of_the_user_are_named_by_their_files(runs: Runs) -> None:
    excluded = runs.project.outside / "ignore"
    excluded.write_text("board.json\n")
    git.ask(str(runs.project.root), ["config", "core.excludesFile", str(excluded)])
    runs.project.write(".git/info/exclude", b"*.env\n")
    runs.finish(0)
    assert "tests/load/suite.env" in "".join(runs.lines)


def test_a_project_in_a_folder_of_a_repository(runs: Runs) -> None:
    runs.project.move_into_monorepo()
    runs.project.write("../../.gitignore", b"*.env\n/services/api/tests/load/lib/*.json\n")
    runs.project.write("../.gitignore", b"auth.js\n")
    runs.project.write(
        "../../package.json", b'{"private": true, "devDependencies": {"eslint": "9"}}\n'
    )
    runs.finish(0, auth="login")
    runs.finish(2, auth="login")


def test_hints_for_tools_neighbours_and_workflows(runs: Runs) -> None:
    runs.project.move_into_monorepo()
    ava = b'{"devDependencies": {"ava": "6.0.0"}}\n'
    twin = b'{"name" : "api-load-tests"}\n'
    runs.project.write("package.json", ava)
    runs.project.write("shop.csproj", b'<Project Sdk="Microsoft.NET.Sdk.Web">')
    runs.project.write("../../eslint.config.js", b"export default [];\n")
    runs.project.write("../a/tests/load/package.json", b'{"name": "a-load-tests"}\n')
    runs.project.write("../b/tests/load/package.json", twin)
    runs.project.write("../c/tests/load/package.json", twin)
    files = {
        ".github/workflows/load-tests.yml": b"on: push\n",
        "tests/load/README.md": b"# Load tests\n",
    }
    runs.project.write("tests/load/README.md", b"mine\n")
    runs.project.template = lambda version: {**template_files(version), **files}
    runs.finish(0)
    runs.finish(0)


def test_a_project_that_is_in_no_repository_yet(runs: Runs) -> None:
    (runs.project.root / ".git").rename(runs.project.home / "git")
    runs.finish(0, K6_SUITE_DRY_RUN="1")
    runs.project.root.mkdir()
    runs.project.write(".gitignore", b"*.env\nscripts/\n")
    runs.finish(0)
    runs.finish(0)


def test_what_is_in_gits_index_is_not_ignored(runs: Runs) -> None:
    runs.project.write("tests/.gitignore", b"load\n")
    runs.finish(0)
    git.ask(str(runs.project.root), ["add", "-f", "."])
    runs.finish(0, K6_SUITE_CHECK="1")


def test_a_manifest_with_the_name_of_earlier_versions_keeps_it(runs: Runs) -> None:
    runs.finish(0)
    runs.project.path(MANIFEST).rename(runs.project.path(manifest.OLD_PATH))
    runs.project.write(A, b"// mine\n")
    runs.finish(0)
    runs.finish(1)
    runs.finish(1, K6_SUITE_CHECK="1")
    assert not runs.project.path(MANIFEST).exists()


def test_a_hint_is_given_once_where_the_repository_is_the_service(runs: Runs) -> None:
    runs.project.write("package.json", b'{"devDependencies": {"ava": "6.0.0"}}\n')
    runs.finish(0)
    assert sum("ava" in line for line in runs.lines) == 1


@pytest.mark.parametrize("has_rules", [True, False])
def test_rules_of_the_user_count_where_a_repository_is_to_be_expected(
    runs: Runs, has_rules: bool
) -> None:
    (runs.project.root / ".git").rename(runs.project.home / "git")
    runs.project.write("../outside/git/ignore", b"*.env\n")
    if has_rules:
        runs.project.write(".gitignore", b"/build/\n")
    runs.finish(0, XDG_CONFIG_HOME=str(runs.project.outside))
    assert any("IGNORED" in line for line in runs.lines) is has_rules


def test_without_git_nothing_is_said_of_ignored_files(runs: Runs) -> None:
    runs.project.write(".gitignore", b"*.env\n")
    runs.finish(0, PATH=str(runs.project.outside))


def test_a_program_with_another_git_in_its_environment(runs: Runs) -> None:
    """A git hook that runs the template has variables of its own repository."""
    runs.project.write(".gitignore", b"*.env\n")
    other = str(runs.project.outside / "another")
    runs.finish(0, GIT_DIR=other, GIT_INDEX_FILE=other, GIT_WORK_TREE=other)


def test_a_step_that_fails_is_named_and_made_up_for(runs: Runs) -> None:
    class Stubborn(Disk):
        def replace(self, source: str, target: str) -> None:
            if target.endswith("a.js"):
                raise PermissionError(13, "Permission denied", target)
            super().replace(source, target)

    runs.finish(0, Stubborn())
    runs.finish(0)


def test_refusals_and_broken_templates_change_nothing(runs: Runs) -> None:
    runs.project.path(MANIFEST).mkdir(parents=True)
    runs.finish(0)
    runs.project.path(MANIFEST).rmdir()
    runs.project.write(MANIFEST, b"{")
    runs.finish(0)
    runs.project.template = lambda _: {"tests/load/README.md": b"@@nothing_known@@\n"}
    runs.finish(0)
    runs.project.template = template_files
    runs.patch.setattr(act, "carry_out", None)
    runs.patch.setattr(run, "carry_out", no_room)
    runs.finish(1)


def test_a_failed_run_leaves_the_folder_to_cookiecutter_which_removes_it(runs: Runs) -> None:
    (runs.project.root / ".git").rename(runs.project.home / "git")
    runs.project.template = lambda _: {"tests/load/README.md": b"@@nothing_known@@\n"}
    runs.finish(0)
    assert list(runs.project.root.iterdir()) == []


def no_room(*_: Any) -> list[str]:
    raise OSError(28, "No space left on device", "tests/load")


@pytest.mark.parametrize("at_once", [True, False])
def test_a_console_that_is_closed_is_no_error(
    capsys: Capture, monkeypatch: pytest.MonkeyPatch, at_once: bool
) -> None:
    tried: list[str] = []

    class Closed:
        def write(self, _text: str) -> None:
            tried.append("write")
            if at_once:
                raise BrokenPipeError

        def flush(self) -> None:
            tried.append("flush")
            raise BrokenPipeError

    monkeypatch.setattr(sys, "stdout", Closed())
    run.say("anything")
    assert tried[-1] == ("write" if at_once else "flush")
    run.complain("näme")
    assert capsys.readouterr().err == "ERROR: n\\xe4me\n"


@pytest.mark.parametrize(
    ("value", "is_on"),
    [("1", True), ("yes", True), ("", False), ("0", False), (" No ", False), ("FALSE", False)],
)
def test_words_that_switch_something_on(value: str, is_on: bool) -> None:
    assert run.asked({"X": value}, "X") is is_on
    assert not run.asked({}, "X")


def test_a_folder_that_cannot_be_removed_at_once_is_made_writable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "folder"
    (folder / "inner").mkdir(parents=True)
    (folder / "inner/file").touch()
    (folder / "inner").chmod(0o500)
    remove = shutil.rmtree
    calls: list[bool] = []

    def rmtree(path: str, ignore_errors: bool = False) -> None:
        calls.append(ignore_errors)
        if not (folder / "inner").stat().st_mode & 0o200:  # root may write everywhere
            raise PermissionError(13, "Permission denied", path)
        remove(path, ignore_errors)

    monkeypatch.setattr(shutil, "rmtree", rmtree)
    run.remove_folder(str(folder))
    assert calls == [False, True]
    assert not folder.exists()


def test_everything_in_a_manifest_is_read_back() -> None:
    blob, other = "1" * 40, "2" * 40
    entries = {
        "tests/load/a.js": manifest.Entry(blob),
        "tests/load/b.js": manifest.Entry(blob, executable=True, ancestor="text\n"),
        "tests/load/c.js": manifest.Entry(other, foreign=True, offer="tests/load/c.js.new"),
        "tests/load/d.js": manifest.Entry(other, shim=True),
    }
    pending = {
        **{path: manifest.Pending(blob, entry) for path, entry in entries.items()},
        "tests/load/gone.js": manifest.Pending("", None),
        "tests/load/new.js": manifest.Pending(other, None, "tests/load/old.js", blob),
    }
    record = {".gitignore": {"block": blob, "glue": "\n"}}
    whole = manifest.Manifest(
        "1.2.3",
        "slug",
        {"project_slug": ".", "auth": "none"},
        entries,
        record,
        pending,
        record,
        {"a.yours": "a"},
    )
    assert manifest.loads(manifest.dumps(whole)) == whole
    assert manifest.says(manifest.dumps(whole), whole)
    for changed in (whole._replace(slug="x"), whole._replace(yours={})):
        assert not manifest.says(manifest.dumps(changed), whole)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("import './a.js';", "code"),
        ("\n  import './a.js';", "code"),
        ("// import './a.js';", "comment"),
        ("x();\n  /* import './a.js'; */", "comment"),
        ("/** @type {import('./a.js').A} */", "types"),
        (" * @param {import('./a.js').A} a", "types"),
        ("let a; /** @type {import('./a.js').A} */", "types"),
        ("/** about */\nimport './a.js';", "code"),
    ],
)
def test_imports_are_code_comments_or_types(text: str, kind: str) -> None:
    assert [(item.kind, item.specifier) for item in imports.find(text)] == [(kind, "./a.js")]


def test_modules_are_found_without_links_packages_and_results(project: Project) -> None:
    for path in ("lib/a.js", "b.ts", "c.json", "node_modules/d.js", "results/e.js", "f.mjs"):
        project.write(f"tests/load/{path}", b"")
    project.path("tests/load/link.js").symlink_to("b.ts")
    names = [path.removeprefix("tests/load/") for path in tree.modules(str(project.root))]
    assert names == [
        name for name in ("b.ts", "f.mjs", "lib/a.js") if name.endswith(imports.SOURCES)
    ]


@pytest.mark.parametrize(
    ("hit", "lines"),
    [
        ([], []),
        (["tests/load/a.js"], []),  # the suite's own .gitignore takes it back
        (["scripts/run.sh"], ["!/scripts/run.sh"]),
        (["scripts"], ["!/scripts/", "/scripts/*"]),
        (["tests/load", "top"], ["!/tests/load/", "!/top/", "/top/*", "!/top/inner/"]),
        (
            ["tests", "top/inner"],
            ["!/tests/", "/tests/*", "!/tests/load/", "!/top/inner/", "/top/inner/*"],
        ),
    ],
)
def test_lines_that_take_rules_back(hit: list[str], lines: list[str]) -> None:
    paths = ["scripts/run.sh", "tests/load/a.js", "tests/load/lib/b.js", "top/inner/c"]
    made = ignored.kept_by(hit, paths).splitlines()
    assert made[1:] == lines


def test_the_folder_of_a_service_in_its_repository(project: Project, tmp_path: Path) -> None:
    project.track()
    assert ignored.Repository(str(project.root), str(tmp_path)).prefix == ""
    project.move_into_monorepo()
    assert ignored.Repository(str(project.root), str(tmp_path)).prefix == "services/api/"
