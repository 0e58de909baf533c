"""The trees that are linted: the template as it stands, and every distinct generated project."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from sources import files_below

from tests.lint.linting import link_node_modules
from tests.support.bakery import Bakery
from tests.support.layout import SUITE_FILES
from tests.support.option_sets import OPTION_SETS

NEEDS_TREE = "tree"
NEEDS_GENERATED = "generated"

# What prettier reads: each folder needs its own.
FORMAT_SETTINGS = ("package.json", ".prettierignore")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run tests on all trees when they ask for `tree`, on generated ones for `generated`."""
    if NEEDS_TREE in metafunc.fixturenames:
        trees = ["template", *parameters(quick="template")]
        metafunc.parametrize(NEEDS_TREE, trees, indirect=True)
    if NEEDS_GENERATED in metafunc.fixturenames:
        metafunc.parametrize(NEEDS_GENERATED, parameters(quick="everything"), indirect=True)


def parameters(quick: str) -> list[object]:
    """Return the option sets, all but `quick` marked as slow.

    One group for each: xdist then generates it in one worker only.
    """
    result: list[object] = []
    for name in OPTION_SETS:
        marks = [pytest.mark.xdist_group(f"lint-{name}")]
        if name != quick:
            marks.append(pytest.mark.slow)
        result.append(pytest.param(name, marks=marks))
    return result


@pytest.fixture
def tree(request: pytest.FixtureRequest, baked: Bakery) -> Path:
    """A tree to look at: `scripts/`, `tests/load/` ... Not to be written to."""
    return SUITE_FILES if request.param == "template" else baked(**OPTION_SETS[request.param])


@pytest.fixture
def generated(request: pytest.FixtureRequest, baked: Bakery) -> Path:
    """A generated project to look at. Not to be written to."""
    return baked(**OPTION_SETS[request.param])


@pytest.fixture
def distinct(baked: Bakery, tmp_path: Path) -> Path:
    """Files that neither the template nor another project has, in one folder for each project.

    Linters look at one file at a time, so each different file needs to be seen only once. The
    template's own files are linted with the repository, all but its Markdown: the repository's own
    is not formatted by prettier.
    """
    template = [path for path in files_below(SUITE_FILES) if path.suffix != ".md"]
    seen = {content_at(path, SUITE_FILES) for path in template}
    for name in OPTION_SETS:
        project = baked(**OPTION_SETS[name])
        for path in files_below(project):
            file = content_at(path, project)
            if file in seen and path.name not in FORMAT_SETTINGS:
                continue
            seen.add(file)
            copy = tmp_path / "distinct" / name / path.relative_to(project)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, copy)
    link_node_modules(tmp_path)
    return tmp_path / "distinct"


def content_at(path: Path, root: Path) -> tuple[Path, bytes]:
    """Return a file's path below `root` and its content."""
    return path.relative_to(root), path.read_bytes()


@pytest.fixture
def workshop(tree: Path, tmp_path: Path) -> Path:
    """A private copy of `tree` in which JavaScript tools find the locked packages."""
    target = tmp_path / "workshop" / "project"
    for path in files_below(tree):
        copy = target / path.relative_to(tree)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, copy)
    link_node_modules(target.parent)
    return target
