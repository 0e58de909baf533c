"""The commands of a service end as before, once it has a suite: with 0."""

from __future__ import annotations

import hashlib
import os
import shutil
from pathlib import Path

import pytest

from tests.generation.commands import UPDATE, Result, commit_all, cookie, git, run
from tests.hosts.host import Command, Host
from tests.hosts.hosts import HOSTS
from tests.support.bakery import digests
from tests.support.installed import build_cache, installed
from tests.support.layout import REPOSITORY
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


def assert_works(host: Host, project: Path) -> None:
    """Fail, with what was said, if a command ends with another code than 0 or makes other files."""
    failed = {
        label: result.out + result.err
        for label, result in outcome(host, project).items()
        if result.code != 0
    }
    assert not failed, "\n".join(f"{label}: {text[-2000:]}" for label, text in failed.items())
    assert built(host, project) == host.built


def assert_works_alone(host: Host, project: Path) -> None:
    """The same of a host without a suite, which is remembered: it seldom changes."""
    known = build_cache("hosts") / fingerprint(host)
    if not known.exists():
        assert_works(host, project)
        known.touch()


def fingerprint(host: Host) -> str:
    """Return a digest of a host and of the programs that its commands run."""
    programs = {str(program(command[:2], REPOSITORY)[0]) for command in host.commands.values()}
    found = sorted(shutil.which(name) or name for name in programs)
    versions = [(name, os.stat(name).st_size, os.stat(name).st_mtime_ns) for name in found]
    known_by = (*host[:3], sorted(host.built), versions)  # the order of a set is no fingerprint
    return hashlib.sha256(repr(known_by).encode()).hexdigest()


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
    assert_works_alone(host, project)
    for answers in ([], EVERYTHING):
        if answers:
            result = cookie(project, *UPDATE, *answers)
        else:
            result = cookie(project, "--no-input", "-f", "project_slug=.")
            take_hints(host, project, result.out)
        assert result.code == 0, result.err
        commit_all(project)
        suite = digests(project / "tests/load")
        assert_works(host, project)
        assert digests(project / "tests/load") == suite, "a command of the host changed the suite"
        assert git(project, "status", "--short") == ""
    run_smoke_in_a_clone(project, tmp_path)


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
