"""The examples in docstrings of what every project gets: `>>>` lines, run by doctest."""

from __future__ import annotations

import doctest
import importlib
import pkgutil
from collections.abc import Iterator

import pytest

PACKAGES = ("placing", "openapi_table", "traffic_table", "table_tool")


def modules() -> Iterator[str]:
    """Yield the names of all modules, with those in packages."""
    for name in PACKAGES:
        package = importlib.import_module(name)
        yield name
        for found in pkgutil.walk_packages(getattr(package, "__path__", []), f"{name}."):
            yield found.name


@pytest.mark.parametrize("name", sorted(modules()))
def test_examples_are_true(name: str) -> None:
    failed, _ = doctest.testmod(importlib.import_module(name))
    assert failed == 0
