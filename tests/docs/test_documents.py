"""The documentation against the code: what a page shows has to exist, and to work."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.bakery import Bakery
from tests.support.layout import LOAD, REPOSITORY, WRAPPER

ROOT_README = (REPOSITORY / "README.md").read_text(encoding="utf-8")
SUITE_README = (LOAD / "README.md").read_text(encoding="utf-8")


def section(text: str, heading: str) -> str:
    """Return the text under a heading, up to the next heading of the same depth."""
    match = re.search(
        rf"^(#+) {re.escape(heading)}$(.*?)(?=^\1 |\Z)", text, re.MULTILINE | re.DOTALL
    )
    assert match, f"no section {heading!r}"
    return match[2]


def rows(text: str) -> list[list[str]]:
    """Return the cells of the body rows of the first Markdown table."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def code_spans(text: str) -> set[str]:
    """Return what stands in single backticks."""
    return set(re.findall(r"`([^`\n]+)`", text))


@pytest.fixture(scope="module")
def usage() -> str:
    """What `load-test.sh --help` prints."""
    return subprocess.run(
        ["bash", str(WRAPPER), "--help"], check=True, capture_output=True, text=True, timeout=20
    ).stdout


def test_the_table_of_settings_is_the_table_in_the_code(node_bin: Callable[[str], Path]) -> None:
    assert node_bin("tsc").exists(), "Node has to be there for this test to mean anything"
    script = REPOSITORY / "tools" / "settings_table.py"
    result = subprocess.run(
        [sys.executable, str(script), "--check"], capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr


def test_the_readme_lists_every_question_with_its_default() -> None:
    questions = {
        name: default
        for name, default in json.loads(
            (REPOSITORY / "cookiecutter.json").read_text(encoding="utf-8")
        ).items()
        if not name.startswith("_")
    }
    listed = {row[0].strip("`"): row[1] for row in rows(section(ROOT_README, "Options"))}
    assert set(listed) == set(questions)
    for name, default in questions.items():
        expected = "from the name" if "cookiecutter." in str(default) else str(default).lower()
        assert listed[name].lower() == expected, name


def test_the_options_of_the_command_are_those_it_has(usage: str) -> None:
    documented = set(re.findall(r"--[a-z][a-z-]+", section(SUITE_README, "The command")))
    offered = set(re.findall(r"^  (--[a-z-]+)", usage, re.MULTILINE))
    assert documented == offered


def test_the_exit_codes_are_those_of_the_command(usage: str) -> None:
    command = section(SUITE_README, "The command")
    documented = {row[0] for row in rows(command[command.index("| exit code") :])}
    offered = set(re.findall(r"^ +(\d+)  ", section_of_usage(usage, "Exit codes"), re.MULTILINE))
    assert documented == offered


def section_of_usage(usage: str, heading: str) -> str:
    """Return the lines under a heading of the usage text."""
    return usage.split(f"{heading}\n", 1)[1].split("\n\n", 1)[0]


def test_every_profile_and_test_is_in_its_table() -> None:
    profiles = {row[0].strip("`") for row in rows(section(SUITE_README, "Profiles: how much"))}
    assert profiles == {path.stem for path in (LOAD / "scenarios").glob("*.js")}
    tests = section(SUITE_README, "Tests: what")
    listed = {name for name in code_spans(tests) if (LOAD / "scripts" / f"{name}.js").is_file()}
    assert listed == {path.stem for path in (LOAD / "scripts").glob("*.js")}


def test_package_json_has_a_script_for_every_profile_and_test() -> None:
    scripts = json.loads((LOAD / "package.json").read_text(encoding="utf-8"))["scripts"]
    entries = {
        path.stem for folder in ("scenarios", "scripts") for path in (LOAD / folder).glob("*.js")
    }
    commands = {name for name, line in scripts.items() if "load-test.sh" in line}
    assert commands - {"all", "list"} == entries


@pytest.mark.parametrize("page", [*sorted(REPOSITORY.glob("docs/*.md")), REPOSITORY / "README.md"])
def test_make_targets_in_the_pages_exist(page: Path) -> None:
    makefile = (REPOSITORY / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    shown = set(
        re.findall(
            r"\bmake ([a-z-]+)\b(?=[`\s]*(?:$|#|`|ARGS|PORT))",
            page.read_text(encoding="utf-8"),
            re.MULTILINE,
        )
    )
    assert shown <= targets


def test_the_example_in_the_readme_is_a_working_test(baked: Bakery, k6_binary: Path) -> None:
    example = re.search(r"```js\n// (tests/load/\S+)\n(.*?)```", SUITE_README, re.DOTALL)
    assert example, "the README shows how to write a test"
    project = baked.copy()
    script = project / example[1]
    script.write_text(example[2], encoding="utf-8")
    result = subprocess.run(
        [str(k6_binary), "inspect", "--execution-requirements", str(script)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert result.returncode == 0, result.stderr
    assert "unknown field" not in result.stderr
    plan = json.loads(result.stdout)
    assert plan["maxVUs"] == 10
    assert plan["totalDuration"] == "5m30s"
    assert "http_reqs{name:GET /products}" in plan["thresholds"]


def test_the_wrapper_and_the_suite_agree_on_heavy_profiles(node_bin: Callable[[str], Path]) -> None:
    assert node_bin("tsc").exists(), "Node has to be there for this test to mean anything"
    module = (LOAD / "config" / "profiles.js").as_uri()
    program = f"import {{ heavyProfiles }} from '{module}'; console.log(heavyProfiles.join(' '))"
    suite = subprocess.run(
        ["node", "--no-warnings", "--input-type=module", "-e", program],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.split()
    wrapper = re.search(r"HEAVY_PROFILES='([^']*)'", WRAPPER.read_text(encoding="utf-8"))
    assert wrapper
    assert wrapper[1].split() == suite


def test_the_wrapper_hands_on_only_settings_that_exist() -> None:
    text = WRAPPER.read_text(encoding="utf-8")
    lists = re.findall(r"(?:SHOWN|SUITE)_SETTINGS=(?:'|\"\$SUITE_SETTINGS )([^'\"]*)", text)
    assert len(lists) >= 3
    known = {row[0].strip("`") for row in rows(section(SUITE_README, "Settings"))}
    assert set(" ".join(lists).split()) <= known
