"""Shell scripts: shellcheck, shfmt and a syntax check."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from sources import files_below, shell_scripts, tracked_files

from tests.layout import REPOSITORY
from tests.lint.linting import lint, run

Tool = Callable[[str], Path]

SHELLCHECK = ("-x", "-S", "style")
SHFMT = ("-d", "-i", "2", "-ci")


def test_shellcheck_and_shfmt_accept_the_scripts_of_a_tree(tree: Path, tool: Tool) -> None:
    scripts = shell_scripts(files_below(tree))
    assert scripts, "a tree without scripts/load-test.sh"
    lint([tool("shellcheck"), *SHELLCHECK, *scripts], tree)
    lint([tool("shfmt"), *SHFMT, *scripts], tree)


def test_shellcheck_and_shfmt_accept_the_scripts_of_the_repository(tool: Tool) -> None:
    scripts = shell_scripts(tracked_files())
    assert REPOSITORY / ".ci" / "run" in scripts
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
