"""How far the verdicts of the suite can be trusted.

    make bench ARGS="verdicts"                          everything, about half an hour
    make bench ARGS="verdicts --quick"                  a few of each, two minutes: does it work?
    make bench ARGS="verdicts --part gate --log F"      one part; appends the measurements to F
    make bench ARGS="verdicts --part faults --chunk 2/4 --log F"
    make bench ARGS="verdicts --part none --log F"      print the results in F

Four questions, answered by runs of a few seconds on this machine:

* faults: which fraction of the faults in catalogue.py fails the run and is reported with the
  right endpoint?
* mistakes: which fraction of the mistakes in mistakes.py, made in a user's own test, is reported?
* healthy: how many runs against a healthy service fail?
* gate: how many slowdowns of one endpoint's p95 (20 % and 50 %) does `--compare` detect, how often
  does it fail an unchanged service, and how would a simple rule (10 % above the median) perform on
  the same runs? As in the wrapper, a run that failed only because it was slower is repeated once.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(REPOSITORY), str(REPOSITORY / "examples" / "service")]

from service.testing import RunningService, free_port, running_service  # noqa: E402

from benchmarks.verdicts import catalogue, mistakes, running  # noqa: E402

PLAIN_RULE = 1.10
BASE_DELAY = {"value": 40, "jitter": 15}
"""Normal response time of the gate's endpoint in milliseconds, like that of a small query."""

Row = dict[str, Any]


@contextmanager
def target(case: catalogue.Case, shared: RunningService) -> Iterator[str]:
    """Yield the URL of a service that has the fault of a case."""
    if case.start == "dead":
        yield f"http://127.0.0.1:{free_port()}"
    elif case.start == "own":
        with running_service(faults=case.settings) as own:
            yield own.url
    elif case.start in ("silent", "close", "reset", "garbage"):
        with running_service(args=("--raw", case.start)) as raw:
            yield raw.url
    else:
        for name, value in case.settings.items():
            values = value if isinstance(value, dict) else {"value": value}
            shared.set_fault(name, values.pop("value", True), **values)
        try:
            yield shared.url
        finally:
            shared.clear_faults()


def measure_faults(load: Path, options: argparse.Namespace) -> Iterator[Row]:
    """Run every case once."""
    chunk, chunks = (int(part) for part in options.chunk.split("/"))
    selected = list(catalogue.cases())[chunk - 1 :: chunks]
    with running_service() as shared:
        for case in selected[::10] if options.quick else selected:
            copied = case._replace(settings=json.loads(json.dumps(case.settings)))
            with target(copied, shared) as url:
                script, settings, _ = catalogue.JOURNEYS[case.journey]
                seconds = case.seconds or options.seconds
                verdict = running.run(load, script, url, seconds, **settings)
            yield {
                "part": "faults",
                "fault": case.fault,
                "journey": case.journey,
                "red": verdict.red,
                "named": verdict.red and verdict.names(case.names),
                "said": verdict.reasons[:4] or [verdict.errors[:300]],
            }


def measure_mistakes(load: Path, options: argparse.Namespace) -> Iterator[Row]:
    """Run every test with a mistake once, and a few without one."""
    any_latency = "http_req_duration=p(95)<5000;http_req_duration{name:health}=p(95)<5000"
    with running_service() as shared:
        for number, (name, mistake) in enumerate(mistakes.MISTAKES.items()):
            if options.quick and number % 5:
                continue
            script = f"scripts/mistake{number}.js"
            (load / script).write_text(mistake.script(), encoding="utf-8")
            own_load = {"PROFILE": "", "VUS": "", "DURATION": "", "THINK_TIME": "1"}
            limits = "" if "http_req_duration" in mistake.spec else any_latency
            verdict = running.run(load, script, shared.url, 1, THRESHOLDS=limits, **own_load)
            said = " ".join([*verdict.reasons, verdict.errors]).lower()
            red = verdict.red or not verdict.passed
            yield {
                "part": "mistakes",
                "fault": name,
                "isMistake": mistake.is_mistake,
                "red": red,
                "named": red and mistake.words.lower() in said,
                "said": verdict.reasons[:4] or [verdict.errors[:300]],
            }


