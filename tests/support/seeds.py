"""Property tests of the slow part of the suite draw other examples in every run.

The quick ones draw the same in every run (`derandomize` in conftest.py). A failure prints the seed;
`PROPERTY_SEED=N pytest ...` repeats it.
"""

from __future__ import annotations

import functools
import os
import random
from collections.abc import Callable
from typing import Any

import hypothesis

VARIABLE = "PROPERTY_SEED"


def choose_seed() -> None:
    """Choose the seed of this run, unless it is given; workers of pytest-xdist inherit it."""
    os.environ.setdefault(VARIABLE, str(random.SystemRandom().randrange(10**9)))


def property_seed() -> int:
    """Return the seed of this run, and print it: pytest shows what a failed test has printed."""
    print(f"{VARIABLE}={os.environ[VARIABLE]} repeats these examples")
    return int(os.environ[VARIABLE])


def fresh(test: Callable[..., Any]) -> Callable[..., None]:
    """Draw examples by the seed of this run; the topmost decorator of a property test."""
    seeded = hypothesis.seed(int(os.environ[VARIABLE]))(test)

    @functools.wraps(seeded)
    def run(*arguments: Any, **named: Any) -> None:
        property_seed()
        seeded(*arguments, **named)

    return run
