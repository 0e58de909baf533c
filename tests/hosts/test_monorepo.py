"""A service in a subfolder of its repository, and two suites in one repository."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from tests.generation.commands import commit_all, cookie, git, run

pytestmark = pytest.mark.slow


def services(tmp_path: Path, ci: str) -> Path:
    """Return a repository with suites in services/api and services/web."""
    root = tmp_path / "mono"
    root.mkdir()
    git(root, "init", "-q")
    for name in ("api", "web"):
        project = root / "services" / name
        project.mkdir(parents=True)
        answers = ("project_slug=.", f"project_name={name}", f"ci={ci}")
        result = cookie(project, "--no-input", "-f", *answers)
        assert result.code == 0, result.err
        assert "bash tests/load/ci/monorepo.sh" in result.out, "what is not read here is named"
    return root


def make_copies(root: Path) -> list[str]:
    """Run the script in both services; return what it wrote."""
    for name in ("api", "web"):
        done = run(["bash", "tests/load/ci/monorepo.sh"], root / "services" / name)
        assert done.code == 0, done.err
    return [name for name in git(root, "status", "--short", "-uall").split() if "load-test" in name]


def test_workflows_of_github_at_the_root(tmp_path: Path, actionlint: Path) -> None:
    root = services(tmp_path, "github")
    make_copies(root)
    first = {path.name: path.read_text() for path in (root / ".github/workflows").iterdir()}
    make_copies(root)
    assert {p.name: p.read_text() for p in (root / ".github/workflows").iterdir()} == first
    commit_all(root)
    checked = run([actionlint, "-shellcheck=", "-pyflakes="], root)
    assert checked.code == 0, checked.out
    workflows = {name: yaml.safe_load(text) for name, text in first.items()}
    assert set(workflows) == {
        f"load-test{kind}-services-{name}.yml" for kind in ("s", "-gate") for name in ("api", "web")
    }
    groups = {workflow["concurrency"]["group"] for workflow in workflows.values()}
    assert len(groups) == 4, "no suite cancels or holds up another"
    api = first["load-tests-services-api.yml"]
    assert "paths: ['services/api/**']" in api
    caches = [
        step["with"]["key"]
        for workflow in workflows.values()
        for job in workflow["jobs"].values()
        for step in job.get("steps", ())
        if "actions/cache" in step.get("uses", "")
    ]
    assert len(set(caches)) == 2
    for line in api.split("\n"):
        if "tests/load/ci/ci.sh" in line and not line.lstrip().startswith("#"):
            assert "services/api/tests/load/ci/ci.sh" in line


def test_the_plan_of_a_copied_workflow_runs_from_the_root(tmp_path: Path) -> None:
    root = services(tmp_path, "github")
    make_copies(root)
    text = (root / ".github/workflows/load-tests-services-api.yml").read_text()
    steps = yaml.safe_load(text)["jobs"]["plan"]["steps"]
    [command] = [step["run"] for step in steps if "run" in step]
    output = tmp_path / "output"
    variables = {"GITHUB_OUTPUT": str(output), "EVENT": "pull_request", "START_COMMAND": "true"}
    done = run(["bash", "-c", command], root, **variables)
    assert done.code == 0, done.err
    assert "run=true" in output.read_text()


def test_a_file_of_somebody_else_stays(tmp_path: Path) -> None:
    root = services(tmp_path, "github")
    theirs = root / ".github/workflows/load-tests-services-api.yml"
    theirs.parent.mkdir(parents=True)
    theirs.write_text("name: mine\n")
    done = run(["bash", "tests/load/ci/monorepo.sh"], root / "services" / "api")
    assert done.code == 1
    assert "no copy made by this script" in done.err
    assert theirs.read_text() == "name: mine\n"


def test_jobs_of_gitlab_at_the_root(tmp_path: Path) -> None:
    root = services(tmp_path, "gitlab")
    make_copies(root)
    jobs: list[str] = []
    groups = set()
    for name in ("api", "web"):
        document = yaml.safe_load((root / f".gitlab/load-tests-services-{name}.yml").read_text())
        jobs += document
        groups.add(document[f".load-test-services-{name}"]["resource_group"])
        assert document[f"load-test-services-{name}"]["extends"] == f".load-test-services-{name}"
    assert len(jobs) == len(set(jobs)) == 6
    assert len(groups) == 2


def test_packages_of_two_suites_have_different_names(tmp_path: Path) -> None:
    root = services(tmp_path, "github")
    packages = root.glob("services/*/tests/load/package.json")
    names = {json.loads(path.read_text())["name"] for path in packages}
    assert names == {"api-load-tests", "web-load-tests"}
