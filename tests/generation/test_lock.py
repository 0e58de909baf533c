"""One generation at a time: leftovers of a dead one are cleared, foreign files never touched."""

from __future__ import annotations

import errno
import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import home
import pytest

from tests.generation.commands import UPDATE, Bake, cookie, tree
from tests.support.hooks import defaults, load_hook
from tests.support.layout import REPOSITORY

hook = load_hook("pre_gen_project")
CONTEXT = {
    **defaults(),
    "project_slug": "my-service",
    "health_path": "/health",
    "__name_slug": "my-service",
}
LOCK = Path(".cookiecutter-k6.lock")
STAGING = Path(".cookiecutter-k6")


@pytest.fixture(autouse=True)
def in_an_empty_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = tmp_path / "project"
    project.mkdir()
    monkeypatch.chdir(project)


def dead_pid() -> int:
    """Return the id of a process that has ended."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def leave_lock(**owner: object) -> None:
    LOCK.mkdir()
    record = {"pid": dead_pid(), "host": socket.gethostname(), **owner}
    (LOCK / "run.json").write_text(json.dumps(record))


def test_the_lock_holds_the_normalised_answers() -> None:
    assert hook.prepare({**CONTEXT, "backend_api_prefix": "api/", "backend_port": "80"}) == []
    record = json.loads((LOCK / "run.json").read_text())
    assert record["pid"] == os.getppid()
    assert record["answers"]["backend_api_prefix"] == "/api"
    assert record["answers"]["backend_port"] == 80
    assert record["name_slug"] == "my-service"
    assert record["template_home"] == home.home()


def test_a_lock_of_a_living_process_refuses() -> None:
    leave_lock(pid=os.getpid())
    problems = hook.prepare(CONTEXT)
    assert len(problems) == 1
    assert f"running (process {os.getpid()})" in problems[0]
    assert "remove the folder .cookiecutter-k6.lock" in problems[0]


@pytest.mark.parametrize("owner", [{}, {"pid": os.getppid()}], ids=["dead", "same process"])
def test_a_dead_lock_and_its_staging_folder_are_cleared(owner: dict[str, object]) -> None:
    leave_lock(**owner)
    STAGING.mkdir()
    (STAGING / "README.txt").write_text(hook.MARKER_FIRST_LINE + "\n")
    (STAGING / "files").mkdir()
    assert hook.prepare(CONTEXT) == []
    assert not STAGING.exists()
    assert json.loads((LOCK / "run.json").read_text())["pid"] == os.getppid()
    assert [path.name for path in Path().iterdir()] == [str(LOCK)]


@pytest.mark.parametrize("left", ["files", "placing", "scratch"])
def test_what_was_cut_short_and_has_no_marker_is_cleared(left: str) -> None:
    """Cookiecutter copies the folders before the marker, and a removal may begin with it."""
    leave_lock()
    (STAGING / left).mkdir(parents=True)
    assert hook.prepare(CONTEXT) == []
    assert not STAGING.exists()


@pytest.mark.parametrize("call", ["os.mkdir", "json.dump"])
def test_a_disk_that_is_still_full_changes_nothing_for_the_run_after(
    call: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The lock of the run that died tells the next one that the remainder is ours."""
    leave_lock()
    (STAGING / "files").mkdir(parents=True)

    def is_full(path: object, *_arguments: object) -> None:
        if path == str(LOCK) and LOCK.exists():
            raise FileExistsError(errno.EEXIST, "File exists")
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as disk:
        disk.setattr(call, is_full)
        problems = hook.prepare(CONTEXT)
    assert problems == ["ERROR: cannot write to the project folder: No space left on device"]
    assert hook.prepare(CONTEXT) == []
    assert [path.name for path in Path().iterdir()] == [str(LOCK)]


def test_a_run_that_died_with_the_lock_of_another_is_cleared() -> None:
    leave_lock()
    LOCK.rename(f"{LOCK}.{dead_pid()}")
    (STAGING / "files").mkdir(parents=True)
    Path(f"{LOCK}.d").mkdir()
    assert hook.prepare(CONTEXT) == []
    assert sorted(path.name for path in Path().iterdir()) == [str(LOCK), f"{LOCK}.d"]


