"""Where and how the wrapper is started must not change what it does."""

from __future__ import annotations

import os
import pty
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support.installed import installed
from tests.support.wrapper_project import BASH, Project, left_over, until

# The surroundings matter to few changes; the quick tests leave them out.
pytestmark = pytest.mark.slow

# What a plain Linux and a Mac both have.
COMMON_TOOLS = "bash cat date env git id ln mkdir mv ps rm rmdir sh sleep tail touch tr uname"


def smoke(project: Project) -> tuple[str, ...]:
    return (str(project.load / "scenarios/smoke.js"), "http://localhost:8000")


def seen(project: Project, **how: object) -> tuple[str, ...]:
    call = project.run(**how).passed().call  # type: ignore[arg-type]
    return (call.script, call.vars["BASE_URL"])


class TestPlaces:
    def test_the_current_folder_does_not_matter(self, project: Project) -> None:
        for cwd in (Path("/"), project.root, project.root / "scripts", project.load):
            assert seen(project, cwd=cwd) == smoke(project)

    def test_a_relative_path_to_the_script(self, project: Project) -> None:
        for cwd, name in (
            (project.root, "scripts/load-test.sh"),
            (project.root / "scripts", "load-test.sh"),
            (project.root / "scripts", "./load-test.sh"),
            (project.load, "../../scripts/load-test.sh"),
            (project.root.parent, f"{project.root.name}/scripts/load-test.sh"),
        ):
            assert seen(project, cwd=cwd, command=[BASH, "--", name]) == smoke(project)

    def test_links_to_the_script_and_to_its_folders(self, project: Project, tmp_path: Path) -> None:
        direct = tmp_path / "direct link"
        direct.symlink_to(project.wrapper)
        (tmp_path / "links").mkdir()
        relative = tmp_path / "links" / "lt"
        relative.symlink_to("../direct link")
        folder = tmp_path / "folder link"
        folder.symlink_to(project.root / "scripts")
        for path in (direct, relative, folder / "load-test.sh"):
            assert seen(project, cwd=Path("/"), command=[BASH, str(path)]) == smoke(project)

    def test_on_the_path_and_directly(self, project: Project) -> None:
        path = f"{project.root / 'scripts'}:{project.env['PATH']}"
        for command in (["load-test.sh"], [str(project.wrapper)]):
            done = subprocess.run(
                command,
                env={**project.env, "PATH": path},
                cwd="/",
                capture_output=True,
                check=False,
            )
            assert done.returncode == 0, done.stderr

    def test_cdpath(self, project: Project) -> None:
        decoy = project.root.parent / "decoy"
        (decoy / "scripts").mkdir(parents=True)
        env = {"CDPATH": f"{decoy}:{decoy.parent}"}
        command = [BASH, "--", "scripts/load-test.sh"]
        assert seen(project, env=env, command=command) == smoke(project)

    def test_the_file_may_change_while_it_runs(self, project: Project) -> None:
        with project.running(env={"SHIM_SECONDS": "1"}) as run:
            run.until_k6_runs()
            for file in (project.wrapper, *(project.load / "engine").rglob("*.sh")):
                file.write_text("touch pwned\n" * 9000)
            assert run.end().code == 0


def program(shell: str) -> str:
    """The path of a shell; those that a system may lack are set up with the tools."""
    return str(installed("system", shell) if shell in ("dash", "busybox") else shell)


class TestOtherShells:
    @pytest.mark.parametrize("shell", [["dash"], ["busybox", "ash"], ["sh"], [BASH, "--posix"]])
    def test_it_goes_on_with_bash(self, project: Project, shell: list[str]) -> None:
        command = [program(shell[0]), *shell[1:], str(project.wrapper)]
        assert seen(project, command=command) == smoke(project)
        result = project.run("load", "--vus", "x y", command=command)
        result.refused("--vus needs a whole number", "'x y'")

    @pytest.mark.parametrize("shell", [["dash"], ["busybox", "ash"]])
    def test_without_bash_it_says_so(self, project: Project, shell: list[str]) -> None:
        command = [program(shell[0]), *shell[1:], str(project.wrapper)]
        result = project.run(command=command, env={"PATH": str(project.bin)})
        assert result.code == 1
        assert "needs bash" in result.stderr
        assert len(result.stderr.splitlines()) == 1


