"""The tool set-up, run as people run it."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import toolchain

from tests.support.layout import REPOSITORY

SCRIPT = REPOSITORY / "tools" / "toolchain.py"


@pytest.fixture
def fresh(tmp_path: Path) -> Path:
    """The toolchain.py of a fresh clone: nothing is installed in its own `.cache` either."""
    repository = tmp_path / "fresh clone"
    for source in [*SCRIPT.parent.glob("*.py"), *REPOSITORY.glob("requirements/*.txt")]:
        copy = repository / source.relative_to(REPOSITORY)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, copy)
    for name in ("package.json", "package-lock.json"):
        shutil.copy(REPOSITORY / name, repository)
    return repository / "tools" / "toolchain.py"


def run(
    *arguments: str, script: Path = SCRIPT, cwd: Path = REPOSITORY, **environ: str | None
) -> subprocess.CompletedProcess[str]:
    """Run toolchain.py; a variable given as None is removed."""
    merged = {**os.environ, **{name: value for name, value in environ.items() if value is not None}}
    for name in [name for name, value in environ.items() if value is None]:
        merged.pop(name, None)
    return subprocess.run(
        [sys.executable, str(script), *arguments],
        cwd=cwd,
        env=merged,
        capture_output=True,
        text=True,
        check=False,
    )


def shim(folder: Path, name: str, text: str) -> Path:
    """Write an executable shell script."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
    path.chmod(0o755)
    return path


def one_line(done: subprocess.CompletedProcess[str]) -> str:
    """Return the error of a failed run, which must be a single line."""
    assert done.returncode == 1, done.stdout + done.stderr
    errors = [line for line in done.stderr.splitlines() if "ERROR" in line]
    assert len(errors) == 1
    assert "Traceback" not in done.stderr
    return errors[0]


def test_the_command_gets_its_arguments_and_gives_its_exit_code(tmp_path: Path) -> None:
    code = "import sys; print(sys.argv[1:]); sys.exit(7)"
    done = run("run", "dev", "--", "python", "-c", code, "a b", "--", "-n", cwd=tmp_path)
    assert done.returncode == 7
    assert done.stdout == "['a b', '--', '-n']\n"
    assert done.stderr == "", "installed tools are used without a word"


def test_the_command_finds_the_pinned_tools_first(tmp_path: Path) -> None:
    shim(tmp_path, "k6", "echo wrong")
    path = f"{tmp_path}{os.pathsep}{os.environ['PATH']}"
    done = run("run", "k6", "--", "k6", "version", PATH=path, MAKEFLAGS="x", PYTHONPATH="/x")
    assert done.stdout.startswith("k6 v1.8.1 ")


def test_make_and_python_settings_do_not_reach_the_command() -> None:
    code = "import os; print(sorted({'MAKEFLAGS', 'PYTHONPATH', 'PYTHONHOME'} & set(os.environ)))"
    done = run("run", "dev", "--", "python", "-c", code, MAKEFLAGS="x", PYTHONPATH="/x")
    assert done.stdout == "[]\n"


def test_installed_tools_need_no_network_no_installers_and_no_home() -> None:
    """With an empty PATH neither pip, npm, go nor anything else can be called."""
    done = run("run", "dev", "node", "k6", "--", "k6", "version", PATH="/nowhere", HOME=None)
    assert done.returncode == 0, done.stderr


def test_a_missing_go_is_one_clear_line(fresh: Path, tmp_path: Path) -> None:
    done = run("setup", "k6", script=fresh, PATH="/nowhere", COOKIECUTTER_K6_CACHE=str(tmp_path))
    assert "`go` was not found: install Go" in one_line(done)


@pytest.mark.parametrize("present", [(), ("node",)])
def test_a_missing_node_or_npm_is_one_clear_line(
    fresh: Path, tmp_path: Path, present: tuple[str, ...]
) -> None:
    for name in present:
        shim(tmp_path / "bin", name, "exit 0")
    done = run(
        "setup",
        "node",
        script=fresh,
        PATH=str(tmp_path / "bin"),
        COOKIECUTTER_K6_CACHE=str(tmp_path),
    )
    missing = "npm" if present else "node"
    assert f"`{missing}` was not found: install" in one_line(done)


def test_a_python_without_venv_is_one_clear_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ensurepip", None)
    with pytest.raises(toolchain.ToolError, match="python3-venv"):
        toolchain.require_venv_module()


def test_a_failing_installer_shows_its_output_and_leaves_nothing(
    fresh: Path, tmp_path: Path
) -> None:
    shim(tmp_path / "bin", "go", "echo 'no route to host'; exit 3")
    path = f"{tmp_path / 'bin'}{os.pathsep}/bin"
    done = run("setup", "k6", script=fresh, PATH=path, COOKIECUTTER_K6_CACHE=str(tmp_path / "c c"))
    assert "failed with exit code 3" in one_line(done)
    assert "no route to host" in done.stderr
    assert not list(tmp_path.glob("c c/k6-*/*"))


