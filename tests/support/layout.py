"""Paths of this repository."""

import re
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
TEMPLATE = REPOSITORY / "{{cookiecutter.project_slug}}"
STAGE = TEMPLATE / ".cookiecutter-k6"
SUITE_FILES = STAGE / "files"
LOAD = SUITE_FILES / "tests" / "load"
WRAPPER = SUITE_FILES / "scripts" / "load-test.sh"
SHELL = LOAD / "engine" / "shell"
SERVICE = REPOSITORY / "examples" / "service"


def shell_parts() -> list[Path]:
    """Return the files that load-test.sh reads: its parts in order, then those of features."""
    names = re.search(
        r"^readonly shell_parts='([^']*)'", WRAPPER.read_text(encoding="utf-8"), re.MULTILINE
    )
    assert names, f"{WRAPPER} names no parts"
    features = sorted((LOAD / "engine" / "features").glob("*/shell.sh"))
    return [*(SHELL / f"{name}.sh" for name in names[1].split()), *features]


def wrapper_text() -> str:
    """Return the whole wrapper: load-test.sh and all its parts."""
    return "".join(path.read_text(encoding="utf-8") for path in (WRAPPER, *shell_parts()))


def needs_extensions(script: Path) -> bool:
    """Return whether a script needs a k6 with extensions; a comment in it says so."""
    return "\n// needs k6/x/" in script.read_text(encoding="utf-8")
