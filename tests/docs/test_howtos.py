"""docs/extending.md, followed to the letter: its edits are made in a copy of the repository."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.lint.linting import environment
from tests.support import howtos
from tests.support.layout import LOAD, REPOSITORY

if TYPE_CHECKING:
    from service.testing import RunningService

PAGE = howtos.PAGE.read_text(encoding="utf-8")
GUIDES = howtos.edits_by_guide(PAGE)

# One process of pytest-xdist: the copy is made once.
pytestmark = pytest.mark.xdist_group("howtos")

# What the guides name, without tests that their examples do not touch: seconds, not minutes.
# Nor that of the tables that k6 is asked for: `make format` wrote them a moment ago.
CHECKS = (
    "tests/docs/test_documents.py tests/generation/test_documents.py tests/lint/test_marks.py"
    " tests/lint/test_architecture.py"
    " tests/lint/test_wrapper_parts.py tests/placing/test_features.py tests/wrapper/test_docs.py"
    " tests/generation/test_options.py tests/suite/test_planned_load.py"
    " tests/lint/test_javascript.py tests/lint/test_shell.py"
)
ABOUT_THE_EXAMPLES = (
    "(test_documents and not tables_of_profiles) or test_architecture or test_marks"
    " or test_wrapper_parts or test_features or test_docs or peak-hour or notes or test_the_table"
    " or test_every_pattern or quick"
    " or (types_are_right and template) or scripts_of_the_repository or as_one_script"
)


def run(
    command: Sequence[str | Path], cwd: Path, **variables: str
) -> subprocess.CompletedProcess[str]:
    """Run a command with the pinned tools on PATH, and return what it said."""
    return subprocess.run(
        [str(word) for word in command],
        cwd=cwd,
        env={**os.environ, **environment(), **variables},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


def passed(done: subprocess.CompletedProcess[str]) -> str:
    """Return what a command printed; fail with all of it unless it succeeded."""
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def generate(template: Path, output: Path, *answers: str) -> Path:
    """Return a project generated from a template."""
    command = [sys.executable, "-m", "cookiecutter", str(template), "--no-input", "-o", str(output)]
    passed(run([*command, *answers], output))
    return output / "my-service"


@pytest.fixture(scope="module")
def extended(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of this repository with the examples of all guides, formatted."""
    copy = howtos.copy_of_the_repository(tmp_path_factory.mktemp("extended") / "repository")
    for edits in GUIDES.values():
        for edit in edits:
            howtos.apply(edit, copy)
    passed(run([sys.executable, "tools/format.py"], copy))
    return copy


@pytest.fixture(scope="module")
def load(extended: Path) -> Path:
    """The suite in that copy."""
    return extended / LOAD.relative_to(REPOSITORY)


@pytest.fixture(scope="module")
def project(extended: Path) -> Path:
    """A project generated from that copy, with the option of the example."""
    output = extended.parent / "projects"
    output.mkdir()
    return generate(extended, output, "include_notes=yes")


def inspect(k6: Path, script: Path, *settings: str) -> dict[str, object]:
    """Return the options that k6 reads from a script; settings are NAME=VALUE."""
    flags = [word for pair in settings for word in ("--env", pair)]
    options: dict[str, object] = json.loads(
        passed(run([k6, "inspect", *flags, script], script.parent))
    )
    return options


def test_every_guide_has_edits_and_names_tests_that_exist() -> None:
    checks = howtos.checks_of(PAGE)
    assert list(checks) == list(GUIDES)
    assert all(GUIDES.values())
    for names in checks.values():
        for name in names.split():
            assert (REPOSITORY / name).exists(), name


def test_an_edit_that_does_not_fit_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.js").write_text("one\ntwo\n", encoding="utf-8")
    howtos.apply(howtos.Edit("a.js", "diff", " one\n+new\n-two\n"), tmp_path)
    assert (tmp_path / "a.js").read_text(encoding="utf-8") == "one\nnew\n"
    for edit in (
        howtos.Edit("a.js", "diff", " two\n+three\n"),
        howtos.Edit("missing.js", "diff", "+three\n"),
        howtos.Edit("a.js", "js", "there already\n"),
    ):
        with pytest.raises(howtos.PageError, match=edit.path):
            howtos.apply(edit, tmp_path)


