"""The pages about options and updating agree with the template."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import options_page
import pytest
from placing import report, run

from tests.generation.commands import UPDATE, contents, cookie, git
from tests.support.hooks import defaults
from tests.support.layout import REPOSITORY
from tests.support.option_sets import OPTION_SETS

UPDATING = (REPOSITORY / "docs" / "updating.md").read_text(encoding="utf-8")
OPTIONS = options_page.PAGE.read_text(encoding="utf-8")


def test_the_readme_names_every_file_outside_the_suite(tmp_path: Path) -> None:
    readme = (REPOSITORY / "README.md").read_text(encoding="utf-8")
    _, _, table = readme.partition("Outside `tests/load/`")
    named = set()
    for row in re.findall(r"^\| (`.*?) \|", table.partition("Nothing else")[0], re.MULTILINE):
        first, *others = re.findall(r"`([^`]+)`", row)
        folder = first.rpartition("/")[0] + "/" if others and "/" in first else ""
        named |= {first, *(folder + name for name in others)}
    written = set()
    everything = OPTION_SETS["everything"]
    for number, answers in enumerate(({}, everything, {**everything, "ci": "gitlab"})):
        project = tmp_path / str(number)
        project.mkdir()
        git(project, "init", "-q")
        if number:
            (project / "package.json").write_text("{}")
        before = contents(project)
        given = [f"{name}={value}" for name, value in answers.items() if name != "project_slug"]
        assert cookie(project, "--no-input", "-f", "project_slug=.", *given).code == 0
        files = contents(project)
        written |= {name for name, content in files.items() if before.get(name) != content}
    assert {name for name in written if not name.startswith("tests/load/")} == named


def test_the_lists_of_options_are_up_to_date() -> None:
    script = Path(options_page.__file__)
    done = subprocess.run(
        [sys.executable, script, "--check"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_the_examples_name_options_that_exist() -> None:
    names = [name for name in defaults() if not name.startswith("_")]
    for page in (OPTIONS, UPDATING):
        for used in re.findall(r"\b([a-z_]+)=[\w./-]+", page):
            assert used in names, used


def test_the_update_command_is_the_one_that_is_tested() -> None:
    command = f"cookiecutter {defaults()['_template_home']} {' '.join(UPDATE)}"
    assert command in UPDATING


@pytest.mark.parametrize("name", [run.DRY_RUN, run.CHECK])
def test_dry_run_and_check_are_documented(name: str) -> None:
    assert f"{name}=1 cookiecutter" in UPDATING


@pytest.mark.parametrize("word", report.VERBS.values())
def test_every_word_of_the_summary_is_explained(word: str) -> None:
    assert f"`{word}`" in UPDATING
