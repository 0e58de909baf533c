"""docs/wrapper.md says what `--help` says, and both say what the wrapper does."""

from __future__ import annotations

import re

import pytest

from tests.support.layout import REPOSITORY, wrapper_text
from tests.support.wrapper_project import Project

PAGE = (REPOSITORY / "docs" / "wrapper.md").read_text(encoding="utf-8")
SOURCE = re.sub(r"^\s*#.*$", "", wrapper_text(), flags=re.MULTILINE)


def section(title: str) -> str:
    return PAGE.split(f"\n## {title}\n")[1].split("\n## ")[0]


def helped(project: Project) -> str:
    return project.run("--help").passed().stdout


def test_the_options_are_the_same_in_the_same_order(project: Project) -> None:
    listed = re.findall(r"^  (--[\w-]+(?: [A-Z=]+)?) {2,}\S", helped(project), flags=re.MULTILINE)
    documented = re.findall(r"^\| `(--[^`]+)` \|", section("Options"), flags=re.MULTILINE)
    assert len(listed) > 25
    assert documented == listed


def test_the_exit_codes_are_the_same(project: Project) -> None:
    text = helped(project).split("Exit codes\n")[1].split("\n\n")[0]
    listed = dict(re.findall(r"^ +(\d+)  (.+)$", text, flags=re.MULTILINE))
    documented = dict(
        re.findall(r"^\| (\d+) \| (.+) \|$", section("Exit codes"), flags=re.MULTILINE)
    )
    assert {code: meaning.replace("`", "") for code, meaning in documented.items()} == listed
    assert set(re.findall(r"^readonly EXIT_\w+=(\d+)", SOURCE, flags=re.MULTILINE)) <= set(listed)


def test_every_setting_the_wrapper_reads_is_documented() -> None:
    readers = "setting|is_on|find_setting|check_setting|has_option"
    read = set(re.findall(rf"\b(?:{readers}) ([A-Z]\w+)", SOURCE))
    read |= set(re.findall(r"\$\{((?!BASH)[A-Z][A-Z0-9_]+):-", SOURCE))
    documented = set(re.findall(r"`([A-Z][A-Z0-9_]+)`", PAGE))
    of_the_scripts = {"PROJECT_NAME", "TERM"}
    of_k6 = {name for name in read if re.match(r"K6_(OTEL|INFLUXDB|PROMETHEUS|WEB)_", name)}
    assert len(read) > 25
    assert read - of_k6 - of_the_scripts <= documented


def test_the_help_fits_a_terminal(project: Project) -> None:
    for line in helped(project).splitlines():
        assert len(line) <= 110, line


@pytest.mark.parametrize("image", re.findall(r"grafana/k6:[\d.]+", PAGE))
def test_the_image_is_the_pinned_one(image: str) -> None:
    assert f"DOCKER_IMAGE={image}\n" in SOURCE


def test_the_calls_in_the_first_table_work(project: Project) -> None:
    project.write("path/to/mine.js", "")
    calls = re.findall(r"^\| `load-test\.sh([^`]*)` \|", PAGE, flags=re.MULTILINE)
    assert len(calls) == 7
    for call in calls:
        project.run(*call.split()).passed()
