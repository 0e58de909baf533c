"""Shell scripts: shellcheck, shfmt and a syntax check."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from sources import files_below, shell_scripts, tracked_files

from tests.lint.linting import lint, run
from tests.support.layout import REPOSITORY, SUITE_FILES, WRAPPER, shell_parts

pytestmark = pytest.mark.slow

Tool = Callable[[str], Path]

SHELLCHECK = ("-x", "-S", "style")
# The repository's own run follows the flow of data as well, in the same lines.
QUICKLY = (*SHELLCHECK, "--extended-analysis=false")
# Functions of hooks, traps and background processes are called by their names.
CALLED_BY_NAME = ("-e", "SC2329")
SHFMT = ("-d", "-i", "2", "-ci")


def test_shellcheck_and_shfmt_accept_the_scripts_of_a_generated_project(
    generated: Path, tool: Tool
) -> None:
    """Scripts that are the template's, byte for byte, are checked with the repository."""
    scripts = shell_scripts(files_below(generated))
    assert scripts, "a project without scripts/load-test.sh"
    known = {path.read_bytes() for path in shell_scripts(files_below(SUITE_FILES))}
    changed = [path for path in scripts if path.read_bytes() not in known]
    if changed:
        lint([tool("shellcheck"), *QUICKLY, *changed], generated)
        lint([tool("shfmt"), *SHFMT, *changed], generated)


def test_shellcheck_and_shfmt_accept_the_scripts_of_the_repository(tool: Tool) -> None:
    scripts = shell_scripts(tracked_files())
    parts = set(shell_parts())
    assert {REPOSITORY / ".ci" / "run", WRAPPER} | parts <= set(scripts)
    whole = [path for path in scripts if path not in parts | {WRAPPER}]
    lint([tool("shellcheck"), *SHELLCHECK, *whole], REPOSITORY)
    lint([tool("shfmt"), *SHFMT, *scripts], REPOSITORY)


def test_shellcheck_accepts_the_parts_of_the_wrapper_as_one_script(
    tool: Tool, tmp_path: Path
) -> None:
    """Only together do the parts show which variable is set and which function is called."""
    script = tmp_path / "load-test.sh"
    script.write_text(as_one(WRAPPER, shell_parts()), encoding="utf-8")
    lint([tool("shellcheck"), *SHELLCHECK, *CALLED_BY_NAME, script], tmp_path)


def test_an_unknown_variable_in_a_part_is_found(tool: Tool, tmp_path: Path) -> None:
    parts = [*shell_parts(), tmp_path / "bad.sh"]
    parts[-1].write_text('bad() { echo "$nobody_sets_this"; }\n', encoding="utf-8")
    script = tmp_path / "load-test.sh"
    script.write_text(as_one(WRAPPER, parts), encoding="utf-8")
    done = run([tool("shellcheck"), *QUICKLY, *CALLED_BY_NAME, script], tmp_path)
    assert done.stdout.count("(warning)") == 1
    assert "nobody_sets_this is referenced but not assigned" in done.stdout


def as_one(wrapper: Path, parts: list[Path]) -> str:
    """Return a script that holds its parts instead of reading them."""
    head, _, tail = re.split(
        r"(^for part in \$shell_parts; do \. .*^for part in .*? done\n)",
        wrapper.read_text(encoding="utf-8"),
        flags=re.MULTILINE | re.DOTALL,
    )
    texts = [
        f"# ---- {path.parent.name}/{path.name}\n{path.read_text(encoding='utf-8')}"
        for path in parts
    ]
    return "".join([head.replace("readonly shell_parts=", "export shell_parts="), *texts, tail])


@pytest.mark.parametrize(
    ("command", "script"),
    [
        (("shellcheck", *SHELLCHECK), "#!/bin/bash\nrm -rf $1/*\n"),
        (("shfmt", *SHFMT), "#!/bin/bash\nif true; then\n      echo hi\nfi\n"),
    ],
    ids=["shellcheck", "shfmt"],
)
def test_a_bad_script_is_refused(
    command: tuple[str, ...], script: str, tool: Tool, tmp_path: Path
) -> None:
    bad = tmp_path / "bad.sh"
    bad.write_text(script, encoding="utf-8")
    assert run([tool(command[0]), *command[1:], bad], tmp_path).returncode == 1
