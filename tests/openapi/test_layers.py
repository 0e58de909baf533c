"""The compiler's layers: each module imports only from its own layer and those below it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import openapi_table
import pytest

PACKAGE = Path(openapi_table.__file__).parent
LAYERS = """
texts document reading schemas operations links generators rows table compiler
overrides cli
""".split()


def imported(source: str) -> Iterator[str]:
    """Yield the layers that absolute imports and those of the package itself name."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom):
            parts = (node.module or "").split(".")
            if parts[0] == "openapi_table":
                yield from parts[1:2] or [alias.name for alias in node.names]


def wrong(layer: str, source: str) -> list[str]:
    """Return the layers above that a module of a layer imports."""
    return [name for name in imported(source) if LAYERS.index(name) > LAYERS.index(layer)]


def absolute(path: Path) -> str:
    """Return a module's text; at the top of the package, relative imports name layers."""
    text = path.read_text(encoding="utf-8")
    if path.parent == PACKAGE:
        text = text.replace("from . import", "from openapi_table import")
        text = text.replace("from .", "from openapi_table.")
    return text


MODULES = [path for path in PACKAGE.rglob("*.py") if path != PACKAGE / "__init__.py"]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_module_imports_only_layers_below(path: Path) -> None:
    layer = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
    assert wrong(layer, absolute(path)) == []


def test_an_import_from_a_layer_above_is_found() -> None:
    assert wrong("schemas", "from openapi_table.rows.maker import Row") == ["rows"]
    assert wrong("texts", "from openapi_table import cli") == ["cli"]
