"""Ignore files of the host: git keeps the whole suite, or the generation says what it ignores."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.generation.commands import UPDATE, commit_all, contents, cookie, git
from tests.support.option_sets import OPTION_SETS

pytestmark = pytest.mark.slow

EVERYTHING = [
    f"{name}={value}"
    for name, value in OPTION_SETS["everything"].items()
    if name not in {"project_name", "project_slug"}
]

# The rules of the ignore files collected at github.com/github/gitignore that match a file of the
# suite, in the groups that one project could have.
STOCK_RULES = {
    "folders and kinds of files": (
        *("*.env", "*.js", "*.json", "*.sql", "[Ll]ib", "[_@]*", "docs/"),
        *("lib", "lib/", "results", "settings/", "build/", "env/", "*.log", "data/", "ci/"),
    ),
    "top folders": ("[Ss]cripts", "/scripts", "tests/", ".github/"),
    "top level": ("/*",),
    "everything": ("*",),
}


def host(tmp_path: Path, *rules: str) -> Path:
    """Return a repository with an ignore file of these rules and a few files that it hides."""
    project = tmp_path / "svc"
    project.mkdir()
    git(project, "init", "-q")
    (project / ".gitignore").write_text("".join(f"{rule}\n" for rule in rules))
    for name in ("scripts/private.sh", "tests/private.txt", "tests/other/private.txt"):
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).write_text("mine\n")
    return project


def place(project: Path, *answers: str) -> str:
    """Place the suite into a project; return what was said."""
    result = cookie(project, "--no-input", "-f", "project_slug=.", *answers)
    assert result.code == 0, result.err
    return result.out


def hidden(project: Path) -> set[str]:
    """Return the files that `git add` leaves out."""
    git(project, "add", "-A")
    return set(contents(project)) - set(git(project, "ls-files").split("\n"))


@pytest.mark.parametrize("group", STOCK_RULES)
def test_git_keeps_every_file_of_the_suite(group: str, tmp_path: Path) -> None:
    project = host(tmp_path, *STOCK_RULES[group])
    theirs = hidden(project)
    out = place(project, *EVERYTHING)
    assert "IGNORED" not in out
    assert hidden(project) == theirs - {".gitignore"}, "all of the suite, nothing of the host"
    assert "nothing to do" in cookie(project, *UPDATE).out


def test_lines_in_the_hosts_file_go_with_the_rules_that_need_them(tmp_path: Path) -> None:
    project = host(tmp_path, "tests/", "scripts/")
    place(project)
    assert "!/tests/load/" in (project / ".gitignore").read_text()
    text = (project / ".gitignore").read_text()
    (project / ".gitignore").write_text(text.removeprefix("tests/\nscripts/\n"))
    assert "1 extended" in cookie(project, *UPDATE).out
    assert "!" not in (project / ".gitignore").read_text()
    assert hidden(project) == set()


def test_results_and_secrets_stay_ignored(tmp_path: Path) -> None:
    project = host(tmp_path, "*.env", "lib/")
    place(project)
    secrets = {
        f"tests/load/{name}"
        for name in ("results/1.json", ".env", ".env.local", "ci.secret.env", "data/x.secret.env")
    }
    for name in secrets:
        (project / name).write_text("x")
    assert hidden(project) == secrets


@pytest.mark.parametrize(
    ("file", "text", "named"),
    [
        ("tests/.gitignore", "# mine\nload/\n", "tests/load/"),
        ("scripts/.gitignore", "\n*.sh\n", "scripts/load-test.sh"),
    ],
)
def test_what_stays_ignored_is_named_with_its_rule(
    file: str, text: str, named: str, tmp_path: Path
) -> None:
    project = host(tmp_path)
    (project / file).write_text(text)
    rule = f"{file}:2: {text.rsplit(maxsplit=1)[-1]}"
    out = place(project)
    [line] = [line for line in out.split("\n") if "IGNORED by git" in line]
    assert f" {named}  (" in line
    assert rule in line
    assert rule in cookie(project, *UPDATE).out
    check = cookie(project, *UPDATE, K6_SUITE_CHECK="1")
    assert check.code == 1
    assert rule in check.out
    assert "git ignores files of the suite" in check.errors[0]
    git(project, "add", "-f", ".")
    assert "IGNORED" not in cookie(project, *UPDATE).out, "files that git tracks are not ignored"


def test_rules_above_a_service_of_a_monorepo(tmp_path: Path) -> None:
    (tmp_path / ".gitignore").write_text("lib/\nsuite.env\n/services/*/scripts/\n")
    git(tmp_path, "init", "-q")
    project = tmp_path / "services" / "api"
    project.mkdir(parents=True)
    assert "IGNORED" not in place(project)
    commit_all(tmp_path)
    assert not hidden(project)
    assert "nothing to do" in cookie(project, *UPDATE).out


def test_a_repository_that_ignores_the_whole_service(tmp_path: Path) -> None:
    (tmp_path / ".gitignore").write_text("/services/\n")
    git(tmp_path, "init", "-q")
    project = tmp_path / "services" / "api"
    project.mkdir(parents=True)
    out = place(project)
    assert "../../.gitignore:1: /services/" in out


def test_a_project_that_is_no_repository_yet(tmp_path: Path) -> None:
    project = tmp_path / "svc"
    project.mkdir()
    (project / ".gitignore").write_text("tests/\nlib/\n")
    place(project)
    git(project, "init", "-q")
    assert hidden(project) == set()


def test_what_runs_read_is_no_pointer_of_git_lfs(tmp_path: Path) -> None:
    """A clone without LFS, as CI makes it, has every table."""
    project = host(tmp_path)
    rule = "filter=lfs diff=lfs merge=lfs -text"
    (project / ".gitattributes").write_text(f"*.json {rule}\n*.jsonl {rule}\n*.png {rule}\n")
    assert cookie(project, "--no-input", "-f", "project_slug=.", *EVERYTHING).code == 0
    data = [path.relative_to(project) for path in (project / "tests/load/data").glob("*.json*")]
    assert len(data) >= 5
    names = [*map(str, data), "tests/load/baselines/mine.json"]
    found = git(project, "check-attr", "filter", "merge", "--", *names)
    assert [line for line in found.splitlines() if not line.endswith(": unspecified")] == []