@pytest.mark.parametrize(("locked", "name"), [(True, "mine.txt"), (False, "files")])
def test_a_folder_without_a_marker_is_kept(locked: bool, name: str) -> None:
    """It is cleared only after a generation that died, and with nothing else in it."""
    if locked:
        leave_lock()
    (STAGING / name).mkdir(parents=True)
    assert "was not created by this template" in hook.prepare(CONTEXT)[0]
    assert (STAGING / name).is_dir()


def test_a_lock_of_another_machine_refuses() -> None:
    leave_lock(host="elsewhere")
    assert "another generation" in hook.prepare(CONTEXT)[0]


def test_a_lock_without_an_owner_refuses_while_it_is_young() -> None:
    LOCK.mkdir()
    assert "another generation" in hook.prepare(CONTEXT)[0]
    old = time.time() - 2 * hook.LOCK_GRACE_SECONDS
    os.utime(LOCK, (old, old))
    assert hook.prepare(CONTEXT) == []


def test_a_lock_that_is_a_link_is_not_followed(tmp_path: Path) -> None:
    target = tmp_path / "precious"
    target.mkdir()
    (target / "run.json").write_text("{}")
    LOCK.symlink_to(target)
    assert "exists but" in hook.prepare(CONTEXT)[0]
    assert (target / "run.json").is_file()


def test_a_staging_folder_that_is_a_link_is_not_followed(tmp_path: Path) -> None:
    target = tmp_path / "precious"
    target.mkdir()
    (target / "README.txt").write_text(hook.MARKER_FIRST_LINE + "\n")
    STAGING.symlink_to(target)
    assert "exists but" in hook.prepare(CONTEXT)[0]
    assert (target / "README.txt").is_file()
    assert not LOCK.exists()


def test_a_foreign_staging_folder_is_kept() -> None:
    STAGING.mkdir()
    (STAGING / "mine.txt").write_text("mine")
    assert "was not created by this template" in hook.prepare(CONTEXT)[0]
    assert (STAGING / "mine.txt").is_file()
    assert not LOCK.exists()


def test_an_empty_staging_folder_is_taken() -> None:
    STAGING.mkdir()
    assert hook.prepare(CONTEXT) == []


def test_the_marker_of_the_template_is_the_one_the_hook_looks_for() -> None:
    path = REPOSITORY / "{{cookiecutter.project_slug}}" / STAGING / hook.MARKER
    assert path.read_text().split("\n")[0] == hook.MARKER_FIRST_LINE


def test_a_bad_template_address_is_refused_and_takes_no_lock() -> None:
    problems = hook.prepare({**CONTEXT, "_template_home": "x; touch y"})
    assert len(problems) == 1
    assert "_template_home" in problems[0]
    assert not LOCK.exists()


@pytest.mark.slow
def test_of_two_generations_at_once_one_refuses(bake: Bake, tmp_path: Path) -> None:
    project = bake()
    before = tree(project)
    gate = tmp_path / "gate"
    gate.mkdir()
    (gate / "sitecustomize.py").write_text(
        "import os, pathlib, time\n"
        "if os.path.exists('.cookiecutter-k6.lock'):\n"
        f"    pathlib.Path({str(tmp_path / 'inside')!r}).touch()\n"
        f"    while not os.path.exists({str(tmp_path / 'go')!r}):\n"
        "        time.sleep(0.01)\n"
    )
    first = subprocess.Popen(
        [sys.executable, "-m", "cookiecutter", str(REPOSITORY), *UPDATE],
        cwd=project,
        env={**os.environ, "PYTHONPATH": str(gate)},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        deadline = time.monotonic() + 30
        while not (tmp_path / "inside").exists() and time.monotonic() < deadline:
            time.sleep(0.01)
        second = cookie(project, *UPDATE)
        assert second.code == 1
        assert len(second.errors) == 1
        assert "another generation into this folder is running" in second.errors[0]
    finally:
        (tmp_path / "go").touch()
        out, _ = first.communicate(timeout=30)
    assert first.returncode == 0
    assert "nothing to do" in out
    assert tree(project) == before
