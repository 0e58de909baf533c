"""The pages about options and updating agree with the template."""

from __future__ import annotations

import re

import pytest
from placing import report, run

from tests.generation import options_page
from tests.generation.commands import UPDATE
from tests.support.hooks import defaults
from tests.support.layout import REPOSITORY

UPDATING = (REPOSITORY / "docs" / "updating.md").read_text(encoding="utf-8")
OPTIONS = options_page.PAGE.read_text(encoding="utf-8")


def test_the_options_page_is_up_to_date() -> None:
    expected = options_page.page_with_section(OPTIONS)
    assert expected == OPTIONS, "run: python -m tests.generation.options_page"


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
