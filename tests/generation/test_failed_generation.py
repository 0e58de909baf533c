"""Generation that fails: kill -9, a full disk, read-only folders, links and folders in the way."""

from __future__ import annotations

import os
import pickle
import random
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import pytest
from placing import run
from placing.act import Refusal

from tests.generation.commands import MANIFEST, UPDATE, Bake, contents, cookie, tree
from tests.generation.commands import run as run_command
from tests.support.faults import fill, limited, small_disk
from tests.support.hooks import load_hook
from tests.support.layout import REPOSITORY
from tests.support.small_template import Project, write_tables

# Each of these runs the real command several times.
pytestmark = pytest.mark.slow

HTTP = "tests/load/lib/http.js"
Value = TypeVar("Value")

KILLER = """
import os, signal
replace, left = os.replace, int(os.environ["KILL_AT"])
def count(*arguments):
    global left
    left -= 1
    if left < 0:
        os.kill(os.getpid(), signal.SIGKILL)
    replace(*arguments)
os.replace = count
"""


@pytest.mark.parametrize("kill_at", [0, 2, 20, 1000])
def test_the_command_after_kill_9_completes_the_suite(
    bake: Bake, tmp_path: Path, kill_at: int
) -> None:
    expected = contents(bake(auth="login"))
    service = tmp_path / "my-service"
    service.mkdir()
    (tmp_path / "killer").mkdir()
    (tmp_path / "killer/sitecustomize.py").write_text(KILLER)
    arguments = ("--no-input", "-f", "auth=login")
    environment = {"PYTHONPATH": str(tmp_path / "killer"), "KILL_AT": str(kill_at)}
    killed = cookie(tmp_path, *arguments, **environment)
    assert killed.code == (0 if kill_at == 1000 else 1)
    assert (service / ".cookiecutter-k6").exists() == (kill_at != 1000)
    again = cookie(tmp_path, *arguments)
    assert again.code == 0, again.err
    assert contents(service) == expected


def test_an_interrupt_leaves_the_service_unchanged(tmp_path: Path) -> None:
    service = tmp_path / "my-service"
    service.mkdir()
    (tmp_path / "killer").mkdir()
    text = KILLER.replace("os.kill(os.getpid(), signal.SIGKILL)", "raise KeyboardInterrupt")
    (tmp_path / "killer/sitecustomize.py").write_text(text)
    environment = {"PYTHONPATH": str(tmp_path / "killer"), "KILL_AT": "0"}
    assert cookie(tmp_path, "--no-input", "-f", **environment).code != 0
    assert contents(service) == {}
    assert not (service / ".cookiecutter-k6.lock").exists()


# --- a full disk -------------------------------------------------------------------------------

# How many sizes are tried; 60 take two minutes.
SIZES = int(os.environ.get("FULL_DISK_SIZES", "5"))


