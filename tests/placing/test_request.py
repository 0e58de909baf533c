"""The names of a suite."""

from __future__ import annotations

import json

import pytest
from placing import manifest
from placing.request import DEFAULT_NAME, UNNAMED, Request, suite_name, suite_slug

from tests.support.layout import REPOSITORY


@pytest.mark.parametrize(
    ("chosen", "folder", "name", "before", "slug"),
    [
        ("own", "x", "named", "", "own"),
        (".", "Some Folder!", "my-service", "", "some-folder"),
        (".", "Some Folder!", "named", "", "named"),
        (".", "", "my-service", "", "my-service"),
        (".", "---", "my-service", "", "my-service"),
        (".", "Some Folder!", "named", "earlier", "earlier"),
        (".", "f" * 70, "my-service", "", "f" * 60),
    ],
)
def test_a_suite_is_called_after_its_project(
    chosen: str, folder: str, name: str, before: str, slug: str
) -> None:
    request = Request({"project_slug": chosen}, name, "gh:some/where", folder)
    assert suite_slug(request, manifest.Manifest(slug=before)) == slug


@pytest.mark.parametrize(
    ("chosen", "folder", "answered", "before", "name"),
    [
        (".", "orders-api", DEFAULT_NAME, "", "orders-api"),
        (".", "Küche & Co", DEFAULT_NAME, "", "Küche & Co"),
        (".", "orders-api", "Orders", "", "Orders"),
        (".", "orders-api", "Orders", "Shop", "Orders"),
        (".", "orders-api", DEFAULT_NAME, "Shop", "Shop"),
        (".", "orders-api", DEFAULT_NAME, DEFAULT_NAME, DEFAULT_NAME),
        (".", "", DEFAULT_NAME, "", DEFAULT_NAME),
        (".", " ", DEFAULT_NAME, "", DEFAULT_NAME),
        (".", "a\nb", DEFAULT_NAME, "", DEFAULT_NAME),
        (".", "a\u202eb", DEFAULT_NAME, "", DEFAULT_NAME),
        (".", "{{ a }}", DEFAULT_NAME, "", DEFAULT_NAME),
        (".", "f" * 120, DEFAULT_NAME, "", "f" * 100),
        ("my-service", "my-service", DEFAULT_NAME, "", DEFAULT_NAME),
    ],
)
def test_a_project_without_a_name_has_that_of_its_folder(
    chosen: str, folder: str, answered: str, before: str, name: str
) -> None:
    answers = {"project_name": answered, "project_slug": chosen}
    request = Request(answers, UNNAMED, "gh:some/where", folder)
    earlier = manifest.Manifest(answers={"project_name": before} if before else {})
    assert suite_name(request, earlier) == name


def test_the_default_name_is_that_of_the_questions() -> None:
    questions = json.loads((REPOSITORY / "cookiecutter.json").read_text(encoding="utf-8"))
    assert questions["project_name"] == DEFAULT_NAME