@pytest.mark.slow
def test_the_setting_is_read_and_documented(load: Path, k6_binary: Path) -> None:
    assert "USER_AGENT" in (load / "docs/settings.md").read_text(encoding="utf-8")
    script = load / "scenarios/smoke.js"
    assert str(inspect(k6_binary, script)["userAgent"]).startswith("cookiecutter-k6/")
    assert inspect(k6_binary, script, "USER_AGENT=load test")["userAgent"] == "load test"


@pytest.mark.slow
def test_the_profile_runs(load: Path, k6_binary: Path) -> None:
    by_scenario = inspect(k6_binary, load / "scenarios/peak-hour.js")
    by_setting = inspect(k6_binary, load / "scripts/health.js", "PROFILE=peak-hour")
    for options in (by_scenario, by_setting):
        scenarios = options["scenarios"]
        assert isinstance(scenarios, dict)
        assert [stage["target"] for stage in scenarios["peak-hour"]["stages"]] == [80, 80, 0]


@pytest.mark.slow
def test_the_test_runs(load: Path, k6_binary: Path) -> None:
    assert "http_reqs{name:GET /version}" in str(inspect(k6_binary, load / "scripts/version.js"))


@pytest.mark.slow
def test_the_command_lists_what_was_added(project: Path, k6_binary: Path) -> None:
    command: list[str | Path] = ["bash", project / "scripts/load-test.sh"]
    listed = passed(run([*command, "--list"], project))
    assert "peak-hour            Peak hour: does the service last" in listed
    assert "version              Version: how fast is" in listed
    shown = passed(run([*command, "peak-hour", "--dry-run"], project, K6_BIN=str(k6_binary)))
    assert "scenarios/peak-hour.js" in shown


@pytest.mark.slow
def test_the_option_decides(extended: Path, project: Path, tmp_path: Path) -> None:
    notes = project / "tests/load/engine/features/notes"
    assert {path.name for path in notes.iterdir()} == {
        "feature.js", "note.js", "settings.js", "shell.sh", "types.d.ts"
    }  # fmt: skip
    assert "| `RUN_NOTE` |" in (project / "tests/load/docs/notes.md").read_text(encoding="utf-8")
    for page in ("README.md", "docs/options.md"):
        assert "`include_notes`" in (extended / page).read_text(encoding="utf-8")
    without = generate(extended, tmp_path) / "tests/load"
    assert not list(without.rglob("note*"))
    assert "notes" not in (without / "README.md").read_text(encoding="utf-8")
    assert "notes" not in (without / "engine/features/registry.js").read_text(encoding="utf-8")


@pytest.mark.slow
def test_the_feature_and_its_command_work(
    project: Path, k6_binary: Path, service: RunningService
) -> None:
    command: list[str | Path] = ["bash", project / "scripts/load-test.sh"]
    variables = {"K6_BIN": str(k6_binary), "BASE_URL": service.url, "RUN_ID": "r1"}
    load = [
        "health",
        "--vus",
        "1",
        "--duration",
        "2s",
        "--threshold",
        "http_req_duration=p(95)<5000",
    ]
    done = run([*command, *load, "--note", "release 1.2"], project, **variables)
    assert "  NOTE release 1.2\n" in done.stdout, done.stdout + done.stderr
    summary = project / "tests/load/results/r1/summary.json"
    assert json.loads(summary.read_text(encoding="utf-8"))["note"] == "release 1.2"
    assert passed(run([*command, "notes"], project)) == "r1  release 1.2\n"
    assert "load-test.sh notes " in passed(run([*command, "--help"], project))


@pytest.mark.slow
def test_the_tests_that_the_guides_name_pass(extended: Path) -> None:
    named = " ".join(howtos.checks_of(PAGE).values()).split()
    assert all(any(one.startswith(name) for name in named) for one in CHECKS.split())
    pytest_ = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    shown = passed(run([*pytest_, *CHECKS.split(), "-k", ABOUT_THE_EXAMPLES], extended))
    assert " passed" in shown
