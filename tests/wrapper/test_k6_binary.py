"""Finding k6, and refusing what is not one."""

from __future__ import annotations

import time

import pytest

from tests.support.wrapper_project import SHIM_FOLDER, Project

SYSTEM_PATH = "/usr/bin:/bin"


def test_without_k6_the_ways_to_install_it_are_shown(project: Project) -> None:
    (project.bin / "k6").unlink()
    stderr = project.run(env={"PATH": SYSTEM_PATH}).refused("k6 was not found on PATH")
    for hint in (
        "brew install k6",
        "apt-get install k6",
        "https://dl.k6.io/deb",
        "winget",
        "--docker",
        "K6_BIN",
    ):
        assert hint in stderr
    assert "no such file" not in stderr
    assert not project.runs


@pytest.mark.parametrize(
    ("line", "version"),
    [
        ("k6 v1.8.1 (go1.26.8, linux/amd64)", "v1.8.1"),
        ("k6 v1.0.0 (commit/abc, go1.24, darwin/arm64)", "v1.0.0"),
        ("k6 v2.2.0 (go1.26, linux/amd64)", "v2.2.0"),
        ("k6 v2.0.0-rc1 (commit/abc, go1.26, linux/amd64)", "v2.0.0-rc1"),
        ("k6 (devel) (go1.26, linux/amd64)", "(devel)"),
        ("k6 v(devel) (go1.26, linux/amd64)", "(devel)"),
        ("k6.exe v1.8.1 (go1.26.8, windows/amd64)", "v1.8.1"),
        ("k6 v1.8.1+build.5 (go1.26)", "v1.8.1+build.5"),
        ("warning: something\nk6 v1.8.1 (go1.26)\nExtensions:\n  github.com/x/y v0.1.0", "v1.8.1"),
        ("k6 v1.8.1 (go1.26.8, windows/amd64)\r", "v1.8.1"),
    ],
)
def test_versions_are_understood(project: Project, line: str, version: str) -> None:
    call = project.run(env={"SHIM_VERSION": line}).passed().call
    assert call.vars["RUN_K6_VERSION"] == version


@pytest.mark.parametrize("line", ["k6 v0.57.0 (go1.23, linux/amd64)", "k6 v0.9.9"])
def test_a_k6_that_is_too_old_is_refused_with_the_version_needed(
    project: Project, line: str
) -> None:
    project.run(env={"SHIM_VERSION": line}).refused(line.split()[1], "needs k6 1.0.0 or later")


@pytest.mark.parametrize(
    ("content", "named"),
    [
        ("#!/bin/sh\necho hello world\n", "'hello world'"),
        ("#!/bin/sh\nexit 3\n", "exit code 3"),
        ("#!/bin/sh\necho 'k6 vX.Y.Z'\n", "k6 vX.Y.Z"),
        ("#!/bin/sh\nprintf 'k6 \\033[31mred'\n", "k6 ?[31mred"),
        ("#!/nonexistent/interpreter\n", "exit code 12"),
        ("\x7fELF\x02\x01\x01\x00\x00garbage", "exit code 126"),
        ("", "exit code 0"),
    ],
)
def test_something_else_named_k6_is_refused(project: Project, content: str, named: str) -> None:
    project.script("k6", content)
    project.run().refused("does not work as k6", named)


@pytest.mark.slow
@pytest.mark.parametrize("body", ["sleep 60 & wait", "trap '' TERM INT; while :; do :; done"])
def test_a_k6_that_hangs_is_given_up_within_5_seconds(project: Project, body: str) -> None:
    project.script("k6", f"#!/bin/sh\n{body}\n")
    started = time.monotonic()
    stderr = project.run().refused("did not answer 'k6 version' within 3 s")
    assert time.monotonic() - started < 5
    assert "Killed" not in stderr


class TestK6Bin:
    def test_it_wins_over_the_path(self, project: Project) -> None:
        mine = project.root / "my k6"
        mine.symlink_to(SHIM_FOLDER / "k6")
        project.script("k6", "#!/bin/sh\nexit 3\n")
        project.run(env={"K6_BIN": str(mine)}).passed()
        project.run(env={"K6_BIN": "./my k6"}).passed()

    def test_a_bare_name_is_looked_up_on_the_path(self, project: Project) -> None:
        (project.bin / "k6-custom").symlink_to(SHIM_FOLDER / "k6")
        project.run(env={"K6_BIN": "k6-custom"}).passed()

    def test_it_is_not_replaced_by_another_k6(self, project: Project) -> None:
        project.run(env={"K6_BIN": "/nonexistent/k6"}).refused(
            "K6_BIN=/nonexistent/k6", "no such file"
        )
        project.run(env={"K6_BIN": "k6-nowhere"}).refused("K6_BIN=k6-nowhere", "no such file")
        project.run(env={"K6_BIN": str(project.root)}).refused("no such file")
        plain = project.write("plain", "#!/bin/sh\n", mode=0o644)
        project.run(env={"K6_BIN": str(plain)}).refused("is not executable")


def test_the_server_port_of_k6_1_stays_closed(project: Project) -> None:
    result = project.run().passed()
    for call in result.calls:
        assert call.kind == "version" or "--address=" in call.args
