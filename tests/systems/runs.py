"""Short runs of generated suites on the servers of this folder, many at a time."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import yaml

from tests.support.bakery import Answer, Bakery
from tests.support.layout import REPOSITORY
from tests.support.suite_runner import Run, Suite
from tests.systems import core, desk, missions
from tests.systems.frame import Fault, System, running
from tests.systems.shop import shop

Prepare = Callable[[System], None]

SYSTEMS: dict[str, Prepare] = {
    "core": core.prepare,
    "missions": missions.prepare,
    "commerce": shop(),
    "desk": desk.prepare,
}
"""Servers by preset; the pipeline, which is no HTTP server, is in tests/databases."""

SHORT: dict[str, str | float] = {
    "VUS": 2,
    "DURATION": "1s",
    "TIME_SCALE": 0.008,
    "THINK_TIME": 0.03,
}
OWN: dict[str, dict[str, str | float]] = {
    "rate-limit": {"RATE_LIMIT_WINDOW": "2s", "RATE_LIMIT": 100, "TIER": "free"},
    "flash-sale": {"VUS": 10, "TIME_SCALE": 0.006, "THINK_TIME": 0.2},
    "breaking-point": {"VUS": "", "RATE_FROM": 9, "RATE_TO": 10},
    "memory-leak": {"DURATION": "4s", "MEMORY_LIMIT": 10_000},
    "tiers": {"TIME_SCALE": 0.002, "VUS": 3},
    "spike": {"TIME_SCALE": 0.012},
    "breakpoint": {"DURATION": "3s"},
    "websocket": {"DURATION": "3s"},
}
"""What some tests need to say something in seconds."""

VARIANTS = {"smoke-ramping": "smoke"}

LATENCY = re.compile(r"^(p\(|avg|med|max)")


@dataclass(frozen=True)
class Case:
    """A run that has to be red, and what it has to say.

    Attributes:
        says: pattern of one of the reasons.
        prepare: the server; default that of the preset.
    """

    test: str
    says: str
    faults: tuple[Fault, ...] = ()
    broken: str = ""
    settings: tuple[tuple[str, str | float], ...] = ()
    prepare: Prepare | None = None


def answers(preset: str) -> dict[str, Answer]:
    """Return the answers of a preset; those of the core document are the defaults."""
    if preset == "core":
        return {}
    text = (REPOSITORY / "presets" / f"{preset}.yaml").read_text(encoding="utf-8")
    return dict(yaml.safe_load(text)["default_context"])


def suite_of(preset: str, baked: Bakery, k6: Path, results: Path) -> Suite:
    """Return the untouched suite that a preset makes."""
    return Suite(k6, baked(**answers(preset)) / "tests" / "load", results)


def entry_of(suite: Suite, test: str) -> str:
    """Return the file of a test or a profile; a variant of a profile has that of the profile."""
    test = VARIANTS.get(test, test)
    folder = "scripts" if (suite.load / "scripts" / f"{test}.js").is_file() else "scenarios"
    return f"{folder}/{test}.js"


def calm(suite: Suite, test: str) -> str:
    """Return THRESHOLDS for a run whose verdict must not depend on how busy this machine is."""
    found = suite.inspect(entry_of(suite, test)).thresholds
    slow = [name for name, limits in found.items() if LATENCY.match(limits[0])]
    tiers = [name for name in found if name.startswith("tier_slowdown")]
    loose = [f"{name}=p(95)<30000" for name in slow] + [f"{name}=rate<2" for name in tiers]
    return ";".join([*loose, "checks=rate>0.5"])


def run(suite: Suite, test: str, system: System, **settings: str | float) -> Run:
    """Run a test on a server for a second or a few."""
    profile = {"PROFILE": test} if test in VARIANTS else {}
    wanted = {**SHORT, **profile, **OWN.get(test, {}), **settings}
    return suite.against(system.url).having(**wanted).run(entry_of(suite, test))


def red_run(preset: str, suite: Suite, case: Case) -> Run:
    """Run the test of a case on a server with its faults."""
    prepare = case.prepare or SYSTEMS[preset]
    with running(prepare, faults=case.faults, broken=case.broken) as system:
        return run(suite, case.test, system, **dict(case.settings))


def green_run(preset: str, suite: Suite, test: str, prepare: Prepare | None = None) -> Run:
    """Run a test on a server that does what it should."""
    with running(prepare or SYSTEMS[preset]) as system:
        return run(suite, test, system, THRESHOLDS=calm(suite, test))


def command(
    project: Path, *words: str, k6: Path, results: Path, **settings: str | float
) -> subprocess.CompletedProcess[str]:
    """Run a command of the project with short runs."""
    wanted = {"K6_BIN": k6, "RESULTS_DIR": results, **settings}
    return subprocess.run(
        words,
        cwd=project,
        env={
            **os.environ,
            "PATH": f"{k6.parent}{os.pathsep}{os.environ['PATH']}",
            **{name: str(value) for name, value in wanted.items()},
        },
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
