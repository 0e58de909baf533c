"""The pages about options and updating agree with the template."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import options_page
import pytest
from placing import report, run

from tests.generation.commands import UPDATE
from tests.support.hooks import defaults
from tests.support.layout import REPOSITORY

UPDATING = (REPOSITORY / "docs" / "updating.md").read_text(encoding="utf-8")
OPTIONS = options_page.PAGE.read_text(encoding="utf-8")


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
