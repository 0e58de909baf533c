"""Projects generated with pytest-cookies, one for each set of answers."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support.hooks import defaults

if TYPE_CHECKING:
    from pytest_cookies.plugin import Cookies, Result

Answer = str | int | bool
DEFAULTS = {**defaults(), "project_slug": "my-service"}


class Bakery:
    """A cache around `cookies_session.bake()`.

    Example:
        >>> baked(auth="login")  # the project folder: shared, only to be read
        >>> baked.copy(auth="login")  # a private copy to write to
        >>> baked.result(auth="login").context  # what pytest-cookies returned

    Args:
        cookies: the `cookies_session` fixture.
        folders: makes the folders of the private copies.
    """

    def __init__(self, cookies: Cookies, folders: pytest.TempPathFactory) -> None:
        self._cookies = cookies
        self._folders = folders
        self._results: dict[str, Result] = {}
        self._digests: dict[Path, dict[str, str]] = {}

    def result(self, **answers: Answer) -> Result:
        """Return the `Result` for these answers and the defaults of all others."""
        key = key_of(answers)
        if key not in self._results:
            result = self._cookies.bake(extra_context=json.loads(key))
            self._results[key] = result
            if result.project_path:
                self._digests[result.project_path] = digests(result.project_path)
        return self._results[key]

    def __call__(self, **answers: Answer) -> Path:
        """Return the shared project for these answers, or raise what cookiecutter raised."""
        result = self.result(**answers)
        if result.exception:
            raise result.exception
        return Path(result.project_path)

    def copy(self, **answers: Answer) -> Path:
        """Return a private copy of the project for these answers."""
        project = self(**answers)
        target = self._folders.mktemp("copy") / project.name
        return Path(shutil.copytree(project, target, symlinks=True))

    def assert_untouched(self) -> None:
        """Fail if a test wrote into a shared project, because other tests would see it."""
        for project, before in self._digests.items():
            after = digests(project)
            changed = sorted(name for name in before | after if before.get(name) != after.get(name))
            assert not changed, f"a test wrote into a shared project, use baked.copy(): {changed}"


def key_of(answers: Mapping[str, Answer]) -> str:
    """Return the answers that are not the defaults, as JSON."""
    changed = {name: value for name, value in answers.items() if value != DEFAULTS[name]}
    return json.dumps(changed, sort_keys=True)


def bake_group(answers: Mapping[str, Answer]) -> pytest.MarkDecorator:
    """Keep the tests of one project in one process of pytest-xdist, which generates it once."""
    return pytest.mark.xdist_group(f"bake {key_of(answers)}")


def digests(folder: Path) -> dict[str, str]:
    """Return the hash of every file below `folder`, by relative path."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
