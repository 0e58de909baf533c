"""A service in a subfolder of its repository, and two suites in one repository."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import yaml

from tests.generation.commands import UPDATE, commit_all, cookie, git, run
from tests.support.installed import installed

pytestmark = pytest.mark.slow


def services(tmp_path: Path, ci: str) -> Path:
    """Return a repository of npm workspaces with suites in services/api and services/web."""
    root = tmp_path / "mono"
    root.mkdir()
    git(root, "init", "-q")
    workspaces = {"name": "mono", "private": True, "workspaces": ["services/*"]}
    (root / "package.json").write_text(json.dumps(workspaces))
    (root / "pnpm-workspace.yaml").write_text("packages:\n  - services/*\n")
    (root / "deno.json").write_text("{}")
    (root / ".gitignore").write_text("node_modules\n*.lock\n*-lock.*\n.pnp.*\n")
    for name in ("api", "web"):
        project = root / "services" / name
        project.mkdir(parents=True)
        package = {"name": f"@mono/{name}", "version": "1.0.0", "scripts": {"start": "node ."}}
        (project / "package.json").write_text(json.dumps(package))
        answers = ("project_slug=.", f"ci={ci}")
        result = cookie(project, "--no-input", "-f", *answers)
        assert result.code == 0, result.err
        assert "bash tests/load/ci/monorepo.sh" in result.out, "what is not read here is named"
        assert f'add to ../../deno.json:  "exclude": ["services/{name}/tests/load/"]' in result.out
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


def test_workspaces_of_npm_pnpm_and_yarn(tmp_path: Path) -> None:
    """Suites with default answers get names of their own; a workspace can run its suite."""
    root = services(tmp_path, "github")
    packages = root.glob("services/*/tests/load/package.json")
    names = {json.loads(path.read_text())["name"] for path in packages}
    assert names == {"api-load-tests", "web-load-tests"}
    third = root / "services" / "third"
    third.mkdir()
    out = cookie(third, "--no-input", "-f", "project_slug=.", "project_name=Web").out
    assert "Hint: services/web/ has a suite of the same name." in out
    assert "services/api/ has" not in out
    shutil.rmtree(third)
    pnpm, yarn = installed("hosts-node", "pnpm"), installed("hosts-node", "yarn")
    commands: list[list[str | Path]] = [
        ["npm", "install", "--offline", "--no-audit", "--no-fund"],
        ["npm", "run", "load-test", "--workspace", "@mono/api", "--", "--list"],
        [yarn, "install", "--offline", "--no-progress"],
        [yarn, "workspace", "@mono/web", "run", "load-test", "--list"],
        [pnpm, "install", "--offline"],
        [pnpm, "--recursive", "run", "load-test", "--list"],
    ]
    for command in commands:
        done = run(command, root, CI="1", YARN_CACHE_FOLDER=str(tmp_path / "yarn"))
        assert done.code == 0, (command, done)
        assert "--list" not in command or "smoke" in done.out
    # Packages that a wider pattern finds: npm and yarn refuse two of the same name.
    wide = {"name": "mono", "private": True, "workspaces": ["services/**"]}
    (root / "package.json").write_text(json.dumps(wide))
    done = run(["npm", "pkg", "get", "name", "--workspaces"], root)
    assert json.loads(done.out) == {
        name: name for name in ("@mono/api", "@mono/web", "api-load-tests", "web-load-tests")
    }


@pytest.mark.parametrize("kind", ["worktree", "submodule"])
def test_a_checkout_whose_git_folder_is_elsewhere(kind: str, tmp_path: Path) -> None:
    """Ignored files are found, and edits are merged, where .git is a file."""
    service = tmp_path / "service"
    service.mkdir()
    (service / ".gitignore").write_text("lib/\n")
    assert cookie(service, "--no-input", "-f", "project_slug=.", "auth=login").code == 0
    commit_all(service)
    if kind == "worktree":
        checkout = tmp_path / "other"
        git(service, "worktree", "add", "-q", str(checkout))
    else:
        around = tmp_path / "around"
        around.mkdir()
        (around / ".gitignore").write_text("tests/\n")
        git(around, "init", "-q")
        git(around, "-c", "protocol.file.allow=always", "submodule", "-q", "add", str(service))
        checkout = around / "service"
    assert (checkout / ".git").is_file()
    assert git(checkout, "status", "--short") == ""
    readme = checkout / "tests/load/README.md"
    readme.write_text(f"{readme.read_text()}mine\n")
    out = cookie(checkout, *UPDATE, "project_name=Shop", "include_database=true").out
    assert "merged with your changes  tests/load/README.md" in out
    assert "IGNORED" not in out
    assert "CI systems read workflows only" not in out
    git(checkout, "add", "-A")
    assert "tests/load/lib/" not in git(checkout, "status", "--short", "--ignored")
    assert "nothing to do" in cookie(checkout, *UPDATE).out
