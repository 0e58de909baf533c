"""The template's hooks: as modules, and as cookiecutter renders them."""

from __future__ import annotations

import importlib.util
import json
from functools import cache
from types import ModuleType
from typing import Any

from cookiecutter.utils import create_env_with_context

from tests.support.layout import REPOSITORY


@cache
def load_hook(name: str) -> ModuleType:
    """Import an unrendered hook."""
    path = REPOSITORY / "hooks" / f"{name}.py"
    spec = importlib.util.spec_from_file_location(f"hook_{name}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def render_hook(name: str, context: dict[str, Any]) -> str:
    """Return the source of a hook, rendered by cookiecutter."""
    source = (REPOSITORY / "hooks" / f"{name}.py").read_text(encoding="utf-8")
    environment = create_env_with_context({"cookiecutter": context})
    return str(environment.from_string(source).render(cookiecutter=context))


def defaults() -> dict[str, Any]:
    """Return the content of cookiecutter.json."""
    text = (REPOSITORY / "cookiecutter.json").read_text(encoding="utf-8")
    document: dict[str, Any] = json.loads(text)
    return document