class TestVariables:
    @pytest.mark.parametrize(
        "env",
        [
            {"HOME": None},
            {"TERM": None},
            {"TERM": "dumb"},
            {"LC_ALL": "C"},
            {"LC_ALL": "tr_TR.UTF-8", "LANG": "tr_TR.UTF-8"},
            {"LC_ALL": "no_SUCH"},
            {"LC_ALL": None, "LANG": None},
            {"IFS": "/s"},
            {"GREP_OPTIONS": "--color=always", "POSIXLY_CORRECT": "1"},
            {"NO_COLOR": "1"},
            {"PS4": "$(touch pwned)", "PROMPT_COMMAND": "touch pwned"},
            {"SHELLOPTS": "noglob:noclobber"},
            {"k6_command": "x", "positionals": "x", "name": "x", "flag": "x", "run_names": "x"},
            {"TMPDIR": "/nonexistent"},
        ],
        ids=str,
    )
    def test_the_result_is_the_same(self, project: Project, env: dict[str, str | None]) -> None:
        assert seen(project, env=env) == smoke(project)

    def test_k6_gets_the_callers_locale(self, project: Project) -> None:
        for value in ("C.UTF-8", "POSIX", ""):
            assert project.run(env={"LC_ALL": value}).passed().call.env["LC_ALL"] == value
        assert "LC_ALL" not in project.run(env={"LC_ALL": None}).passed().call.env

    def test_a_startup_file_cannot_change_how_names_are_read(self, project: Project) -> None:
        hostile = (
            "set -f -C -a; IFS=/; CDPATH=/; shopt -s nullglob failglob nocasematch dotglob xpg_echo"
        )
        # Not in the project: bash itself expands the value of BASH_ENV.
        startup = project.home / "startup"
        startup.write_text(f"{hostile}\n")
        result = project.run("all", env={"BASH_ENV": str(startup)}).passed()
        assert len(result.runs) == 2

    @pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
    def test_closed_files(self, project: Project, closed: str) -> None:
        words = ["bash", "-c", f'exec "$@" {closed}', "bash", *project.command()]
        done = subprocess.run(words, env=project.env, check=False, capture_output=True, timeout=20)
        assert done.returncode == 0
        assert (project.run_folder / "summary.json").is_file()
        # Else the first file that k6 opens would become its output.
        assert {call.env["SHIM_OPEN_FILES"] for call in project.calls()} == {" 0 1 2"}


class TestColour:
    @pytest.mark.parametrize(
        ("env", "words", "coloured"),
        [
            ({"TERM": "xterm"}, [], True),
            ({"TERM": "xterm", "NO_COLOR": "1"}, [], False),
            ({"TERM": "xterm", "NO_COLOR": ""}, [], True),
            ({"TERM": "dumb"}, [], False),
            ({}, [], False),
            ({"TERM": "xterm"}, ["--no-color"], False),
        ],
    )
    def test_only_on_a_terminal_that_wants_it(
        self, project: Project, env: dict[str, str | None], words: list[str], coloured: bool
    ) -> None:
        ours, theirs = pty.openpty()
        done = subprocess.run(
            project.command(*words), env=project.environment(env), stdout=theirs, check=False
        )
        os.close(theirs)
        text = os.read(ours, 100_000)
        os.close(ours)
        assert done.returncode == 0
        assert (b"\x1b[" in text) is coloured
        assert b"\x1b[" not in project.run(*words, env=env).stdout.encode()

    def test_no_color_is_passed_on(self, project: Project) -> None:
        assert "--no-color" in project.run("--no-color").passed().call.args
        assert "--no-color" not in project.run().passed().call.args


