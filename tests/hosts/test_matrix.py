"""The commands of a service end as before, once it has a suite.

`make test JOBS=0 ARGS="tests/hosts/test_matrix.py -s"` prints the table: host, command, and the
exit codes before, with default answers and with everything.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.generation.commands import UPDATE, Result, commit_all, cookie, git, run
from tests.hosts.host import Command, Host
from tests.hosts.hosts import HOSTS
from tests.support.bakery import digests
from tests.support.installed import build_cache, installed
from tests.support.option_sets import OPTION_SETS
from tests.support.plain_server import plain_server
from tests.support.suite_runner import PATIENT

pytestmark = pytest.mark.slow

EVERYTHING = [
    f"{name}={value}"
    for name, value in OPTION_SETS["everything"].items()
    if name not in {"project_name", "project_slug"}
]


def program(command: Command, project: Path) -> list[str | Path]:
    """Return a command with the path of its program, and what its placeholders mean."""
    tool, name, *words = command
    arguments: list[str | Path] = []
    for word in words:
        if word.startswith("{files"):
            arguments += git(project, "ls-files", "--", *word[6:-1].split()).split()
        elif "{jars}" in word:
            jars = installed("spring-server", "spring-server").parent / "jars"
            arguments.append(word.replace("{jars}", str(jars)))
        else:
            arguments.append(word)
    return [installed(tool, name) if tool else name, *arguments]


def create(host: Host, project: Path) -> None:
    """Write a host, and commit it."""
    for name, text in host.files.items():
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).write_text(text)
        if text.startswith("#!"):
            (project / name).chmod(0o755)
    if "package.json" in host.files:
        packages = installed("hosts-node", "tsc").parents[1]
        (project / "node_modules").symlink_to(packages)
    commit_all(project)


def outcome(host: Host, project: Path) -> dict[str, Result]:
    """Run every command of a host."""
    variables = {
        "CI": "1",
        "GOCACHE": str(build_cache("go-build")),
        "GOFLAGS": "-mod=mod",
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    if "package.json" in host.files:
        variables["NODE_PATH"] = os.fspath(installed("hosts-node", "tsc").parents[1])
    cargo = shutil.which("cargo")
    if "Cargo.toml" in host.files and cargo:  # rustup keeps its tools in the home folder
        home = Path(cargo).parents[1]
        variables.update(CARGO_HOME=str(home), RUSTUP_HOME=str(home.with_name(".rustup")))
    return {
        label: run(program(command, project), project, **variables)
        for label, command in host.commands.items()
    }


def take_hints(host: Host, project: Path, out: str) -> None:
    """Do what the hints of a generation ask for; every hint is for a file of this host."""
    hinted = {
        line.split()[3].removesuffix(":") for line in out.split("\n") if line.startswith("Hint:")
    }
    assert hinted == set(host.hints)
    for name, (old, new) in host.hints.items():
        text = (project / name).read_text()
        assert old in text
        (project / name).write_text(text.replace(old, new))


def built(host: Host, project: Path) -> set[str]:
    """Return the files that the commands of a host made, in the folders where they should."""
    folders = {name.partition("/")[0] for name in host.built}
    made = {path.as_posix() for folder in folders for path in (project / folder).rglob("*.js")}
    for folder in folders:
        shutil.rmtree(project / folder)
    return {Path(name).relative_to(project).as_posix() for name in made}


def assert_same(before: Mapping[str, Result], after: Mapping[str, Result]) -> None:
    """Fail, with what was said, if a command ends otherwise than before."""
    changed = {
        label: result.out + result.err
        for label, result in after.items()
        if result.code != before[label].code
    }
    assert not changed, "\n".join(f"{label}: {text[-2000:]}" for label, text in changed.items())


def run_smoke_in_a_clone(project: Path, tmp_path: Path) -> None:
    """Fail unless what git has of a project is a whole suite."""
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "-q", str(project), str(clone))
    health = (200, "application/json", '{"status":"ok"}')
    with plain_server({"/api/v1/health": health}) as server:
        command = ["bash", "scripts/load-test.sh", "smoke", "health", "--duration", "1s"]
        variables = {"BASE_URL": server.url, "K6_BIN": str(installed("k6", "k6"))}
        done = run(
            command, clone, THRESHOLDS=f"{PATIENT};checks{{name:health}}=rate>0.1", **variables
        )
    assert done.code == 0, done.out + done.err


@pytest.mark.parametrize("name", HOSTS)
def test_commands_of_a_host_end_as_before(name: str, tmp_path: Path) -> None:
    host, project = HOSTS[name], tmp_path / "api"
    project.mkdir()
    create(host, project)
    before = outcome(host, project)
    assert {label: result.code for label, result in before.items()} == dict.fromkeys(before, 0)
    assert built(host, project) == host.built
    codes = [before]
    for answers in ([], EVERYTHING):
        if not codes[1:]:
            result = cookie(project, "--no-input", "-f", "project_slug=.")
            take_hints(host, project, result.out)
        else:
            result = cookie(project, *UPDATE, *answers)
        assert result.code == 0, result.err
        commit_all(project)
        suite = digests(project / "tests/load")
        codes.append(outcome(host, project))
        assert_same(before, codes[-1])
        assert built(host, project) == host.built
        assert digests(project / "tests/load") == suite, "a command of the host changed the suite"
        assert git(project, "status", "--short") == ""
    run_smoke_in_a_clone(project, tmp_path)
    print(f"\n{'host':<12}{'command':<26}before  defaults  everything")
    for label in before:
        first, second, third = (str(result[label].code) for result in codes)
        print(f"{name:<12}{label:<26}{first:<8}{second:<10}{third}")


def test_formatters_of_the_host_leave_the_suite_alone(tmp_path: Path) -> None:
    """Prettier and Biome, both told to use tabs, rewrite all that they take for theirs."""
    host, project = HOSTS["node"], tmp_path / "api"
    project.mkdir()
    create(host, project)
    assert cookie(project, "--no-input", "-f", "project_slug=.", *EVERYTHING).code == 0
    commit_all(project)
    for command in (
        ("node", "prettier", "--write", "."),
        ("hosts-node", "biome", "format", "--write"),
    ):
        assert run(program(command, project), project).code == 0
    assert git(project, "status", "--short") == ""
    check = cookie(project, *UPDATE, K6_SUITE_CHECK="1")
    assert check.code == 0, check
