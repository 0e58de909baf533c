"""Where things are in this repository."""

from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
TEMPLATE = REPOSITORY / "{{cookiecutter.project_slug}}"
STAGE = TEMPLATE / ".cookiecutter-k6"
SUITE_FILES = STAGE / "files"
LOAD = SUITE_FILES / "tests" / "load"
WRAPPER = SUITE_FILES / "scripts" / "load-test.sh"
SERVICE = REPOSITORY / "examples" / "service"