@pytest.mark.parametrize("first", [True, False], ids=["first", "update"])
def test_a_full_disk_changes_nothing_and_a_larger_one_completes(
    bake: Bake, tmp_path: Path, first: bool
) -> None:
    """Cookiecutter's own copy fails first, then our preparations."""
    complete = contents(bake(auth="login"))
    mine = {"tests/load/notes.md": b"mine\n", **({} if first else contents(bake()))}
    words = ("--no-input", "-f") if first else UPDATE
    needed = 3 * sum(len(content) for content in complete.values())
    seed = random.randrange(4096)
    codes: list[int] = []
    with small_disk(tmp_path / "disk", "16m") as disk:
        project = disk / "my-service"
        for path, content in mine.items():
            (project / path).parent.mkdir(parents=True, exist_ok=True)
            (project / path).write_bytes(content)
        where = disk if first else project
        while 0 not in codes and len(codes) < SIZES:
            ballast = fill(disk, spare=needed * len(codes) // SIZES + seed)
            result = cookie(where, *words, "auth=login")
            ballast.unlink()
            codes.append(result.code)
            if result.code:
                assert without_ours(project) == mine, (codes, seed)
                assert "No space left on device" in result.err + result.out, (codes, seed)
        assert codes[:2] == [1, 1], (codes, seed)
        assert cookie(where, *words, "auth=login").code == 0, (codes, seed)
        assert contents(project) == {**complete, "tests/load/notes.md": b"mine\n"}, (codes, seed)


def without_ours(project: Path) -> dict[str, bytes]:
    """Return the files of a project but those of a generation that died in cookiecutter itself."""
    ours = (".cookiecutter-k6/", ".cookiecutter-k6.lock/")
    return {
        path: content for path, content in contents(project).items() if not path.startswith(ours)
    }


def test_a_limit_of_the_size_of_files_is_like_a_full_disk(bake: Bake, tmp_path: Path) -> None:
    complete = contents(bake())
    command = [sys.executable, "-m", "cookiecutter", str(REPOSITORY), "--no-input", "-f"]
    result = run_command(limited("-f 16", command), tmp_path)
    assert result.code == 1
    assert "File too large" in result.err + result.out
    assert without_ours(tmp_path / "my-service") == {}
    assert cookie(tmp_path, "--no-input", "-f").code == 0
    assert contents(tmp_path / "my-service") == complete


# --- folders that cannot be written to ---------------------------------------------------------


@pytest.mark.parametrize("remove", [run.remove_folder, load_hook("pre_gen_project").remove_folder])
def test_the_copy_of_a_read_only_template_can_be_removed(
    tmp_path: Path, remove: Callable[[str], None]
) -> None:
    """Cookiecutter copies the mode bits of the template's folders."""
    files = tmp_path / "my-service/.cookiecutter-k6/files"
    files.mkdir(parents=True)
    (files / "a.txt").touch()
    files.chmod(0o555)
    as_somebody(lambda: remove(str(files.parent)), tmp_path / "my-service")
    assert list((tmp_path / "my-service").iterdir()) == []


def as_somebody(act: Callable[[], Value], owned: Path) -> Value:
    """Call a function as a user who is not root and owns a folder; return its result."""
    if os.geteuid() != 0:
        return act()
    nobody = 65534
    for parent in owned.parents:  # the private temporary folder of the tests
        if parent.stat().st_mode & 0o011 != 0o011:
            parent.chmod(parent.stat().st_mode | 0o011)
    for path in [owned, *owned.rglob("*")]:
        os.chown(path, nobody, nobody, follow_symlinks=False)
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.setgid(nobody)
        os.setuid(nobody)
        try:
            outcome: object = act()
        except BaseException as error:  # noqa: BLE001 - travels to the parent
            outcome = error
        with open(write, "wb") as pipe:
            pickle.dump(outcome, pipe)
        os._exit(0)
    os.close(write)
    with open(read, "rb") as pipe:
        outcome = pickle.load(pipe)
    os.waitpid(child, 0)
    if isinstance(outcome, BaseException):
        raise outcome
    return outcome  # type: ignore[return-value]


@pytest.fixture
def project() -> Iterator[Project]:
    """An empty project with the small template, accessible to every user."""
    tables = Path(tempfile.mkdtemp(prefix="placing-tables-"))
    made = Project.create(write_tables(tables))
    shutil.move(tables, made.home / "tables")
    made.tables = made.home / "tables"
    yield made
    for path in made.root.rglob("*"):
        if path.is_dir() and not path.is_symlink():
            path.chmod(0o755)
    made.close()


def test_a_read_only_folder_is_reported_and_nothing_changes(project: Project) -> None:
    project.generate(0)
    before = project.shapes()
    project.path("tests/load/lib").chmod(0o555)
    with pytest.raises(Refusal, match=r"cannot write tests/load/lib/\S+: no permission"):
        as_somebody(lambda: project.generate(1), project.home)
    project.path("tests/load/lib").chmod(0o755)
    assert project.shapes() == before


def test_a_read_only_file_is_updated_and_stays_read_only(project: Project) -> None:
    project.generate(0)
    path = project.path("tests/load/lib/a.js")
    path.chmod(0o444)
    as_somebody(lambda: project.generate(1) and None, project.home)
    assert b"(text 1)" in path.read_bytes()
    assert path.stat().st_mode & 0o777 == 0o444


def test_an_unreadable_file_is_kept(project: Project) -> None:
    project.generate(0)
    path = project.path("tests/load/lib/a.js")
    path.write_bytes(b"secret\n")
    path.chmod(0o000)
    as_somebody(lambda: project.generate(1) and None, project.home)
    assert path.read_bytes() == b"secret\n"


# --- links and folders in the way --------------------------------------------------------------


def outside(tmp_path: Path) -> Path:
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    (folder / "precious.js").write_text("precious\n")
    return folder


@pytest.mark.parametrize("where", ["tests", "tests/load"])
def test_a_suite_folder_linked_outside_the_project_is_refused(tmp_path: Path, where: str) -> None:
    target = outside(tmp_path)
    service = tmp_path / "my-service"
    (service / where).parent.mkdir(parents=True, exist_ok=True)
    (service / where).symlink_to(target)
    before = tree(tmp_path)
    result = cookie(tmp_path, "--no-input", "-f")
    assert result.code == 1
    assert result.errors == [
        f"ERROR: nothing was changed: {where} is a link out of the project; move it away"
    ]
    assert tree(tmp_path) == before


@pytest.mark.parametrize("kind", ["outside", "dangling", "file"])
def test_an_unusable_folder_is_reported_and_the_rest_placed(tmp_path: Path, kind: str) -> None:
    target = outside(tmp_path)
    service = tmp_path / "my-service"
    (service / "tests/load").mkdir(parents=True)
    lib = service / "tests/load/lib"
    if kind == "file":
        lib.write_text("a file\n")
    else:
        lib.symlink_to(target if kind == "outside" else target / "nothing")
    result = cookie(tmp_path, "--no-input", "-f")
    assert result.code == 0, result.err
    assert f"NOT placed  {HTTP}" in result.out
    assert [path.name for path in target.iterdir()] == ["precious.js"]
    assert (service / "tests/load/k6.config.js").is_file()
    lib.unlink()
    assert cookie(tmp_path, "--no-input", "-f").code == 0
    assert (service / HTTP).is_file()


def test_a_suite_folder_linked_inside_the_project_works(tmp_path: Path) -> None:
    service = tmp_path / "my-service"
    (service / "qa/load").mkdir(parents=True)
    (service / "tests").mkdir()
    (service / "tests/load").symlink_to("../qa/load")
    assert cookie(tmp_path, "--no-input", "-f").code == 0
    assert (service / "qa/load/lib/http.js").is_file()
    assert "nothing to do" in cookie(tmp_path, "--no-input", "-f").out


def test_a_manifest_that_is_a_folder_refuses(tmp_path: Path) -> None:
    service = tmp_path / "my-service"
    (service / MANIFEST).mkdir(parents=True)
    before = tree(service)
    result = cookie(tmp_path, "--no-input", "-f")
    assert result.code == 1
    assert "is a folder; move it away" in result.errors[0]
    assert tree(service) == before


def test_a_staging_folder_that_is_a_link_is_refused(tmp_path: Path) -> None:
    target = outside(tmp_path)
    service = tmp_path / "my-service"
    service.mkdir()
    (service / ".cookiecutter-k6").symlink_to(target)
    result = cookie(tmp_path, "--no-input", "-f")
    assert result.code == 1
    assert "exists but" in result.errors[0]
    assert [path.name for path in target.iterdir()] == ["precious.js"]
