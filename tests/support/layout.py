"""Paths of this repository."""

from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
TEMPLATE = REPOSITORY / "{{cookiecutter.project_slug}}"
STAGE = TEMPLATE / ".cookiecutter-k6"
SUITE_FILES = STAGE / "files"
LOAD = SUITE_FILES / "tests" / "load"
WRAPPER = SUITE_FILES / "scripts" / "load-test.sh"
SERVICE = REPOSITORY / "examples" / "service"


def needs_extensions(script: Path) -> bool:
    """Return whether a script needs a k6 with extensions; a comment in it says so."""
    return "\n// needs k6/x/" in script.read_text(encoding="utf-8")
