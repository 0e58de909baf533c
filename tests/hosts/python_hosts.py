"""Services in Python: FastAPI, Django and Flask."""

from __future__ import annotations

from tests.hosts.host import Host

FASTAPI = Host(
    files={
        ".gitignore": "__pycache__/\n*.py[cod]\nbuild/\ndist/\nlib/\nlib64/\n.env\n*.log\n.venv\n",
        "app/__init__.py": "",
        "app/main.py": '''"""The service."""

from fastapi import FastAPI

app = FastAPI()


@app.get("/health")
def health() -> dict[str, str]:
    """Tell that the service is up."""
    return {"status": "ok"}
''',
        "tests/__init__.py": "",
        "tests/test_main.py": '''"""Tests of the service."""

from app.main import health


def test_health() -> None:
    """The service is up."""
    assert health() == {"status": "ok"}
''',
        "pyproject.toml": """[project]
name = "api"
version = "0.1.0"
dependencies = ["fastapi"]

[tool.ruff.lint]
select = ["E", "W", "F", "I", "B", "C4", "UP", "ARG", "D103", "ANN", "PL", "S"]
per-file-ignores = { "tests/*" = ["S101"] }

[tool.isort]
profile = "black"

[tool.mypy]
strict = true
overrides = [{ module = ["fastapi.*"], ignore_missing_imports = true }]
disable_error_code = ["untyped-decorator"]
""",
    },
    commands={
        "ruff check .": ("dev", "ruff", "check", "--no-cache", "."),
        "ruff format --check .": ("dev", "ruff", "format", "--no-cache", "--check", "."),
        "black --check .": ("hosts-python", "black", "--check", "."),
        "isort --check .": ("hosts-python", "isort", "--check", "."),
        "flake8": ("hosts-python", "flake8"),
        "mypy .": ("hosts-python", "mypy", "."),
        "pylint": ("hosts-python", "pylint", "--recursive=y", "--disable=import-error", "."),
        "yamllint .": ("hosts-python", "yamllint", "."),
        "codespell": ("hosts-python", "codespell"),
        "check-yaml": ("hosts-python", "check-yaml", "{files *.yml *.yaml}"),
        "check-json": ("hosts-python", "check-json", "{files *.json}"),
        "end-of-file-fixer": ("hosts-python", "end-of-file-fixer", "{files}"),
        "trailing-whitespace": ("hosts-python", "trailing-whitespace-fixer", "{files}"),
        "detect-private-key": ("hosts-python", "detect-private-key", "{files}"),
        "pytest": ("dev", "pytest", "-q", "-p", "no:cacheprovider"),
    },
)

DJANGO = Host(
    files={
        ".gitignore": "__pycache__/\n*.log\nlocal_settings.py\ndb.sqlite3\nmedia\nlib/\nlib64/\n",
        "manage.py": """#!/usr/bin/env python
import os
import sys

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)
""",
        "config/__init__.py": "",
        "config/settings.py": """from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent.parent
SECRET_KEY = "only-for-tests"
ALLOWED_HOSTS = ["localhost"]
INSTALLED_APPS = ["django.contrib.staticfiles", "shop"]
ROOT_URLCONF = "config.urls"
STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "static"
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}
TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates"}]
""",
        "config/urls.py": """from django.urls import path

from shop.views import health

urlpatterns = [path("health", health)]
""",
        "shop/__init__.py": "",
        "shop/views.py": """from django.http import HttpRequest, JsonResponse


def health(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"status": "ok"})
""",
        "tests/__init__.py": "",
        "tests/test_health.py": """from django.test import SimpleTestCase


class HealthTest(SimpleTestCase):
    def test_health(self) -> None:
        self.assertEqual(self.client.get("/health").json(), {"status": "ok"})
""",
    },
    commands={
        "manage.py check": ("servers", "python", "manage.py", "check"),
        "manage.py test": ("servers", "python", "manage.py", "test"),
        "makemigrations --check": ("servers", "python", "manage.py", "makemigrations", "--check"),
        "collectstatic --dry-run": (
            *("servers", "python", "manage.py", "collectstatic", "--dry-run", "--noinput"),
        ),
        "ruff check .": ("dev", "ruff", "check", "--no-cache", "."),
        "black --check .": ("hosts-python", "black", "--check", "."),
    },
)

# Made without any tool of its own: the standard library's test runner, and flake8.
FLASK = Host(
    files={
        ".gitignore": "instance/\n.webassets-cache\n*.py[cod]\n__pycache__/\nlib/\n*.manifest\n",
        "app.py": """from flask import Flask

app = Flask(__name__)


@app.get("/health")
def health() -> dict[str, str]:
    return {"status": "ok"}
""",
        "run.sh": "#!/bin/sh\nexec flask run\n",
        "tests/test_app.py": """import unittest

from app import app


class AppTest(unittest.TestCase):
    def test_health(self) -> None:
        self.assertEqual(app.test_client().get("/health").status_code, 200)
""",
        "pyproject.toml": """[build-system]
requires = ["setuptools"]
build-backend = "setuptools.build_meta"

[project]
name = "api"
version = "0.1.0"
""",
    },
    commands={
        "flask routes": ("servers", "flask", "--app", "app", "routes"),
        "python -m unittest": (
            *("servers", "python", "-m", "unittest", "discover", "-s", "tests"),
        ),
        "flake8": ("hosts-python", "flake8"),
        "bandit -r .": (
            "hosts-python",
            "bandit",
            "-q",
            "-r",
            "--exclude",
            "./tests/test_app.py",
            ".",
        ),
        "typos": ("dev", "typos"),
        "shellcheck": ("dev", "shellcheck", "{files *.sh}"),
    },
)
