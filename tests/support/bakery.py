"""Generates projects from the template, once for each set of answers."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from cookiecutter.main import cookiecutter

from tests.support.layout import REPOSITORY

if TYPE_CHECKING:
    import pytest

Answer = str | int | bool


class Bakery:
    """A cache of generated projects.

    Example: `baked(auth="login")` returns a project folder that is shared and must not be written
    to; `baked.copy(auth="login")` returns a private one.
    """

    def __init__(self, folders: pytest.TempPathFactory) -> None:
        self._folders = folders
        self._done: dict[str, Path] = {}
        self._digests: dict[Path, dict[str, str]] = {}

    def __call__(self, **answers: Answer) -> Path:
        """Return the shared project generated from these answers; the rest are defaults.

        Raises whatever cookiecutter raises for answers that are refused.
        """
        key = json.dumps(answers, sort_keys=True)
        if key not in self._done:
            project = bake(self._folders.mktemp("bake"), **answers)
            self._done[key] = project
            self._digests[project] = digests(project)
        return self._done[key]

    def copy(self, **answers: Answer) -> Path:
        """Return a private copy of the project generated from these answers."""
        project = self(**answers)
        target = self._folders.mktemp("copy") / project.name
        return Path(shutil.copytree(project, target, symlinks=True))

    def assert_untouched(self) -> None:
        """Fail when a test wrote into a shared project: other tests would see it."""
        for project, before in self._digests.items():
            after = digests(project)
            changed = sorted(name for name in before | after if before.get(name) != after.get(name))
            assert not changed, f"a test wrote into a shared bake, use baked.copy(): {changed}"


def bake(folder: Path, **answers: Answer) -> Path:
    """Generate one project below the existing `folder`, away from the user's settings."""
    private = folder / "cookiecutter"
    project = cookiecutter(
        str(REPOSITORY),
        no_input=True,
        extra_context=dict(answers),
        output_dir=str(folder / "out"),
        default_config={
            "replay_dir": str(private / "replay"),
            "cookiecutters_dir": str(private / "templates"),
        },
    )
    return Path(project)


def digests(folder: Path) -> dict[str, str]:
    """Return the hash of every file below `folder`, by relative path."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
