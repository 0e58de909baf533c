"""How a job gets its k6: only the source whose checksum is written down, or none.

The module proxy is a folder with a k6 of a few bytes, so nothing is downloaded.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest

from tests.ci.conftest import MakeRunner
from tests.ci.pipeline import LOAD_TESTS, Runner, Step, read_yaml

pytestmark = pytest.mark.slow

MODULE = "go.k6.io/k6"
PROGRAM = 'package main\n\nfunc main() { println("k6 v1.8.1 (small)") }\n'


def proxy(folder: Path, version: str) -> Path:
    """Make a module proxy that has one small k6."""
    files = folder / MODULE / "@v"
    files.mkdir(parents=True)
    root = f"{MODULE}@{version}"
    (files / f"{version}.info").write_text(json.dumps({"Version": version}))
    (files / f"{version}.mod").write_text(f"module {MODULE}\n")
    with zipfile.ZipFile(files / f"{version}.zip", "w") as archive:
        archive.writestr(f"{root}/go.mod", f"module {MODULE}\n")
        archive.writestr(f"{root}/main.go", PROGRAM)
    return folder


def checksum(folder: Path, version: str, env: dict[str, str]) -> str:
    """Return what Go calls the checksum of the module in a proxy."""
    done = subprocess.run(
        ["go", "mod", "download", "-json", f"{MODULE}@{version}"],
        cwd=folder,
        env=env,
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    return str(json.loads(done.stdout)["Sum"])


class Machine:
    """A machine with Go and without k6."""

    def __init__(self, runner: Runner, folder: Path) -> None:
        self.runner = runner
        self.script = runner.project / "tests/load/ci/ci.sh"
        self.module = self.script.parent / "k6"
        version = re.search(
            r"require go.k6.io/k6 (\S+)", (self.module / "go.mod").read_text("utf-8")
        )
        assert version
        self.version = version[1]
        self.proxy = proxy(folder / "proxy", self.version)
        self.temporary = folder / "temporary"
        self.temporary.mkdir()
        tools = folder / "tools"
        tools.mkdir()
        for name in "bash cat dirname env go head mkdir mktemp mv rm tr git".split():
            found = shutil.which(name)
            if found:
                (tools / name).symlink_to(found)
        runner.path = str(tools)
        self.env = {
            "GOPROXY": self.proxy.as_uri(),
            "GONOSUMDB": MODULE,
            "GOFLAGS": "-modcacherw",
            "GOMODCACHE": str(folder / "modules"),
            "GOCACHE": str(folder / "cache"),
            "GOTOOLCHAIN": "local",
            "TMPDIR": str(self.temporary),
            "GITHUB_PATH": str(folder / "path"),
            "GITHUB_ACTIONS": "true",
        }
        self.binary = runner.project / f"tests/load/ci/.k6/{self.version}/k6"

    def install(self) -> Step:
        """Run the step of the workflow."""
        steps = read_yaml(self.runner.project / LOAD_TESTS)["jobs"]["load-test"]["steps"]
        line = next(step["run"] for step in steps if step.get("name") == "Install k6")
        return self.runner.shell(line, self.env)

    def expect(self, checksum: str) -> None:
        """Write another checksum into the module."""
        (self.module / "go.sum").write_text(f"{MODULE} {self.version} {checksum}\n", "utf-8")


@pytest.fixture
def machine(runner: MakeRunner, tmp_path: Path) -> Machine:
    return Machine(runner(ci="github"), tmp_path)


def test_the_right_source_is_built_once(machine: Machine) -> None:
    env = {**machine.env, "PATH": os.environ["PATH"], "HOME": str(machine.temporary)}
    machine.expect(checksum(machine.temporary, machine.version, env))
    shutil.rmtree(machine.temporary)
    machine.temporary.mkdir()
    first = machine.install()
    assert first.code == 0, first
    assert "k6 v1.8.1 (small)" in first.err
    assert machine.binary.is_file()
    assert Path(machine.env["GITHUB_PATH"]).read_text("utf-8") == f"{machine.binary.parent}\n"
    assert not [path for path in machine.temporary.iterdir() if path.name.startswith("tmp")]
    built = machine.binary.stat().st_mtime_ns
    assert machine.install().code == 0
    assert machine.binary.stat().st_mtime_ns == built


@pytest.mark.parametrize("damage", ["other", "truncated", "page", "missing"])
def test_any_other_source_fails_closed(machine: Machine, damage: str) -> None:
    archive = machine.proxy / MODULE / "@v" / f"{machine.version}.zip"
    if damage == "truncated":
        archive.write_bytes(archive.read_bytes()[:100])
    elif damage == "page":
        archive.write_text("<html>Sign in to continue</html>\n")
    elif damage == "missing":
        archive.unlink()
    done = machine.install()
    assert done.code != 0
    if damage == "other":
        assert "checksum mismatch" in done.err
    assert not machine.binary.exists()
    assert not Path(machine.env["GITHUB_PATH"]).exists()
    assert not [path for path in machine.temporary.iterdir() if path.name.startswith("tmp")]


def test_without_go_the_reason_is_told(machine: Machine) -> None:
    (Path(machine.runner.path) / "go").unlink()
    done = machine.install()
    assert done.code == 1
    assert "neither is Go" in done.err
