"""Shell scripts: shellcheck, shfmt and a syntax check."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from sources import files_below, shell_scripts, tracked_files

from tests.lint.linting import lint, run
from tests.support.layout import REPOSITORY, SUITE_FILES, WRAPPER

Tool = Callable[[str], Path]

SHELLCHECK = ("-x", "-S", "style")
# The repository's own run follows the flow of data as well, in the same lines.
QUICKLY = (*SHELLCHECK, "--extended-analysis=false")
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
    assert {REPOSITORY / ".ci" / "run", WRAPPER} <= set(scripts)
    lint([tool("shellcheck"), *SHELLCHECK, *scripts], REPOSITORY)
    lint([tool("shfmt"), *SHFMT, *scripts], REPOSITORY)


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
