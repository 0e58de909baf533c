"""Generating with an OpenAPI document: where it is looked for, and what a failure leaves."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from placing import openapi

from tests.openapi.test_command import TABLE
from tests.support.hooks import load_hook
from tests.support.option_sets import DOCUMENTS

Baked = Callable[..., Path]
SHOP = DOCUMENTS / "shop.json"


def header_of(project: Path) -> Any:
    return json.loads((project / TABLE).read_text(encoding="utf-8").splitlines()[0])


def test_a_document_is_compiled_when_the_suite_is_generated(baked: Baked) -> None:
    project = baked(openapi_spec=str(SHOP))
    assert header_of(project)["counts"]["operations"] == 11
    env = (project / "tests/load/suite.env").read_text(encoding="utf-8")
    relative = os.path.relpath(SHOP, project.resolve())
    assert f"OPENAPI_SPEC={relative}" in env.replace('"', "")


@pytest.mark.slow
@pytest.mark.parametrize("answer", ["live", "missing.json", "http://127.0.0.1:9/openapi.json"])
def test_a_failure_leaves_a_complete_suite_and_the_command(
    answer: str, baked: Baked, capfd: pytest.CaptureFixture[str]
) -> None:
    project = baked(openapi_spec=answer, project_name=f"For {answer.partition(':')[0]}")
    assert header_of(project) == {"format": 2, "document": None}
    assert (project / "tests/load/engine/features/openapi/compile.py").is_file()
    assert "./scripts/load-test.sh openapi update" in capfd.readouterr().out


def test_a_relative_path_is_resolved_from_the_user_then_from_the_project(tmp_path: Path) -> None:
    here, out = tmp_path / "here", tmp_path / "out"
    root = out / "service"
    for folder in (here, root):
        folder.mkdir(parents=True)
    environ = {"PWD": str(here)}

    def settle(answer: str) -> str:
        return str(openapi.settled({"openapi_spec": answer}, str(root), environ)["openapi_spec"])

    assert settle("api.json") == "api.json"
    (root / "api.json").touch()
    assert settle("api.json") == "api.json"
    (here / "api.json").touch()
    assert settle("api.json") == "../../here/api.json"
    (out / "api.json").touch()
    assert settle("api.json") == "../api.json"
    assert settle(settle("api.json")) == "../api.json"
    assert settle("") == ""
    assert settle("live") == "live"
    assert settle("https://example.com/a.json") == "https://example.com/a.json"


def test_an_outdated_table_is_compiled_again(tmp_path: Path) -> None:
    table = tmp_path / TABLE
    assert openapi.outdated(str(tmp_path), changed=False)
    table.parent.mkdir(parents=True)
    for text, outdated in [
        ("", True),
        ("[]\n", True),
        ('{"format": 2, "document": null}\n', True),
        ('{"format": 1, "document": {}}\n', True),
        ('{"format": 2, "document": {}}\n', False),
    ]:
        table.write_text(text, encoding="utf-8")
        assert openapi.outdated(str(tmp_path), changed=False) is outdated
        assert openapi.outdated(str(tmp_path), changed=True)


@pytest.mark.parametrize(
    "answer",
    [
        "file:///etc/passwd",
        "ftp://example.com/a.json",
        "https://user:secret@example.com/a.json",
        "https://",
        "https:// example.com",
        "x" * 501,
        "a\nb",
        7.5,
    ],
)
def test_invalid_locations_are_refused(answer: object) -> None:
    answers, problems = load_hook("pre_gen_project").check_answers(
        {"project_name": "A", "project_slug": "a", "backend_port": 1, "openapi_spec": answer}
    )
    assert "openapi_spec" not in answers
    assert any("openapi_spec" in problem for problem in problems)


@pytest.mark.parametrize(
    "answer", ["", "live", "LIVE", "a b.json", "../é.yaml", "http://[::1]:8000/o"]
)
def test_valid_locations_are_accepted(answer: str) -> None:
    parsed = load_hook("pre_gen_project").parse_document(answer)
    assert parsed == (answer.lower() if answer == "LIVE" else answer)
