"""Fixtures of the generation tests."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.generation.commands import Bake, commit_all, git
from tests.support.layout import REPOSITORY

if TYPE_CHECKING:
    from pytest_cookies.plugin import Cookies

TEMPLATE_PARTS = (
    *("cookiecutter.json", "cookiecutter_k6_questions.py", "hooks"),
    "{{cookiecutter.project_slug}}",
)


@pytest.fixture
def template(tmp_path: Path) -> Path:
    """A private copy of the template, to create newer versions from."""
    copy = tmp_path / "template"
    copy.mkdir()
    for part in TEMPLATE_PARTS:
        source = REPOSITORY / part
        if source.is_dir():
            shutil.copytree(source, copy / part, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy2(source, copy / part)
    return copy


@pytest.fixture
def template_repository(template: Path) -> Path:
    """The private copy as a git repository with the tag v1."""
    commit_all(template, "v1")
    git(template, "tag", "v1")
    return template


@pytest.fixture
def bake(cookies: Cookies) -> Bake:
    """Generate projects of the test's own: `bake(auth="login")`, `bake(template, auth="login")`."""

    def project_of(template: Path = REPOSITORY, **answers: object) -> Path:
        result = cookies.bake(extra_context=answers, template=str(template))
        if result.exception:
            raise result.exception
        return Path(result.project_path)

    return project_of
