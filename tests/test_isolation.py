"""The tests themselves are independent of the person and the folder they run in."""

import os
from pathlib import Path

import pytest

from tests.support.isolation import isolate


def test_settings_of_the_user_do_not_reach_the_tests(tmp_path: Path) -> None:
    environ = {"BASE_URL": "http://x", "K6_VUS": "3", "GIT_DIR": "/x", "PATH": "/bin", "VUS": "7"}
    isolate(environ, tmp_path)
    assert not {"BASE_URL", "K6_VUS", "GIT_DIR", "VUS"} & set(environ)
    assert environ["PATH"] == "/bin"
    assert environ["HOME"] == str(tmp_path)


def test_this_process_is_isolated() -> None:
    assert "K6_VUS" not in os.environ
    assert Path(os.environ["HOME"], "gitconfig").is_file()


@pytest.mark.parametrize("name", ["k6_binary"])
def test_the_pinned_k6_is_there(name: str, request: pytest.FixtureRequest) -> None:
    assert request.getfixturevalue(name).is_file()


@pytest.mark.xdist_group("isolation")
def test_groups_of_tests_stay_together(request: pytest.FixtureRequest) -> None:
    """Otherwise each worker starts the servers of a group, and does all of its runs, once more."""
    worker = hasattr(request.config, "workerinput")
    grouped = worker and request.config.getoption("loadgroup", default=False)
    assert request.node.nodeid.endswith("@isolation" if grouped else "_together")
