"""Runs the suite with the real k6 and reads its results."""

from __future__ import annotations

import functools
import json
import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.support.layout import LOAD

THRESHOLDS_CROSSED = 99
SCRIPT_ERROR = 107
"""Exit codes of k6."""

MEGABYTE = 1_000_000

RUN_TIMEOUT = 60.0
"""Time limit for one k6 process in seconds; runs in tests last only a few seconds."""

FLAGS = ("--quiet", "--no-color", "--address=")

SCENARIOS = tuple(sorted(path.stem for path in LOAD.glob("scenarios/*.js")))
SCRIPTS = ("health", "api-public", "api-authenticated", "auth-flow")
ENTRIES = (*(f"scenarios/{name}.js" for name in SCENARIOS), *(f"scripts/{n}.js" for n in SCRIPTS))

TIME_SCALES = {
    "scenarios/load.js": 0.003,
    "scenarios/stress.js": 0.002,
    # Each of its stages is evaluated separately, so the shortest one must fit whole iterations.
    "scenarios/spike.js": 0.012,
    "scripts/health.js": 0.02,
    "scripts/api-public.js": 0.01,
    "scripts/api-authenticated.js": 0.01,
    "scripts/auth-flow.js": 0.01,
}


def scale_of(entry: str) -> float:
    """Return the TIME_SCALE under which an entry point lasts one to a few seconds."""
    return TIME_SCALES.get(entry, 0.001)


SHOP = ("GET /products", "GET /products/search", "POST /orders", "GET /reports/inventory")
"""Endpoints for which the shop has response time targets."""

ANY_LATENCY = ";".join(
    f"{metric}=p(95)<5000"
    for metric in [f"http_req_duration{{name:{name}}}" for name in SHOP]
    + """
        http_req_duration http_req_duration{name:health} http_req_duration{name:api}
        http_req_duration{kind:api_read} http_req_duration{kind:api_write}
        http_req_duration{stage:recovery} health_duration api_duration health_check_duration
        login_duration
    """.split()
)
"""THRESHOLDS for runs whose verdict must not depend on how busy this machine is."""

PATIENT = f"{ANY_LATENCY};health_check_errors=rate<0.9;checks=rate>0.1"
"""The same for scripts/health.js, which checks for an answer within 100 ms."""

GENEROUS = ";".join(
    [
        PATIENT,
        "errors=rate<0.9",
        "errors{name:health}=rate<0.9",
        "error_rate=rate<0.9",
        "dropped_iterations{scenario:knowledge_base_browsing}=count<100",
        *(
            f"{metric}=p(95)<5000"
            for metric in (
                "http_req_duration{expected_response:true}",
                "mission_create_duration",
                "mission_list_duration",
                "spec_get_duration",
                "spec_search_duration",
                "http_req_duration{name:POST /missions}",
                "http_req_duration{name:GET /missions}",
                "http_req_duration{name:GET /specs/{id}}",
                "http_req_duration{name:GET /specs/search}",
            )
        ),
    ]
)
"""The same for tests of resources."""

Json = dict[str, Any]
Settings = Mapping[str, str | int | float]


@dataclass(frozen=True)
class Run:
    """A finished k6 process.

    Attributes:
        code: exit code; out, err: what it wrote; folder: its RESULTS_DIR.
        seconds: how long it took.
        peak_memory: largest resident size, bytes.
    """

    code: int
    out: str
    err: str
    folder: Path
    seconds: float
    peak_memory: int

    @functools.cached_property
    def summary(self) -> Json:
        """The content of summary.json."""
        return dict(json.loads(self.summary_text))

    @property
    def summary_text(self) -> str:
        """The text of summary.json; fails with the output of k6 if there is none."""
        path = self.folder / "summary.json"
        assert path.is_file(), f"no summary.json, exit {self.code}\n{self.everything}"
        return path.read_text(encoding="utf-8")

    @property
    def passed(self) -> bool:
        """The summary's verdict."""
        return bool(self.summary["passed"])

    @property
    def reasons(self) -> str:
        """The reasons for failure in the summary."""
        return "\n".join(self.summary["reasons"])

    @property
    def errors_logged(self) -> list[str]:
        """The errors in its log, except slow responses: this machine may be busy."""
        lines = [line for line in self.err.splitlines() if "level=error" in line]
        return [line for line in lines if "answers within" not in line]

    @property
    def everything(self) -> str:
        """Everything that was printed, for messages and to search for secrets."""
        return f"--- stdout\n{self.out}\n--- stderr\n{self.err}"

    @property
    def samples_text(self) -> str:
        """The file written by `--out json`."""
        return (self.folder / "samples.json").read_text(encoding="utf-8")

    def samples(self) -> Iterator[Sample]:
        """Yield every sample of `--out json`."""
        for line in self.samples_text.splitlines():
            row = json.loads(line)
            if row["type"] == "Point":
                data = row["data"]
                yield Sample(row["metric"], data["value"], data.get("tags") or {})

    def endpoint(self, name: str) -> Json:
        """Return the metrics of one endpoint."""
        return dict(next(row for row in self.summary["endpoints"] if row["name"] == name))


