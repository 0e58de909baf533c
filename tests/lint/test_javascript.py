"""JavaScript: types, ESLint, formatting, and k6's own opinion of every entry point."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from sources import tracked_files

from tests.lint.linting import link_node_modules, lint, run
from tests.support.bakery import Bakery
from tests.support.installed import build_cache
from tests.support.layout import REPOSITORY, SUITE_FILES, needs_extensions
from tests.support.option_sets import OPTION_SETS

pytestmark = pytest.mark.slow

NodeBin = Callable[[str], Path]

ESLINT_CONFIG = REPOSITORY / "eslint.config.cjs"
# The suite's settings keep a service's formatter off the files that updates replace, but not ours.
OURS_TOO = "--no-require-pragma"
FORMATTED = (OURS_TOO, "**/*.{js,ts,json,yml,yaml,md}", "!**/results/**")
BAD_MODULE = "import http from 'k6/http';\nexport default function () {\n  http.gett(1)\n}\n"
BAD_OPTION = "export const options = { vus: 1, surely_unknown: 2 };\nexport default () => {};\n"


def cache(linter: str) -> list[str]:
    """Return the flags with which a linter remembers the content of files that it accepted."""
    place = build_cache(linter) / "accepted"
    return ["--cache", "--cache-strategy=content", f"--cache-location={place}"]


def entry_points(tree: Path) -> list[Path]:
    """Return every script k6 can run, in a stable order."""
    load = tree / "tests" / "load"
    found = [*load.glob("scenarios/*.js"), *load.glob("scripts/*.js")]
    assert found, f"{load} has no scenarios/*.js and no scripts/*.js"
    return sorted(found)


def test_what_the_list_shows_is_a_sentence() -> None:
    for script in entry_points(SUITE_FILES):
        first = script.read_text(encoding="utf-8").partition("\n")[0]
        assert first.endswith((".", "?")), f"{script.name}: --list ends with {first[-30:]!r}"


def test_types_are_right(workshop: Path, node_bin: NodeBin) -> None:
    lint([node_bin("tsc"), "-p", "tests/load/jsconfig.json", "--noEmit"], workshop)


def test_types_are_checked_strictly(node_bin: NodeBin) -> None:
    shown = lint(
        [node_bin("tsc"), "-p", "tests/load/jsconfig.json", "--showConfig"], SUITE_FILES
    ).stdout
    for option in ('"strict": true', '"checkJs": true', '"noEmit": true'):
        assert option in shown, f"tests/load/jsconfig.json lacks {option}\n{shown}"


def test_eslint_is_content(distinct: Path, node_bin: NodeBin) -> None:
    lint([node_bin("eslint"), "-c", ESLINT_CONFIG, "--max-warnings=0", "."], distinct)


def test_eslint_is_content_here(node_bin: NodeBin) -> None:
    """With the JavaScript of tests and benchmarks, and the template tree."""
    scripts = [path for path in tracked_files() if path.suffix in {".js", ".cjs"}]
    flags = ["-c", str(ESLINT_CONFIG), "--max-warnings=0", *cache("eslint")]
    lint([node_bin("eslint"), *flags, *scripts], REPOSITORY)


def test_prettier_would_change_nothing(distinct: Path, node_bin: NodeBin) -> None:
    """With the settings the project itself ships, as an editor in that folder would do."""
    lint([node_bin("prettier"), "--check", *FORMATTED], distinct)


def test_prettier_would_change_nothing_here(node_bin: NodeBin) -> None:
    lint([node_bin("prettier"), "--check", OURS_TOO, *cache("prettier"), "."], REPOSITORY)


@pytest.mark.slow
def test_k6_accepts_every_entry_point_of_the_template(any_k6: Path) -> None:
    """Those of generated projects: tests/suite/test_generated.py."""
    inspect_all(SUITE_FILES, any_k6)


@pytest.mark.slow
@pytest.mark.xdist_group("lint-everything")
def test_the_next_major_version_accepts_every_entry_point(
    baked: Bakery, k6_v2_binary: Path
) -> None:
    """Of the project that has all of them: a version makes no difference between projects."""
    inspect_all(baked(**OPTION_SETS["everything"]), k6_v2_binary)


def inspect_all(tree: Path, k6: Path) -> None:
    """Have k6 read the options of every entry point of a tree."""
    for script in entry_points(tree):
        if needs_extensions(script):
            continue  # tests/suite inspects these, with a k6 that has them
        done = lint([k6, "inspect", "--execution-requirements", script], tree)
        assert "unknown field" not in done.stderr, f"{script}: {done.stderr}"


@pytest.mark.slow
def test_tsc_refuses_what_k6_does_not_have(tmp_path: Path, node_bin: NodeBin) -> None:
    link_node_modules(tmp_path)
    (tmp_path / "bad.js").write_text(BAD_MODULE, encoding="utf-8")
    flags = (
        "--allowJs --checkJs --noEmit --strict --module esnext --moduleResolution bundler".split()
    )
    done = run([node_bin("tsc"), *flags, "--types", "k6", "bad.js"], tmp_path)
    assert done.returncode != 0
    assert "gett" in done.stdout


@pytest.mark.slow
@pytest.mark.parametrize(
    ("code", "rule"),
    [
        ("const a = 1;\n", "no-unused-vars"),
        ("export const f = (a, b) => (a == b ? nowhere : 1);\n", "no-undef"),
        ("export const f = (a, b) => a == b;\n", "eqeqeq"),
    ],
)
def test_eslint_refuses(code: str, rule: str, tmp_path: Path, node_bin: NodeBin) -> None:
    (tmp_path / "bad.js").write_text(code, encoding="utf-8")
    done = run([node_bin("eslint"), "-c", ESLINT_CONFIG, "bad.js"], tmp_path)
    assert done.returncode == 1
    assert rule in done.stdout


@pytest.mark.slow
def test_prettier_refuses_untidy_code(tmp_path: Path, node_bin: NodeBin) -> None:
    (tmp_path / "bad.js").write_text(BAD_MODULE, encoding="utf-8")
    done = run([node_bin("prettier"), "--check", *FORMATTED], tmp_path)
    assert done.returncode == 1


def test_k6_names_an_unknown_option(tmp_path: Path, k6_binary: Path) -> None:
    script = tmp_path / "bad.js"
    script.write_text(BAD_OPTION, encoding="utf-8")
    done = run([k6_binary, "inspect", script], tmp_path)
    assert "unknown field" in done.stderr
