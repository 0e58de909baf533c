"""Which tests belong to which files.

A row is the beginning of a path, and the tests that reach it first. Of several rows for a file the
longest counts. After these come the tests of the whole area.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

STAGE = "{{cookiecutter.project_slug}}/.cookiecutter-k6"
LOAD = f"{STAGE}/files/tests/load"


@dataclass(frozen=True)
class Area:
    """A part of the template.

    Attributes:
        files: patterns from the root of the repository.
        without: beginnings of paths that are left out, and why.
        tests: arguments of pytest for every file.
        nearest: beginning of a path -> tests before these; last: after them.
        recorded: arguments of pytest for the tests whose lines of Python are recorded; of these the
            ones that run a changed line come first.
    """

    files: tuple[str, ...]
    tests: str
    nearest: Mapping[str, str] = field(default_factory=dict)
    last: Mapping[str, str] = field(default_factory=dict)
    without: Mapping[str, str] = field(default_factory=dict)
    recorded: str = ""

    def paths(self, root: Path) -> list[Path]:
        """Return the files, sorted."""
        found = {path for pattern in self.files for path in root.glob(pattern)}
        left = tuple(self.without)
        return sorted(
            path
            for path in found
            if path.is_file() and not path.relative_to(root).as_posix().startswith(left or "/")
        )

    def stages(self, path: str) -> Iterator[str]:
        """Yield the arguments of pytest for a file, given from the root of the repository."""
        for stage in (self.nearest, {"": self.tests}, self.last):
            rows = [row for row in stage if path.startswith(row)]
            if rows and stage[max(rows, key=len)]:
                yield stage[max(rows, key=len)]


SHELL = f"{LOAD}/engine/shell/"
ENGINE = f"{LOAD}/engine/"
SUITE = "tests/suite/test_"
TABLE = f"{ENGINE}features/openapi/openapi_table/"

# Of tests/suite/k6/, which run in k6 and take a second.
_MODULE_TESTS = {
    "settings/": ("settings",),
    "settings/duration": ("duration",),
    "settings/url": ("url",),
    "plan/": ("plan", "guard", "profiles", "thresholds"),
    "plan/proxy": ("proxy",),
    "plan/readiness": ("readiness", "guard"),
    "plan/timeline": ("timeline",),
    "summary/": ("findings", "verdict", "judgement"),
    "summary/text": ("text", "baseline"),
    "summary/timeline": ("timeline",),
    "summary/pretty": ("pretty-json",),
    "baseline/": ("baseline", "judgement"),
    "segments/": ("segments",),
    "vu/": ("reports", "failures", "growth", "stages"),
    "vu/timeline": ("timeline",),
}

AREAS: dict[str, Area] = {
    "wrapper": Area(
        files=(f"{STAGE}/files/scripts/load-test.sh", f"{SHELL}*.sh"),
        tests="tests/wrapper -m not+slow",
        nearest={
            f"{SHELL}arguments": "tests/wrapper/test_arguments.py",
            f"{SHELL}options": "tests/wrapper/test_arguments.py",
            f"{SHELL}select": "tests/wrapper/test_arguments.py",
            f"{SHELL}results": "tests/wrapper/test_results.py",
            f"{SHELL}run": "tests/wrapper/test_results.py",
            f"{SHELL}settings": "tests/wrapper/test_settings.py",
            f"{SHELL}values": "tests/wrapper/test_settings.py",
            f"{SHELL}text": "tests/wrapper/test_settings.py tests/wrapper/test_parts.py",
            f"{SHELL}target": "tests/wrapper/test_target.py",
            f"{SHELL}url": "tests/wrapper/test_target.py",
            f"{SHELL}rules": "tests/wrapper/test_target.py",
            f"{SHELL}service": "tests/wrapper/test_service.py",
            f"{SHELL}process": "tests/wrapper/test_signals.py",
            f"{SHELL}docker": "tests/wrapper/test_docker.py",
            f"{SHELL}k6": "tests/wrapper/test_k6_binary.py",
            f"{SHELL}segments": "tests/wrapper/test_segments.py",
            f"{SHELL}generator": "tests/wrapper/test_generator.py",
            f"{SHELL}run-id": "tests/wrapper/test_history.py tests/wrapper/test_results.py",
            f"{SHELL}folder": "tests/wrapper/test_history.py tests/wrapper/test_results.py",
            f"{SHELL}outputs": "tests/wrapper/test_start_environment.py",
            f"{SHELL}save": "tests/wrapper/test_baseline.py",
            f"{SHELL}baselines": "tests/wrapper/test_baseline.py",
            f"{SHELL}compare": "tests/wrapper/test_baseline.py tests/wrapper/test_history.py",
            f"{SHELL}show-settings": "tests/wrapper/test_show_settings.py",
        },
        without={f"{SHELL}help.sh": "text"},
    ),
    "engine": Area(
        files=(
            *(
                f"{ENGINE}{folder}/*.js"
                for folder in ("settings", "plan", "vu", "summary", "baseline", "segments")
            ),
            f"{LOAD}/lib/*.js",
        ),
        tests="tests/suite -m not+slow",
        nearest={
            f"{ENGINE}{place}": " ".join(f"{SUITE}modules.py::test_module[{m}.js]" for m in scripts)
            for place, scripts in _MODULE_TESTS.items()
        }
        | {
            f"{LOAD}/lib/": " ".join(
                f"{SUITE}modules.py::test_module[{m}.js]" for m in ("journeys", "checks", "helpers")
            )
        },
        last={
            f"{ENGINE}plan/": f"{SUITE}presets.py {SUITE}planned_load.py {SUITE}target_guard.py",
            f"{ENGINE}plan/readiness": f"{SUITE}health.py",
            f"{ENGINE}plan/generator": "tests/wrapper/test_generator.py",
            f"{ENGINE}plan/proxy": f"{SUITE}networks.py",
            f"{ENGINE}summary/": f"{SUITE}verdicts.py {SUITE}false_verdicts.py",
            f"{ENGINE}vu/": f"{SUITE}failing_runs.py {SUITE}secrets.py {SUITE}series.py",
            f"{ENGINE}baseline/": f"{SUITE}baseline.py",
            f"{ENGINE}segments/": "tests/wrapper/test_segments.py",
            f"{LOAD}/lib/": f"{SUITE}false_verdicts.py {SUITE}failing_runs.py",
            f"{LOAD}/lib/auth": f"{SUITE}tokens.py {SUITE}healthy.py",
            f"{LOAD}/lib/resources": f"{SUITE}resources.py",
            f"{LOAD}/lib/lost-creates": f"{SUITE}resources.py",
            f"{LOAD}/lib/rows": f"{SUITE}rows.py",
        },
        without={f"{LOAD}/lib/signing.js": "tests/servers has its tests"},
    ),
    "placing": Area(
        files=(f"{STAGE}/placing/*.py", "hooks/*.py"),
        tests="tests/placing tests/generation -m not+slow",
        nearest={
            f"{STAGE}/placing/": "tests/placing tests/docs/test_examples.py -m not+slow",
            "hooks/pre": "tests/generation/test_answers.py tests/generation/test_lock.py"
            " tests/openapi/test_hook.py",
        },
        recorded="tests/placing tests/generation tests/docs/test_examples.py -m not+slow",
        last={
            f"{STAGE}/placing/": "tests/generation/test_merge_reasons.py",
            f"{STAGE}/placing/run": "tests/hosts/test_ignored.py",
            f"{STAGE}/placing/ignored": "tests/hosts/test_ignored.py",
        },
    ),
    "openapi": Area(
        files=(f"{TABLE}**/*.py", f"{ENGINE}features/openapi/*.js", f"{ENGINE}features/rows/*.js"),
        tests="tests/openapi tests/docs/test_examples.py -m not+slow",
        recorded="tests/openapi tests/docs/test_examples.py -m not+slow",
        nearest={
            ENGINE: f"{SUITE}modules.py::test_module[openapi-walks.js]"
            f" {SUITE}modules.py::test_module[openapi-run.js]"
            f" {SUITE}modules.py::test_module[openapi.js]"
            " tests/openapi/test_same_requests.py",
            TABLE: "tests/openapi/test_tables.py tests/openapi/test_many_small_ones.py"
            " tests/openapi/test_checking.py tests/openapi/test_running_the_command.py",
        },
        last={
            ENGINE: f"tests/openapi/test_harm.py tests/openapi/test_where.py {SUITE}openapi.py"
            " tests/openapi/test_answers.py tests/openapi/test_refusals.py",
            TABLE: "",
            f"{ENGINE}features/openapi/refusals": "tests/openapi/test_refusals.py"
            f" tests/openapi/test_answers.py {SUITE}openapi.py",
        },
    ),
    "traffic": Area(
        files=(f"{ENGINE}features/traffic/traffic_table/**/*.py", f"{ENGINE}features/traffic/*.js"),
        tests="tests/traffic",
        nearest={ENGINE: "tests/traffic -m not+slow"},
    ),
}