class TestFewTools:
    """What macOS lacks is missing, and what it does differently fails."""

    @pytest.fixture
    def mac_like(self, project: Project) -> Project:
        tools = project.root.parent / "tools"
        tools.mkdir()
        for name in COMMON_TOOLS.split():
            found = shutil.which(name)
            assert found, name
            (tools / name).symlink_to(found)
        differs = {"date": "*%N*", "mv": "*-fT*", "readlink": "-f*|--*", "sleep": "[!0-9.]*"}
        for name, pattern in differs.items():
            wrapped = tools / name
            wrapped.unlink(missing_ok=True)
            refusal = f'case "$*" in {pattern}) echo "illegal option" >&2; exit 1;; esac'
            wrapped.write_text(f'#!/bin/sh\n{refusal}\nexec {shutil.which(name)} "$@"\n')
            wrapped.chmod(0o755)
        project.env["PATH"] = f"{project.bin}:{tools}"
        return project

    def test_everything_still_works(self, mac_like: Project, tmp_path: Path) -> None:
        link = tmp_path / "link"
        link.symlink_to(mac_like.wrapper)
        env = {"BASE_URL": "http://127.0.0.1:1"}
        command = [BASH, str(link)]
        words = ["load", "--start", "exec sleep 60", "--dashboard", "--output", "raw.json"]
        result = mac_like.run(*words, env=env, command=command).passed()
        assert "Stopped the service" in result.stdout
        assert "command not found" not in result.stderr
        assert "illegal option" not in result.stderr
        mac_like.run("all", command=command).passed()
        assert "-all-" in os.readlink(mac_like.results / "latest")
        mac_like.run("--list", command=command).passed()
        mac_like.run("--vus", "0", command=command).refused("--vus")

    def test_so_does_what_is_no_run(self, mac_like: Project) -> None:
        segment = mac_like.write("tests/load/results/a-segment-1-of-2/segment.json", "{}\n")
        for words in (
            ("--save-baseline", "--runs", "1"),
            ("compare", "latest", "latest"),
            ("compare", "summary.json", "summary.json"),
            ("cleanup", "one"),
        ):
            folder = mac_like.results / "latest"
            result = mac_like.run(*words, cwd=folder if folder.exists() else None).passed()
            assert "command not found" not in result.stderr
        (call,) = (call for call in mac_like.calls() if call.kind == "baseline")
        mac_like.run("merge", "a", env={"RUN_ID": "b"})
        (call,) = (call for call in mac_like.calls() if call.kind == "merge")
        assert call.env["SEGMENTS"] == str(segment)

    def test_without_ps_and_git(self, mac_like: Project) -> None:
        for name in ("ps", "git"):
            (mac_like.root.parent / "tools" / name).unlink()
        env = {"BASE_URL": "http://127.0.0.1:1"}
        mac_like.run("load", "--start", "trap '' TERM; sleep 60 & sleep 60", env=env).passed()
        until(lambda: not left_over(mac_like), lambda: str(left_over(mac_like)), 2)
        result = mac_like.run("load", env=env).passed()
        assert "command not found" not in result.stderr


class TestGitBash:
    """Git Bash rewrites arguments that look like paths unless it is told not to."""

    @pytest.fixture
    def git_bash(self, project: Project) -> Project:
        project.script("uname", "#!/bin/sh\necho MINGW64_NT-10.0-19045\n")
        project.script("cygpath", '#!/bin/sh\nfor path; do :; done\nprintf "C:%s\\n" "$path"\n')
        return project

    def test_arguments_are_not_rewritten_and_paths_are_native(self, git_bash: Project) -> None:
        result = git_bash.run(
            "health", "--env", "API_PREFIX=/api/v1", env={"SHIM_SUMMARY": "missing"}
        )
        call = result.call
        assert call.env["MSYS_NO_PATHCONV"] == "1"
        assert call.env["MSYS2_ARG_CONV_EXCL"] == "*"
        assert call.vars["API_PREFIX"] == "/api/v1"
        assert call.script == f"C:{git_bash.load}/scripts/health.js"
        assert call.vars["RESULTS_DIR"] == f"C:{git_bash.run_folder}"

    def test_elsewhere_nothing_is_set(self, project: Project) -> None:
        assert "MSYS_NO_PATHCONV" not in project.run().passed().call.env


def test_quiet_shows_errors_and_no_banner(project: Project) -> None:
    result = project.run("--quiet").passed()
    assert result.all == ""
    assert "--quiet" in result.call.args
    result = project.run("--quiet", env={"SHIM_CODE": "99"})
    assert "failed: smoke" in result.stderr


def test_the_banner_says_what_is_about_to_happen(project: Project) -> None:
    lines = project.run("load", "health", "--vus", "7").passed().stdout.splitlines()
    assert lines[1:8] == [
        "Sample Shop load test",
        "  Scenario   load-health (profile load)",
        "  Test File  tests/load/scripts/health.js",
        "  Base URL   http://localhost:8000",
        "  VUs        7",
        "  Duration   set by the profile",
        f"  Results    {project.run_folder}",
    ]


def test_control_characters_never_reach_the_terminal(project: Project) -> None:
    project.write("tests/load/scripts/health.js", "// \x1b[31mred\x07\n")
    env = {"PROJECT_NAME": "a\x1b[2Jb\nc"}
    folder = {"RESULTS_DIR": "a\x1b[2Jb", "BASE_URL": "http://127.0.0.1:1"}
    for result in (
        project.run(env=env),
        project.run("--list"),
        project.run("\x1b[2J"),
        project.run("all", "--start", "exec sleep 60", env=folder),
    ):
        assert "\x1b" not in result.all
        assert "\x07" not in result.all
