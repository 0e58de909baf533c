"""Generated files: no test runner takes one for a test, and a default project has few to edit."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import pytest
from sources import files_below

from tests.lint.linting import assert_none
from tests.support.bakery import Bakery
from tests.support.layout import SUITE_FILES

JS = r"[cm]?[jt]sx?"
# What each test runner looks for by default, as an expression for the end of a path. A load test
# that such a runner starts fails for want of k6, or worse, sends load.
#
# Left out: AVA also runs every script below `tests/`, whatever its name. A project that uses AVA
# has to exclude tests/load in its settings.
RUNNERS = {
    "jest": rf"__tests__/.+\.{JS} | (.+\.)?(spec|test)\.{JS}",
    "vitest": rf".+\.(test|spec)\.{JS}",
    "node --test": r".+[.\-_]test\.[cm]?[jt]s | test-.+\.[cm]?[jt]s | test\.[cm]?[jt]s"
    r" | test/.+\.[cm]?[jt]s",
    "mocha": r"test/[^/]+\.[cm]?js",
    "ava": r"test\.[cm]?js | test-.+\.[cm]?js | .+\.(spec|test)\.[cm]?js | __tests__/.+\.[cm]?js",
    "bun": r".+[._](test|spec)\.[jt]sx?",
    "deno": r"(.+[._])?test\.m?[jt]sx? | __tests__/.+\.m?[jt]sx?",
    "playwright": rf".+\.(test|spec)\.{JS}",
    "cypress": r".+\.cy\.[jt]sx? | cypress/e2e/.+",
    "pytest": r"test_.+\.py | .+_test\.py | conftest\.py",
    "go test": r".+_test\.go",
}
PATTERNS = {
    runner: re.compile(rf"(.*/)?({expression})", re.VERBOSE)
    for runner, expression in RUNNERS.items()
}

MAX_OWN = 30
"""Files of a default project that are neither in engine/ nor in lib/, without those of TOOLS."""

# They only tell the host's tools how to treat the suite; nobody opens them.
TOOLS = frozenset(
    f"tests/load/{name}"
    for name in """
    .editorconfig .eslintrc.json .gitattributes .gitignore .markdownlint.json .oxlintrc.json
    .shellcheckrc biome.json eslint.config.js
    """.split()
)


def taken(paths: Iterable[str]) -> Iterator[str]:
    """Yield the paths that a test runner would run."""
    for path in paths:
        for runner, pattern in PATTERNS.items():
            if pattern.fullmatch(path):
                yield f"{path}: {runner} would run it as a test"


def test_no_test_runner_runs_a_generated_file() -> None:
    paths = (path.relative_to(SUITE_FILES).as_posix() for path in files_below(SUITE_FILES))
    assert_none(taken(paths))


@pytest.mark.parametrize(
    ("runner", "path"),
    [
        ("jest", "tests/load/health.test.js"),
        ("jest", "tests/load/test.js"),
        ("jest", "tests/load/__tests__/health.js"),
        ("vitest", "tests/load/health.spec.mjs"),
        ("node --test", "tests/load/scripts/baseline-test.js"),
        ("node --test", "tests/load/lib/test-data.js"),
        ("node --test", "tests/load/lib/test.js"),
        ("node --test", "test/load/health.js"),
        ("mocha", "test/health.js"),
        ("ava", "tests/load/lib/test-data.js"),
        ("bun", "tests/load/health_test.js"),
        ("deno", "tests/load/lib/test.js"),
        ("playwright", "tests/load/health.spec.ts"),
        ("cypress", "tests/load/health.cy.js"),
        ("pytest", "tests/load/test_compile.py"),
        ("go test", "tests/load/k6/main_test.go"),
    ],
)
def test_names_of_tests_are_found(runner: str, path: str) -> None:
    assert f"{path}: {runner} would run it as a test" in list(taken([path]))


@pytest.mark.parametrize(
    "path", ["tests/load/lib/latest.js", "tests/load/scripts/cdc-baseline.js", "tests/load/a.json"]
)
def test_other_names_are_not(path: str) -> None:
    assert not list(taken([path]))


def test_a_default_project_has_few_files_of_its_own(baked: Bakery) -> None:
    project = baked()
    paths = [path.relative_to(project).as_posix() for path in files_below(project)]
    rest = ("tests/load/engine/", "tests/load/lib/")
    own = [path for path in paths if not path.startswith(rest) and path not in TOOLS]
    print(f"default project: {len(paths)} files, {len(own)} of them outside engine/ and lib/")
    assert len(own) <= MAX_OWN, "\n".join(own)