@dataclass(frozen=True)
class Sample:
    """One measured value."""

    metric: str
    value: float
    tags: dict[str, str]


@dataclass
class Suite:
    """The load tests of one folder, run by one k6.

    Args:
        k6: the binary.
        load: the folder `tests/load`.
        results: parent of the results folder of each run.
        base: settings of every run, such as BASE_URL.
    """

    k6: Path
    load: Path
    results: Path
    base: Settings = field(default_factory=dict)
    _inspected: dict[tuple[object, ...], Inspected] = field(default_factory=dict, repr=False)

    def against(self, url: str, **settings: str | float) -> Suite:
        """Return the same suite with another target and further settings."""
        return self.having(BASE_URL=url, **settings)

    def having(self, **settings: str | float) -> Suite:
        """Return the same suite with further settings."""
        return Suite(self.k6, self.load, self.results, {**self.base, **settings})

    def inspect(self, script: str, **settings: str | float) -> Inspected:
        """Return what `k6 inspect` says about a script; cached."""
        key = (script, *sorted(settings.items()))
        if key not in self._inspected:
            self._inspected[key] = self._inspect(script, settings)
        return self._inspected[key]

    def _inspect(self, script: str, settings: Settings) -> Inspected:
        flags = ("--execution-requirements", "--include-system-env-vars")
        done = subprocess.run(
            [self.k6, "inspect", *flags, self.load / script],
            env=self.environment(settings),
            capture_output=True,
            text=True,
            timeout=RUN_TIMEOUT,
            check=False,
        )
        return Inspected(done.returncode, done.stdout, done.stderr)

    def run(
        self,
        script: str | Path,
        *,
        flags: tuple[str, ...] = (),
        samples: bool = False,
        cwd: Path | None = None,
        **settings: str | float,
    ) -> Run:
        """Run a script to its end.

        Args:
            script: below `load`, or a path relative to `cwd` when that is given.
            flags: further flags of `k6 run`.
            samples: also writes `--out json`.
        """
        return self.start(script, flags=flags, samples=samples, cwd=cwd, **settings).wait()

    def start(
        self,
        script: str | Path,
        *,
        flags: tuple[str, ...] = (),
        samples: bool = False,
        cwd: Path | None = None,
        **settings: str | float,
    ) -> Running:
        """Start a script; the caller has to wait for it."""
        folder = Path(tempfile.mkdtemp(prefix="run-", dir=self.results))
        out = (f"--out=json={folder / 'samples.json'}",) if samples else ()
        path = script if cwd else self.load / script
        with (folder / "out.txt").open("wb") as stdout, (folder / "err.txt").open("wb") as stderr:
            process = subprocess.Popen(
                [self.k6, "run", *FLAGS, *out, *flags, path],
                env=self.environment(settings, results=folder),
                cwd=cwd or folder,
                stdin=subprocess.DEVNULL,
                stdout=stdout,
                stderr=stderr,
            )
        return Running(process, folder)

    def environment(self, settings: Settings, results: Path | str = "") -> dict[str, str]:
        """Return the environment of a k6 process: this one's with the settings."""
        wanted = {"RESULTS_DIR": str(results), **self.base, **settings}
        return {**os.environ, **{name: str(value) for name, value in wanted.items()}}