def test_a_build_for_another_system_is_not_asked_for(fresh: Path, tmp_path: Path) -> None:
    go = 'echo "$GOOS$GOARCH" > seen; echo "$@" >> seen; cat go.mod >> seen'
    shim(tmp_path / "bin", "go", go)
    path = f"{tmp_path / 'bin'}{os.pathsep}/bin"
    cache = str(tmp_path / "cache")
    done = run(
        "setup",
        "k6",
        script=fresh,
        PATH=path,
        COOKIECUTTER_K6_CACHE=cache,
        GOOS="plan9",
        GOARCH="arm",
    )
    assert done.returncode == 0, done.stderr
    seen = (tmp_path / "cache" / "k6-v1.8.1" / "seen").read_text(encoding="utf-8")
    assert seen.startswith("\nbuild -mod=mod ")
    assert seen.endswith("require go.k6.io/k6 v1.8.1\n")


def test_without_a_home_tools_are_kept_in_the_repository(fresh: Path, tmp_path: Path) -> None:
    shim(tmp_path / "bin", "go", "touch k6")
    path = f"{tmp_path / 'bin'}{os.pathsep}/usr/bin{os.pathsep}/bin"
    done = run("setup", "k6", script=fresh, PATH=path, HOME=None, COOKIECUTTER_K6_CACHE=None)
    assert done.returncode == 0, done.stderr
    assert (fresh.parent.parent / ".cache/cookiecutter-k6/k6-v1.8.1/k6").is_file()


@pytest.mark.parametrize("home", [None, "", "/nowhere"])
def test_installers_keep_their_caches_elsewhere_without_a_home(
    fresh: Path, tmp_path: Path, home: str | None
) -> None:
    shim(tmp_path / "bin", "go", 'mkdir -p "$GOCACHE" && touch "$GOCACHE/written" k6')
    path = f"{tmp_path / 'bin'}{os.pathsep}/usr/bin{os.pathsep}/bin"
    done = run(
        "setup",
        "k6",
        script=fresh,
        PATH=path,
        COOKIECUTTER_K6_CACHE=str(tmp_path / "cache"),
        HOME=home,
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "cache" / "downloads" / "go-build" / "written").is_file()


def test_the_folder_of_a_tool_changes_with_its_lock(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "lock.txt").write_text("a==1\n", encoding="utf-8")
    monkeypatch.setattr(toolchain, "REPOSITORY", tmp_path)
    tool = toolchain.PythonSet("x", "lock.txt")
    before = tool.folder_name()
    (tmp_path / "lock.txt").write_bytes(b"a==1\r\n")
    assert tool.folder_name() == before, "a CRLF checkout is the same lock"
    (tmp_path / "lock.txt").write_text("a==2\n", encoding="utf-8")
    assert tool.folder_name() != before


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["run", "dev"], "needs a command after --"),
        (["setup", "--", "true"], "the other verbs accept none"),
        (["setup", "k7"], "unknown tool 'k7': expected demo, dev"),
        ([], "required: verb"),
    ],
)
def test_wrong_usage_is_explained(arguments: list[str], message: str) -> None:
    done = run(*arguments)
    assert done.returncode == 2
    assert message in done.stderr


def test_which_names_the_folders() -> None:
    done = run("which", "k6", "dev")
    assert [line.split(": ")[0] for line in done.stdout.splitlines()] == ["k6", "dev"]
    assert "not installed" not in done.stdout


def test_a_tool_that_is_not_installed_says_what_to_type(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(toolchain, "REPOSITORY", tmp_path)
    with pytest.raises(toolchain.ToolError, match="make tools"):
        toolchain.which("k6", "k6", {"HOME": str(tmp_path)})


def test_jars_that_are_not_those_of_the_list_are_not_used(tmp_path: Path) -> None:
    (tmp_path / "jars").mkdir()
    (tmp_path / "jars" / "a.jar").write_bytes(b"a")
    sums = tmp_path / "SHA256SUMS"
    good = hashlib.sha256(b"a").hexdigest()
    sums.write_text(f"{good}  a.jar\n")
    toolchain.require_hashes(tmp_path / "jars", sums)
    for lines in (f"{good[::-1]}  a.jar\n", "", f"{good}  a.jar\n{good}  b.jar\n"):
        sums.write_text(lines)
        with pytest.raises(toolchain.ToolError, match=r"\.jar: does not match SHA256SUMS"):
            toolchain.require_hashes(tmp_path / "jars", sums)
