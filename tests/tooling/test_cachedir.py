"""Where tools are kept; an installation is whole or absent."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import cachedir
import pytest

REPOSITORY = Path("/repository")
FALLBACK = REPOSITORY / ".cache" / "cookiecutter-k6"

# Fills a folder slowly, and leaves a line each time it really does.
FILL_SLOWLY = """
import sys, time
from pathlib import Path
sys.path.insert(0, {tools!r})
import cachedir
folder = Path({folder!r})
def fill(empty):
    time.sleep(0.5)
    (empty / "content").write_text("whole")
    with Path({log!r}).open("a") as log:
        log.write("filled\\n")
cachedir.fill_once(folder, fill, lambda: None)
assert (folder / "content").read_text() == "whole"
"""


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({"COOKIECUTTER_K6_CACHE": "/c", "HOME": "/h"}, ["/c"]),
        ({"XDG_CACHE_HOME": "/x", "HOME": "/h"}, ["/x/cookiecutter-k6"]),
        ({"XDG_CACHE_HOME": "relative", "HOME": "/h"}, ["/h/.cache/cookiecutter-k6"]),
        ({"COOKIECUTTER_K6_CACHE": "", "HOME": "/h"}, ["/h/.cache/cookiecutter-k6"]),
        ({"HOME": ""}, []),
        ({}, []),
    ],
)
def test_the_preferred_folder_comes_first_and_the_repository_last(
    environ: dict[str, str], expected: list[str]
) -> None:
    assert cachedir.cache_roots(REPOSITORY, environ) == [*map(Path, expected), FALLBACK]


def test_a_folder_that_cannot_be_written_is_passed_over(tmp_path: Path) -> None:
    # Below a file nothing can be created, not even by root.
    obstacle = tmp_path / "file"
    obstacle.touch()
    assert cachedir.writable_root([obstacle / "cache", tmp_path / "second"]) == tmp_path / "second"


def test_no_writable_folder_is_an_error_that_names_the_way_out(tmp_path: Path) -> None:
    obstacle = tmp_path / "file"
    obstacle.touch()
    with pytest.raises(cachedir.CacheError, match="COOKIECUTTER_K6_CACHE"):
        cachedir.writable_root([obstacle / "cache"])


def test_what_is_whole_is_not_filled_again(tmp_path: Path) -> None:
    calls: list[Path] = []
    for _ in range(2):
        cachedir.fill_once(tmp_path / "tool", calls.append, lambda: None)
    assert calls == [tmp_path / "tool"]
    assert cachedir.find_complete("tool", [tmp_path / "other", tmp_path]) == tmp_path / "tool"


def test_a_half_installation_never_counts(tmp_path: Path) -> None:
    def fail(folder: Path) -> None:
        (folder / "half").touch()
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        cachedir.fill_once(tmp_path / "tool", fail, lambda: None)
    assert not (tmp_path / "tool").exists()
    assert cachedir.find_complete("tool", [tmp_path]) is None


def test_rubble_of_a_killed_run_is_replaced(tmp_path: Path) -> None:
    rubble = tmp_path / "tool" / "half"
    rubble.parent.mkdir()
    rubble.touch()
    assert cachedir.find_complete("tool", [tmp_path]) is None
    cachedir.fill_once(tmp_path / "tool", lambda _: None, lambda: None)
    assert not rubble.exists()
    assert cachedir.find_complete("tool", [tmp_path])


def test_two_runs_at_once_install_once(tmp_path: Path) -> None:
    log = tmp_path / "log"
    code = FILL_SLOWLY.format(
        tools=str(Path(cachedir.__file__).parent), folder=str(tmp_path / "tool"), log=str(log)
    )
    runs = [subprocess.Popen([sys.executable, "-c", code]) for _ in range(3)]
    assert [run.wait(30) for run in runs] == [0, 0, 0]
    assert log.read_text(encoding="utf-8") == "filled\n"


def test_a_lock_that_never_comes_free_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cachedir, "LOCK_TIMEOUT", 0.1)
    told: list[str] = []
    with (
        cachedir.exclusive(tmp_path / "lock", lambda: None),
        pytest.raises(cachedir.CacheError, match="still locked"),
        cachedir.exclusive(tmp_path / "lock", lambda: told.append("waiting")),
    ):
        pass
    assert told == ["waiting"]