def measure_healthy(load: Path, options: argparse.Namespace) -> Iterator[Row]:
    """Run every journey many times against a healthy service."""
    journeys = {
        **{name: (script, settings) for name, (script, settings, _) in catalogue.JOURNEYS.items()},
        "smoke": ("scenarios/smoke.js", {"PROFILE": ""}),
    }
    with running_service() as shared:
        for _ in range(2 if options.quick else options.repetitions):
            for name, (script, settings) in journeys.items():
                verdict = running.run(load, script, shared.url, options.seconds, **settings)
                yield {
                    "part": "healthy",
                    "journey": name,
                    "red": verdict.red,
                    "said": verdict.reasons[:4],
                }


CHANGES = {"unchanged": 1.0, "+20%": 1.2, "+50%": 1.5}


def measure_gate(load: Path, options: argparse.Namespace) -> Iterator[Row]:
    """Save a baseline, then run the three kinds in turn; repeat this several times."""
    blocks, triples, runs = (1, 1, 3) if options.quick else (3, options.pairs // 3, options.runs)
    with running_service() as shared:
        for block in range(blocks):
            baseline = save_baseline(load, shared, runs, options)
            known = {row["name"]: row["p95"] for row in baseline["endpoints"]}
            for _ in range(triples):
                for change, factor in CHANGES.items():
                    verdict = gate_run(load, shared, factor, options, BASELINE="gate")
                    slower = [
                        name
                        for name, p95 in verdict.p95.items()
                        if p95 > PLAIN_RULE * known[name]["median"]
                    ]
                    robust = slower_in(verdict, known)
                    # Like the wrapper: re-run if the test failed only because it was slower.
                    second = robust
                    if verdict.only_slower:
                        again = gate_run(load, shared, factor, options, BASELINE="gate")
                        second = slower_in(again, known)
                    yield {
                        "part": "gate",
                        "block": block,
                        "change": change,
                        "code": verdict.code,
                        "robust": robust,
                        "robust, second look": second,
                        "plain": slower,
                        "p95": verdict.p95,
                        "baseline": {name: known[name] for name in known},
                    }


def slower_in(verdict: running.Verdict, names: Iterable[str]) -> list[str]:
    """Return the endpoints that a run reports as slower than the baseline."""
    return [name for name in names if any(f"{name}: p95" in reason for reason in verdict.reasons)]


def gate_run(
    load: Path, shared: RunningService, factor: float, options: argparse.Namespace, **settings: str
) -> running.Verdict:
    """Run the journey of the gate while one endpoint takes `factor` times its usual time."""
    delay = {name: value * factor for name, value in BASE_DELAY.items()}
    shared.set_fault("slow", delay.pop("value"), only="/openapi.json", **delay)
    try:
        url = shared.url
        return running.run(load, "scripts/api-public.js", url, options.gate_seconds, **settings)
    finally:
        shared.clear_faults()


def save_baseline(
    load: Path, shared: RunningService, runs: int, options: argparse.Namespace
) -> dict[str, Any]:
    """Save a baseline like `--save-baseline --runs N`."""
    folders = load.parent / "baseline-runs"
    summaries = []
    for number in range(runs):
        folder = folders / str(number)
        folder.mkdir(parents=True, exist_ok=True)
        gate_run(load, shared, 1.0, options, RESULTS_DIR=str(folder))
        summaries.append(str(folder / "summary.json"))
    path = load / "baselines" / "gate.json"
    path.parent.mkdir(exist_ok=True)
    names = {"SUMMARIES": "\n".join(summaries), "BASELINE_NAME": "gate", "TO": str(path)}
    done = running.run(load, "engine/commands/save-baseline.js", shared.url, 1, **names)
    assert done.code == 0, done.errors
    return dict(json.loads(path.read_text(encoding="utf-8")))


def share(part: int, whole: int) -> str:
    """Return a fraction as text."""
    return f"{part} of {whole} ({100 * part / whole:.1f} %)" if whole else "none"


def report_faults(rows: list[Row]) -> None:
    """Print the fraction of faults that were detected and named, and the others."""
    red = sum(row["red"] for row in rows)
    named = sum(row["named"] for row in rows)
    kinds = len({row["fault"] for row in rows})
    print(f"faults: {kinds} kinds, {len(rows)} runs; red {share(red, len(rows))}")
    print(f"faults: red and the right endpoint named {share(named, len(rows))} (bar: 95 %)")
    for row in rows:
        if not row["named"]:
            state = "not named" if row["red"] else "NOT FOUND"
            said = " ".join("; ".join(row["said"]).split())
            print(f"  {state}: {row['fault']} in {row['journey']}: {said[:160]}")


def report_healthy(rows: list[Row]) -> None:
    """Print the false alarms of each journey."""
    for journey in sorted({row["journey"] for row in rows}):
        runs = [row for row in rows if row["journey"] == journey]
        alarms = [row for row in runs if row["red"]]
        print(f"healthy, {journey}: {share(len(alarms), len(runs))} red (bar: none)")
        for row in alarms:
            print(f"  {'; '.join(row['said'])[:200]}")


def report_gate(rows: list[Row]) -> None:
    """Print how often each rule reported a regression."""
    for change in CHANGES:
        runs = [row for row in rows if row["change"] == change]
        for rule in ("robust, second look", "robust", "plain"):
            if change == "unchanged":
                failed = sum(bool(row[rule]) for row in runs)
                print(f"gate, {rule}, unchanged: false alarms {share(failed, len(runs))}")
            else:
                found = sum("openapi" in row[rule] for row in runs)
                other = sum(bool(set(row[rule]) - {"openapi"}) for row in runs)
                print(
                    f"gate, {rule}, {change}: found {share(found, len(runs))}, "
                    f"another endpoint blamed as well {share(other, len(runs))}"
                )
    for name in sorted({name for row in rows for name in row["baseline"]}):
        spreads = {row["baseline"][name]["spread"] for row in rows}
        medians = {row["baseline"][name]["median"] for row in rows}
        print(
            f"gate, {name}: p95 of the baselines {min(medians):.1f} to {max(medians):.1f} ms, "
            f"spread of their runs {100 * statistics.median(spreads):.1f} %"
        )


def report_mistakes(rows: list[Row]) -> None:
    """Print the fraction of mistakes that were found, and the others."""
    made = [row for row in rows if row["isMistake"]]
    named = [row for row in made if row["named"]]
    alarms = [row for row in rows if not row["isMistake"] and row["red"]]
    print(f"mistakes: {len(named)} of {len(made)} red and named; {len(alarms)} false alarms")
    for row in [*(row for row in made if not row["named"]), *alarms]:
        print(f"  {row['fault']}: {'red' if row['red'] else 'GREEN'}, {row['said']}")


PARTS = {
    "mistakes": (measure_mistakes, report_mistakes),
    "gate": (measure_gate, report_gate),
    "healthy": (measure_healthy, report_healthy),
    "faults": (measure_faults, report_faults),
}


def main() -> int:
    """Measure, store and print the results; always return 0."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--part", choices=[*PARTS, "all", "none"], default="all")
    parser.add_argument("--chunk", default="1/1", help="K/N: this part of the faults only")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--log", type=Path, help="file of JSON lines that is added to")
    parser.add_argument("--seconds", type=float, default=2)
    parser.add_argument("--gate-seconds", type=float, default=3)
    parser.add_argument("--repetitions", type=int, default=20, help="healthy runs per journey")
    parser.add_argument("--pairs", type=int, default=30, help="runs of each kind for the gate")
    parser.add_argument("--runs", type=int, default=10, help="runs in a baseline")
    options = parser.parse_args()
    rows: list[Row] = []
    if options.log and options.log.is_file():
        rows += [json.loads(line) for line in options.log.read_text("utf-8").splitlines()]
    with running.suite() as load:
        for part, (measure, _) in PARTS.items():
            if options.part in (part, "all"):
                for row in measure(load, options):
                    rows.append(row)
                    if options.log:
                        with options.log.open("a", encoding="utf-8") as log:
                            log.write(f"{json.dumps(row)}\n")
    for part, (_, report) in PARTS.items():
        measured = [row for row in rows if row["part"] == part]
        if measured:
            report(measured)
    return 0


if __name__ == "__main__":
    sys.exit(main())
