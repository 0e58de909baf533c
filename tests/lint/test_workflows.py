"""YAML and GitHub workflows, of this repository and of generated projects."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from sources import files_below, tracked_files

from tests.lint.linting import lint, run
from tests.support.bakery import Bakery
from tests.support.layout import REPOSITORY, SUITE_FILES, TEMPLATE

Tool = Callable[[str], Path]

YAMLLINT_CONFIG = REPOSITORY / ".yamllint.yaml"
GITLAB_SCHEMA = "vendor.gitlab-ci"
SCHEMAS = ("vendor.github-workflows", "custom.github-workflows-require-timeout")
WORKFLOW = """\
name: Sample
on: push
permissions: {}
jobs:
  sample:
    runs-on: ubuntu-latest
    steps:
"""


def yaml_files(paths: list[Path]) -> list[Path]:
    """Return the YAML files among `paths`."""
    return [path for path in paths if path.suffix in {".yml", ".yaml"}]


def workflows(folder: Path) -> list[Path]:
    """Return the GitHub workflows of a project."""
    return sorted((folder / ".github" / "workflows").glob("*.y*ml"))


def check_workflows(folder: Path, actionlint: Path, tool: Tool) -> None:
    """Ask every workflow linter about the workflows in `folder`; none is fine."""
    found = workflows(folder)
    if not found:
        return
    lint([actionlint, "-shellcheck", tool("shellcheck"), *found], folder)
    lint([tool("zizmor"), "--offline", "--no-progress", "--persona=pedantic", *found], folder)
    for schema in SCHEMAS:
        lint([tool("check-jsonschema"), "--builtin-schema", schema, *found], folder)


@pytest.mark.slow
def test_the_workflows_of_the_repository(actionlint: Path, tool: Tool) -> None:
    assert workflows(REPOSITORY)
    check_workflows(REPOSITORY, actionlint, tool)


@pytest.mark.slow
def test_the_workflows_of_generated_projects(generated: Path, actionlint: Path, tool: Tool) -> None:
    check_workflows(generated, actionlint, tool)


@pytest.mark.slow
def test_the_gitlab_jobs_of_generated_projects(generated: Path, tool: Tool) -> None:
    main = generated / ".gitlab-ci.yml"
    if main.exists():
        files = [main, *(generated / row["local"] for row in included(main))]
        for file in files:
            lint([tool("check-jsonschema"), "--builtin-schema", GITLAB_SCHEMA, file], generated)


def included(main: Path) -> list[dict[str, str]]:
    """Return the `include` rows of a GitLab pipeline."""
    rows: list[dict[str, str]] = yaml.safe_load(main.read_text(encoding="utf-8"))["include"]
    return rows


@pytest.mark.slow
def test_the_release_pipeline_of_the_page(baked: Bakery, actionlint: Path, tool: Tool) -> None:
    """The example in docs/ci-github.md, beside the workflows that it calls."""
    project = baked.copy(ci="github")
    page = (project / "tests/load/docs/ci-github.md").read_text(encoding="utf-8")
    example = re.search(r"```yaml\n(name: Release\n.*?)```", page, re.DOTALL)
    assert example
    # Known to zizmor only; GitHub Enterprise and actionlint want the form of the page.
    text = re.sub(r"(uses: \./.*)", r"\1 # zizmor: ignore[self-repository]", example[1])
    (project / ".github/workflows/release.yml").write_text(text, encoding="utf-8")
    check_workflows(project, actionlint, tool)


@pytest.mark.parametrize("folder", [REPOSITORY, SUITE_FILES], ids=["repository", "template"])
def test_actions_are_pinned_by_commit(folder: Path) -> None:
    """With the tag as a comment, so that people can read it and bots can raise it."""
    assert workflows(folder)
    for workflow in workflows(folder):
        for line in workflow.read_text(encoding="utf-8").splitlines():
            if re.search(r"^\s*(- )?uses:", line):
                if "uses: ./" in line:
                    continue
                assert re.search(r"uses: [\w./-]+@[0-9a-f]{40} # v[\d.]+$", line), line


def test_yaml_of_the_repository(tool: Tool) -> None:
    found = [path for path in yaml_files(tracked_files()) if TEMPLATE not in path.parents]
    lint([tool("yamllint"), "--strict", "-c", YAMLLINT_CONFIG, *found], REPOSITORY)


def test_yaml_of_a_tree(tree: Path, tool: Tool) -> None:
    found = yaml_files(list(files_below(tree)))
    if found:
        lint([tool("yamllint"), "--strict", "-c", YAMLLINT_CONFIG, *found], tree)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("linter", "step", "complaint"),
    [
        ("actionlint", "      - run: rm -rf $1/*\n", "SC2086"),
        ("actionlint", "      - uses: actions/checkout@v4\n        with: {refs: x}\n", "refs"),
        ("zizmor", "      - uses: actions/checkout@v7\n", "unpinned-uses"),
        ("zizmor", "      - run: echo '${{ github.head_ref }}'\n", "template-injection"),
        ("check-jsonschema", "      - run: 'true'\n", "timeout-minutes"),
        ("gitlab", "      - run: x\n", "Additional properties"),
        ("yamllint", "      - run: x\n        run: y\n", "key-duplicates"),
    ],
)
def test_a_bad_workflow_is_refused(
    linter: str, step: str, complaint: str, actionlint: Path, tool: Tool, tmp_path: Path
) -> None:
    bad = tmp_path / ".github" / "workflows" / "bad.yml"
    bad.parent.mkdir(parents=True)
    bad.write_text(WORKFLOW + step, encoding="utf-8")
    commands: dict[str, list[str | Path]] = {
        "actionlint": [actionlint, "-shellcheck", tool("shellcheck")],
        "zizmor": [tool("zizmor"), "--offline", "--no-progress", "--persona=pedantic"],
        "check-jsonschema": [tool("check-jsonschema"), "--builtin-schema", SCHEMAS[1]],
        "gitlab": [tool("check-jsonschema"), "--builtin-schema", GITLAB_SCHEMA],
        "yamllint": [tool("yamllint"), "--strict", "-c", YAMLLINT_CONFIG],
    }
    done = run([*commands[linter], bad], tmp_path)
    assert done.returncode != 0
    assert complaint in done.stdout + done.stderr