@dataclass
class Running:
    """A k6 process that was started."""

    process: subprocess.Popen[bytes]
    folder: Path
    started: float = field(default_factory=time.monotonic)

    def interrupt(self) -> None:
        """Send SIGINT, as Ctrl-C does."""
        self.process.send_signal(signal.SIGINT)

    def wait_for(self, condition: Callable[[], bool], seconds: float = 30) -> None:
        """Wait for a condition while k6 runs; fail if it never holds."""
        end = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < end, f"waited in vain\n{self._text('err')}"
            assert self.process.poll() is None, f"k6 ended early\n{self._text('err')}"
            time.sleep(0.02)

    def wait(self, seconds: float = RUN_TIMEOUT) -> Run:
        """Wait for the end; kill the process if it takes too long."""
        memory = _Reaped(self.process)
        code = memory.wait(seconds)
        took = time.monotonic() - self.started
        return Run(
            code, self._text("out"), self._text("err"), self.folder, took, memory.peak_memory
        )

    def _text(self, name: str) -> str:
        return (self.folder / f"{name}.txt").read_text(encoding="utf-8", errors="replace")


class _Reaped:
    """Waits for a process and records its usage; `resource` would add up all children."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process
        self.peak_memory = 0

    def wait(self, seconds: float) -> int:
        end = time.monotonic() + seconds
        while True:
            pid, status, usage = os.wait4(self._process.pid, os.WNOHANG)
            if pid:
                break
            if time.monotonic() > end:
                self._process.kill()
                self._process.wait()
                raise AssertionError(f"k6 did not end within {seconds:g} s")
            time.sleep(0.01)
        self.peak_memory = usage.ru_maxrss * 1024
        self._process.returncode = os.waitstatus_to_exitcode(status)
        return self._process.returncode


@dataclass(frozen=True)
class Inspected:
    """The output of `k6 inspect --execution-requirements`."""

    code: int
    out: str
    err: str

    @functools.cached_property
    def options(self) -> Json:
        """The parsed document; fails if k6 rejected the script or an option."""
        assert self.code == 0, self.err
        assert "unknown field" not in self.err, self.err
        return dict(json.loads(self.out))

    @property
    def key(self) -> str:
        """The name of the one scenario."""
        (key,) = self.options["scenarios"]
        return str(key)

    @property
    def scenario(self) -> Json:
        """The one scenario."""
        return dict(self.options["scenarios"][self.key])

    @property
    def shape(self) -> Shape:
        """The load: executor, VUs and seconds."""
        scenario = self.scenario
        if scenario["executor"] == "constant-vus":
            return Shape(
                "constant-vus", ((seconds_of(scenario["duration"]), int(scenario["vus"])),)
            )
        assert not scenario.get("startVUs"), scenario
        stages = tuple(
            (seconds_of(stage["duration"]), int(stage["target"])) for stage in scenario["stages"]
        )
        return Shape(str(scenario["executor"]), stages)

    @property
    def total_seconds(self) -> float:
        """Maximum duration in seconds, including the graceful stop."""
        return seconds_of(self.options["totalDuration"])

    @property
    def max_vus(self) -> int:
        """Maximum number of concurrent VUs."""
        return int(self.options["maxVUs"])

    @property
    def thresholds(self) -> dict[str, list[str]]:
        """Thresholds by metric, without empty ones."""
        return {
            metric: [entry if isinstance(entry, str) else entry["threshold"] for entry in entries]
            for metric, entries in self.options["thresholds"].items()
            if entries
        }


@dataclass(frozen=True)
class Shape:
    """An executor and its (seconds, target) pairs."""

    executor: str
    stages: tuple[tuple[float, int], ...]

    @property
    def seconds(self) -> float:
        """Planned duration in seconds."""
        return sum(seconds for seconds, _ in self.stages)

    @property
    def peak(self) -> int:
        """Maximum number of VUs."""
        return max(target for _, target in self.stages)

    @property
    def holds(self) -> list[int]:
        """Indexes of the stages that hold the load of the previous one."""
        targets = [target for _, target in self.stages]
        if self.executor == "constant-vus":
            return [0]
        return [i for i in range(1, len(targets)) if targets[i] == targets[i - 1] > 0]


def seconds_of(text: str) -> float:
    """Return the seconds of a Go duration.

    Example:
        >>> seconds_of("1h2m3s")
        3723.0
    """
    units = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001}
    total, number, index = 0.0, "", 0
    while index < len(text):
        if text[index].isdigit() or text[index] == ".":
            number += text[index]
            index += 1
            continue
        unit = "ms" if text.startswith("ms", index) else text[index]
        total += float(number) * units[unit]
        number, index = "", index + len(unit)
    return round(total, 6)
