"""Runs the jobs of a generated workflow: its own shell lines, in their order, as GitHub does.

Steps that use an action are not run: what they would upload is left to the tests.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tests.ci.expressions import EXPRESSION, Expression, filled

LOAD_TESTS = ".github/workflows/load-tests.yml"
GATE = ".github/workflows/load-test-gate.yml"
GITLAB = "tests/load/ci/gitlab.yml"


def read_yaml(path: Path) -> dict[str, Any]:
    """Read a workflow. YAML 1.1 takes the key `on` for true; it is given back its name."""
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    return {("on" if key is True else key): value for key, value in document.items()}


@dataclass
class Step:
    """What became of one step: its name, exit code (None: not run), output and the line."""

    name: str
    code: int | None
    out: str = ""
    err: str = ""


@dataclass
class Job:
    """What became of one job."""

    steps: list[Step] = field(default_factory=list)
    outputs: dict[str, str] = field(default_factory=dict)
    summary: str = ""
    artifact: list[str] = field(default_factory=list)
    group: str = ""

    @property
    def red(self) -> bool:
        """Is the job a failed one?"""
        return any(step.code not in (0, None) for step in self.steps)

    def step(self, name: str) -> Step:
        """Return a step by name."""
        return next(step for step in self.steps if step.name == name)

    def __str__(self) -> str:
        return "\n".join(f"{s.name}: {s.code}\n{s.out}{s.err}" for s in self.steps)


@dataclass
class Runner:
    """A machine that runs jobs of one generated project.

    Args:
        project: the checked out repository; steps run in it.
        folder: an empty folder for what GitHub keeps outside of it.
        path: PATH of the steps.
        variables: further variables that GitHub sets in every step.
    """

    project: Path
    folder: Path
    path: str
    variables: dict[str, str] = field(default_factory=dict)

    def environment(self, extra: Mapping[str, str]) -> dict[str, str]:
        kept = {name: os.environ[name] for name in ("HOME", "TMPDIR") if name in os.environ}
        return {**kept, "PATH": self.path, "CI": "true", **extra}

    def command(self, line: str) -> list[str]:
        """Return how GitHub runs the lines of a step: as a file, so nothing is exec'ed unasked."""
        script = self.folder / "step.sh"
        script.write_text(line + "\n", encoding="utf-8")
        return ["bash", "--noprofile", "--norc", "-eo", "pipefail", str(script)]

    def shell(self, line: str, extra: Mapping[str, str], name: str = "") -> Step:
        """Run the lines of a step with the shell options that GitHub uses."""
        done = subprocess.run(
            self.command(line),
            cwd=self.project,
            env=self.environment(extra),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        return Step(name, done.returncode, done.stdout, done.stderr)

    def job(self, workflow: str, name: str, contexts: Mapping[str, Any]) -> Job:
        """Run a job with these contexts (`github`, `inputs`, `vars`, `secrets`, `needs`)."""
        job = read_yaml(self.project / workflow)["jobs"][name]
        complete: dict[str, Any] = {
            "inputs": {},
            "vars": {},
            "secrets": {},
            "needs": {},
            "github": {},
            **contexts,
            "runner": {"os": "Linux", "arch": "X64"},
            "steps": {},
        }
        result = Job(group=filled(job.get("concurrency", {}).get("group", ""), complete))
        shared = values(job.get("env", {}), complete)
        for step in job["steps"]:
            result.steps.append(self.one_step(step, shared, complete, result))
        result.outputs = values(job.get("outputs", {}), complete)
        return result

    def one_step(
        self, step: Mapping[str, Any], shared: dict[str, str], contexts: dict[str, Any], job: Job
    ) -> Step:
        name = str(step.get("name", step.get("uses", "")))
        condition = str(step.get("if", ""))
        wanted = bool(Expression(condition, contexts).value()) if condition else not job.red
        if not wanted:
            return Step(name, None)
        if "run" not in step:
            if "upload-artifact" in step["uses"]:
                lines = filled(step["with"]["path"], contexts).splitlines()
                job.artifact = [
                    path.relative_to(self.project).as_posix()
                    for line in lines
                    for path in sorted(self.project.glob(line.rstrip("/")))
                ]
            return Step(name, None)
        assert not EXPRESSION.search(step["run"]), "expressions belong into env"
        output, summary = self.folder / "output", self.folder / "summary"
        for file in (output, summary):
            file.write_text("", encoding="utf-8")
        files = {
            "GITHUB_OUTPUT": str(output),
            "GITHUB_STEP_SUMMARY": str(summary),
            "GITHUB_PATH": str(self.folder / "path"),
            "GITHUB_ACTIONS": "true",
        }
        done = self.shell(
            step["run"],
            {**files, **self.variables, **shared, **values(step.get("env", {}), contexts)},
            name,
        )
        pairs = (line.split("=", 1) for line in output.read_text("utf-8").splitlines())
        if "id" in step:
            contexts["steps"][step["id"]] = {"outputs": {pair[0]: pair[1] for pair in pairs}}
        job.summary += summary.read_text(encoding="utf-8")
        return done

    def load_tests(self, **contexts: Any) -> tuple[Job, Job | None]:
        """Run the workflow of the load tests: the plan, and the test when the plan says so."""
        contexts.setdefault("github", {})
        github = {"run_id": 7, "run_attempt": 1, "ref": "refs/heads/main", **contexts["github"]}
        contexts = {**contexts, "github": github}
        plan = self.job(LOAD_TESTS, "plan", contexts)
        contexts["needs"] = {"plan": {"outputs": plan.outputs}}
        test = read_yaml(self.project / LOAD_TESTS)["jobs"]["load-test"]
        if plan.red or not Expression(test["if"], contexts).value():
            return plan, None
        assert 1 <= int(filled(test["timeout-minutes"], contexts)) <= 360
        return plan, self.job(LOAD_TESTS, "load-test", contexts)


def values(table: Mapping[str, Any], contexts: Mapping[str, Any]) -> dict[str, str]:
    """Return a mapping of a workflow with its expressions replaced."""
    return {name: filled(value, contexts) for name, value in table.items()}
