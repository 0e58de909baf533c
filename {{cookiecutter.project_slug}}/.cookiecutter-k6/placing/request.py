"""What is asked of a generation: the answers, and the names that follow from them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from .manifest import Manifest

DEFAULT_NAME = "My Service"
UNNAMED = "my-service"  # its slug

_DELIMITERS = re.compile(r"\{[{%#]|[}%#]\}")


class Request(NamedTuple):
    """The validated answers from pre_gen_project.py, and values derived from them.

    folder: the name of the project's folder.
    """

    answers: Mapping[str, Any]
    name_slug: str
    template_home: str
    folder: str = ""

    def update_command(self, path: str) -> str:
        """Return the command that updates the suite, run in the project folder.

        path: that of the manifest.
        """
        return f"cookiecutter {self.template_home} --no-input -f --config-file {path}"


def suite_slug(request: Request, before: Manifest) -> str:
    """Return the tag of the suite: the answer, or with `.` the previous tag or the project's name.

    A project that was not named is called after its folder: several suites in one repository need
    different names.
    """
    chosen = str(request.answers["project_slug"])
    if chosen != ".":
        return chosen
    folder = re.sub(r"[^a-z0-9]+", "-", request.folder.lower()).strip("-")[:60]
    named = request.name_slug != UNNAMED or not folder
    return before.slug or (request.name_slug if named else folder)


def suite_name(request: Request, before: Manifest) -> str:
    """Return the answer; with `.` and no answer, the previous name or that of the folder.

    >>> answers = {"project_name": "My Service", "project_slug": "."}
    >>> suite_name(Request(answers, "my-service", "gh:some/where", "shop"), Manifest())
    'shop'
    """
    named = str(request.answers["project_name"])
    if named != DEFAULT_NAME or request.answers["project_slug"] != ".":
        return named
    usable = request.folder.isprintable() and not _DELIMITERS.search(request.folder)
    folder = request.folder.strip()[:100] if usable else ""
    return str(before.answers.get("project_name") or folder or named)
