"""The documentation against the code: what a page shows has to exist, and to work."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import home
import pytest
import settings_table

from tests.support.bakery import Bakery
from tests.support.layout import LOAD, REPOSITORY, SHELL, STAGE, WRAPPER

ROOT_README = (REPOSITORY / "README.md").read_text(encoding="utf-8")
SUITE_README = (LOAD / "README.md").read_text(encoding="utf-8")
SUITE_PAGES = {path.stem: path.read_text(encoding="utf-8") for path in LOAD.glob("docs/*.md")}


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


def test_the_tables_of_settings_are_those_in_the_code(node_bin: Callable[[str], Path]) -> None:
    assert node_bin("tsc").exists(), "Node has to be there for this test to mean anything"
    script = REPOSITORY / "tools" / "settings_table.py"
    result = subprocess.run(
        [sys.executable, str(script), "--check"], capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr


@pytest.mark.slow
@pytest.mark.parametrize("tool", ["readme_tables", "limits_page"])
def test_tables_of_profiles_and_limits_are_what_k6_gets(k6_binary: Path, tool: str) -> None:
    script = REPOSITORY / "tools" / f"{tool}.py"
    result = subprocess.run(
        [sys.executable, str(script), "--check", "--k6", str(k6_binary)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr


def test_suite_env_names_every_way_to_authenticate() -> None:
    text = (LOAD / "suite.env").read_text(encoding="utf-8")
    [named] = re.findall(r"^# Authentication: (.+) \(docs/auth\.md\)$", text, re.MULTILINE)
    settings = (LOAD / "engine/settings/auth.js").read_text(encoding="utf-8")
    [choices] = re.findall(r"AUTH_MODE: choice\(\s*/\*\*.*?\*/ \(\[(.+?)\]\)", settings, re.DOTALL)
    assert re.split(r", | or ", named) == re.findall(r"'([\w-]+)'", choices)


def test_every_setting_of_suite_env_is_in_a_table() -> None:
    text = (LOAD / "suite.env").read_text(encoding="utf-8")
    # OPENAPI_SPEC is read by the command only.
    keys = set(re.findall(r"^([A-Z][A-Z0-9_]*)=", text, re.MULTILINE)) - {"OPENAPI_SPEC"}
    assert keys <= documented_settings()


def documented_settings(*pages: str) -> set[str]:
    """Return the names in the first column of the tables of settings; of all pages by default."""
    text = "\n".join(SUITE_PAGES[page] for page in pages or SUITE_PAGES)
    tables = re.findall(r"<!-- settings -->(.*?)<!-- /settings -->", text, re.DOTALL)
    names = set(re.findall(r"^\| `([A-Z][A-Z0-9_]*)` \|", "".join(tables), re.MULTILINE))
    assert names
    return names


COMPUTED = {"project_slug": "from the name", "health_path": "from the prefix"}
"""Options whose default depends on another answer."""


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
        assert listed[name].lower() == COMPUTED.get(name, str(default).lower()), name


def test_the_options_of_the_command_are_those_it_has(usage: str) -> None:
    documented = set(re.findall(r"--[a-z][a-z-]+", section(SUITE_README, "Settings")))
    for folder, page in settings_table.pages().items():
        documented |= options_of(folder) & code_options(SUITE_PAGES[page.removesuffix(".md")])
    offered = set(re.findall(r"^  (--[a-z-]+)", usage, re.MULTILINE))
    assert documented == offered


def options_of(folder: str) -> set[str]:
    """Return the options that an optional feature adds to the command."""
    part = LOAD / "engine" / "features" / folder / "shell.sh"
    text = part.read_text(encoding="utf-8") if part.exists() else ""
    return set(re.findall(r"^(?:add_options ')?(--[a-z-]+)\|", text, re.MULTILINE))


def code_options(text: str) -> set[str]:
    """Return the options that a page shows in calls of load-test.sh or in backticks."""
    return set(re.findall(r"(?:`|load-test\.sh [^\n]*)(--[a-z-]+)\b", text))


def test_the_exit_codes_are_those_of_the_command(usage: str) -> None:
    settings = section(SUITE_README, "Settings")
    documented = {row[0] for row in rows(settings[settings.index("| exit code") :])}
    offered = set(
        re.findall(r"^ +(\d+(?:, \d+)*)  ", section_of_usage(usage, "Exit codes"), re.MULTILINE)
    )
    assert documented == offered


def section_of_usage(usage: str, heading: str) -> str:
    """Return the lines under a heading of the usage text."""
    return usage.split(f"{heading}\n", 1)[1].split("\n\n", 1)[0]


def test_every_profile_and_test_is_in_its_table() -> None:
    profiles = {row[0].strip("`") for row in rows(section(SUITE_README, "Profiles"))}
    assert profiles == {path.stem for path in (LOAD / "scenarios").glob("*.js")}
    pages = [SUITE_README, *SUITE_PAGES.values()]
    tests = [section(page, "Tests") for page in pages if "\n## Tests\n" in page]
    listed = set(re.findall(r"^\| `([a-z][a-z0-9-]*)`", "\n".join(tests), re.MULTILINE))
    scripts = {path.stem for path in (LOAD / "scripts").glob("*.js")}
    assert scripts <= listed


def test_a_test_is_listed_where_its_feature_is() -> None:
    """The README lists the tests that every suite has; a page comes with the tests it lists."""
    table = json.loads((STAGE / "placing" / "features.json").read_text(encoding="utf-8"))
    owners: dict[str, set[str]] = {}
    for name, feature in table.items():
        for path in feature.get("files", []):
            owners.setdefault(path, set()).add(name)
    listed = {row[0].strip("`") for row in rows(section(SUITE_README, "Tests"))}
    scripts = {path.stem: f"tests/load/scripts/{path.name}" for path in LOAD.glob("scripts/*.js")}
    always = {name for name, path in scripts.items() if path not in owners}
    assert {name.split("`")[0] for name in listed} == always


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


def test_the_wrapper_knows_every_setting_of_the_tables() -> None:
    """It reads the names from the tables, for containers and for --dry-run."""
    names = "$SHOWN_SETTINGS $WRAPPER_SETTINGS $setting_names"
    program = f'suite=$1; . "$2"; load_setting_names; echo {names}'
    found = subprocess.run(
        ["bash", "-euc", program, "bash", LOAD, SHELL / "setting-names.sh"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.split()
    listed = documented_settings("settings")
    assert listed < set(found)
    assert {"RESOURCES", "TIER", "WS_URL", "OPENAPI_KEY", "CDC_READ"} < set(found) - listed
    assert len(found) == len(set(found))


def test_pages_name_the_address_of_the_template() -> None:
    """A fork changes it in cookiecutter.json only."""
    for path in home.pages():
        text = path.read_text(encoding="utf-8")
        assert home.with_home(text, home.home()) == text, f"{path}: run make format"
    forked = home.with_home(ROOT_README, "gh:me/fork")
    assert "cookiecutter gh:me/fork" in forked
    assert home.home() not in forked
    cruft = (REPOSITORY / "docs" / "updating.md").read_text(encoding="utf-8")
    assert "cruft link https://github.com/me/fork" in home.with_home(cruft, "gh:me/fork")
