"""Fixtures of the generation tests."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from tests.generation.commands import commit_all, git
from tests.support.layout import REPOSITORY

# The package under test lives in the template: compiled files there would be generated too.
sys.dont_write_bytecode = True

TEMPLATE_PARTS = ("cookiecutter.json", "hooks", "{{cookiecutter.project_slug}}")


@pytest.fixture
def template(tmp_path: Path) -> Path:
    """A private copy of the template, to make newer versions of."""
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
