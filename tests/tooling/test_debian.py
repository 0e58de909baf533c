"""Programs of Debian packages, unpacked; a package is built for real, the mirror is a script."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import debian
import pytest
import toolchain

from tests.support.installed import installed

MIRROR = """#!/bin/sh
# apt-get: `update` needs no network here, `install` brings the one package there is.
for word; do case $word in Dir::Cache::archives=*) archives=${word#*=} ;; esac; done
case " $* " in *" install "*) cp PACKAGE "$archives" ;; esac
"""

CONTROL = """\
Package: greeter-12
Version: 1
Architecture: all
Maintainer: nobody <nobody@localhost>
Description: says what it was given
"""


# What those answer that know no `--version`.
ASKED = {"influxd": ["version"], "busybox": ["--help"], "dash": ["-c", "true"]}


@pytest.fixture
def mirror(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder first on PATH, with an apt-get that knows the package `greeter-12`."""
    tree = tmp_path / "greeter"
    program = tree / "usr/lib/greeter/12/bin/greet"
    for folder in (
        tree / "DEBIAN",
        program.parent,
        tree / "usr/lib/x86_64-linux-gnu",
        tree / "etc",
    ):
        folder.mkdir(parents=True)
    (tree / "DEBIAN/control").write_text(CONTROL, encoding="utf-8")
    program.write_text('#!/bin/sh\necho "$LD_LIBRARY_PATH|$@"\n', encoding="utf-8")
    program.chmod(0o755)
    (tree / "usr/lib/x86_64-linux-gnu/libgreet.so.1").touch()
    (tree / "etc/greeter.conf").write_text("hello\n", encoding="utf-8")
    (tree / "usr/lib/greeter/conf").symlink_to("/etc/greeter.conf")
    package = tmp_path / "greeter-12_1_all.deb"
    subprocess.run(["dpkg-deb", "--build", tree, package], check=True, stdout=subprocess.DEVNULL)
    commands = tmp_path / "bin"
    commands.mkdir()
    for name, text in (
        ("apt-get", MIRROR.replace("PACKAGE", str(package))),
        ("apt-cache", "#!/bin/sh\necho greeter-9; echo greeter-12; echo greeter-12-doc\n"),
    ):
        (commands / name).write_text(text, encoding="utf-8")
        (commands / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{commands}{os.pathsep}{os.environ['PATH']}")
    return commands


def greeter(program: str = "greet") -> toolchain.DebianSet:
    """The set that the mirror can bring."""
    return toolchain.DebianSet("greeter", ("greeter-[0-9]+",), (program,))


def test_packages_are_unpacked_with_their_libraries_and_links(mirror: Path, tmp_path: Path) -> None:
    folder = tmp_path / "a folder"
    folder.mkdir()
    greeter().install(folder, dict(os.environ))
    said = subprocess.run(
        [folder / "bin/greet", "a b", "$(c)"], capture_output=True, text=True, check=True
    ).stdout.splitlines()[0]
    libraries, _, words = said.partition("|")
    assert words == "a b $(c)"
    assert str(folder / "root/usr/lib/x86_64-linux-gnu") in libraries.split(os.pathsep)
    assert (folder / "root/usr/lib/greeter/conf").read_text(encoding="utf-8") == "hello\n"
    assert {path.name for path in folder.iterdir()} == {"bin", "root"}, "downloads are removed"


def test_a_command_no_package_has_is_named(mirror: Path, tmp_path: Path) -> None:
    folder = tmp_path / "set"
    folder.mkdir()
    with pytest.raises(toolchain.ToolError, match="no unpacked package holds a command `wave`"):
        greeter("wave").install(folder, dict(os.environ))


def test_a_package_no_source_has_is_named(tmp_path: Path) -> None:
    with pytest.raises(LookupError, match=r"`postgresql-\[0-9\]\+`"):
        debian.newest("postgresql-[0-9]+", "postgresql-common\npostgresql-x")


def test_the_newest_is_the_highest_number() -> None:
    names = "postgresql-9 postgresql-15 postgresql-15-cron postgresql-12"
    assert debian.newest("postgresql-[0-9]+", names) == "postgresql-15"
    assert debian.newest("prometheus", "prometheus prometheus-node-exporter") == "prometheus"


def test_elsewhere_the_programs_of_the_system_are_used(tmp_path: Path) -> None:
    commands = tmp_path / "bin of another system"
    commands.mkdir()
    (commands / "greet").symlink_to(shutil.which("true") or "")
    folder = tmp_path / "set"
    folder.mkdir()
    greeter().install(folder, {"PATH": str(commands)})
    assert subprocess.run([folder / "bin/greet"], check=False).returncode == 0


def test_elsewhere_a_missing_program_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    greeter("wave").install(tmp_path, {"PATH": str(tmp_path)})
    assert "`wave` was not found: install it with your package manager" in capsys.readouterr().err
    assert not list((tmp_path / "bin").iterdir())


@pytest.mark.parametrize("command", toolchain.TOOLS["system"].programs)  # type: ignore[attr-defined]
def test_every_program_starts(command: str) -> None:
    asked = ASKED.get(command, ["--version"])
    subprocess.run([installed("system", command), *asked], check=True, capture_output=True)
