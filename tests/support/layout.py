"""Where things are in this repository."""

from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
TEMPLATE = REPOSITORY / "{{cookiecutter.project_slug}}"
STAGE = TEMPLATE / ".cookiecutter-k6"
SUITE_FILES = STAGE / "files"
LOAD = SUITE_FILES / "tests" / "load"
WRAPPER = SUITE_FILES / "scripts" / "load-test.sh"
SERVICE = REPOSITORY / "examples" / "service"


def needs_extensions(script: Path) -> bool:
    """Tell whether a script of the suite needs more than a plain k6; it says so in a comment."""
    return "\n// needs k6/x/" in script.read_text(encoding="utf-8")
