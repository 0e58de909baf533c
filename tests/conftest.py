"""Fixtures and isolation shared by all test folders.

The fixtures: `k6_binary`, `k6_v2_binary`, `any_k6`, `k6_databases`, `actionlint`, `node_bin`,
`tool`, `baked`, `suite_tree`, `service`.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import cachedir
import hypothesis
import pytest

from tests.support.bakery import Bakery
from tests.support.installed import installed
from tests.support.isolation import heed_signals, isolate, temporary_root
from tests.support.layout import REPOSITORY, SUITE_FILES
from tests.support.seeds import choose_seed

if TYPE_CHECKING:
    from pytest_cookies.plugin import Cookies
    from service.testing import RunningService

hypothesis.settings.register_profile(
    "repository", deadline=None, derandomize=True, database=None, print_blob=True
)
hypothesis.settings.load_profile("repository")

_home = pytest.StashKey[str]()

# Modules whose tests are quick one by one and slow together: `make test-fast` runs each of their
# test functions with its first parameters only.
SAMPLED = frozenset(
    """
    ci/test_plan.py generation/test_answers.py generation/test_options.py
    generation/test_trees.py openapi/test_command.py
    suite/test_modules.py suite/test_planned_load.py suite/test_presets.py suite/test_refusals.py
    wrapper/test_arguments.py wrapper/test_docker.py wrapper/test_k6_binary.py
    wrapper/test_results.py wrapper/test_settings.py wrapper/test_target.py
    """.split()
)


def pytest_configure(config: pytest.Config) -> None:
    """Make the tests independent of the current folder and of the user's surroundings."""
    # pytest-cookies would look for the template in the current folder.
    config.option.template = str(REPOSITORY)
    is_worker = hasattr(config, "workerinput")
    # The cache depends on HOME, which is about to change; xdist's workers inherit this variable.
    cache = cachedir.cache_roots(REPOSITORY, os.environ)[0]
    os.environ[cachedir.CACHE_VARIABLE] = str(cache)
    choose_seed()
    root = temporary_root()
    home = tempfile.mkdtemp(prefix="cookiecutter-k6-home-", dir=root)
    config.stash[_home] = home
    # Elsewhere than the home folder, for a look at what failed.
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", root)
    isolate(os.environ, Path(home))
    heed_signals()
    tempfile.tempdir = os.environ["TMPDIR"]
    # Beside the sources of the template, compiled files would end up in projects.
    sys.dont_write_bytecode = sys.pycache_prefix is None
    if is_worker or config.getoption("dist", "no") == "no":
        # What tests start would leave bytecode of temporary files in the cache.
        os.environ.pop("PYTHONPYCACHEPREFIX", None)
        os.environ["PYTHONDONTWRITEBYTECODE"] = "1"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what a quick run leaves out of the modules of SAMPLED."""
    root = Path(__file__).parent
    seen = set()
    for item in items:
        module = os.path.relpath(item.path, root).replace(os.sep, "/")
        if module in SAMPLED:
            function = item.nodeid.partition("[")[0]
            if function in seen:
                item.add_marker(pytest.mark.slow)
            seen.add(function)


def pytest_collection_finish() -> None:
    """Keep bytecode of temporary modules, which tests import, out of the cache."""
    sys.dont_write_bytecode = True


def pytest_unconfigure(config: pytest.Config) -> None:
    """Remove the private home folder."""
    tempfile.tempdir = None
    shutil.rmtree(config.stash.get(_home, ""), ignore_errors=True)


@pytest.fixture(scope="session")
def k6_binary() -> Path:
    """The pinned k6."""
    return installed("k6", "k6")


@pytest.fixture(scope="session")
def k6_v2_binary() -> Path:
    """The pinned k6 of the next major version."""
    return installed("k6-v2", "k6")


@pytest.fixture(scope="session")
def k6_databases() -> Path:
    """A k6 1.x with the extensions for databases."""
    return installed("k6-databases", "k6")


@pytest.fixture(scope="session", params=["k6_binary", "k6_v2_binary"], ids=["k6-v1", "k6-v2"])
def any_k6(request: pytest.FixtureRequest) -> Path:
    """Each supported major version of k6 in turn."""
    binary: Path = request.getfixturevalue(request.param)
    return binary


@pytest.fixture(scope="session")
def prometheus_binary() -> Path:
    """The system's Prometheus."""
    return installed("system", "prometheus")


@pytest.fixture(scope="session")
def influxd_binary() -> Path:
    """The system's InfluxDB 1."""
    return installed("system", "influxd")


@pytest.fixture(scope="session")
def promtool() -> Path:
    """The system's checker of Prometheus's files."""
    return installed("system", "promtool")


@pytest.fixture(scope="session")
def compose_reader() -> Path:
    """Prints a compose file as Docker understands it."""
    return installed("compose-go", "cmd")


@pytest.fixture(scope="session")
def kustomize() -> Path:
    """The pinned kustomize."""
    return installed("kustomize", "kustomize")


@pytest.fixture(scope="session")
def kubernetes_validate() -> Path:
    """Checks manifests against Kubernetes' own schemas."""
    return installed("kubernetes", "kubernetes-validate")


@pytest.fixture(scope="session")
def actionlint() -> Path:
    """The pinned actionlint."""
    return installed("actionlint", "actionlint")


@pytest.fixture(scope="session")
def node_bin() -> Callable[[str], Path]:
    """Return the path of a command of the locked Node packages: `node_bin("tsc")`."""
    return lambda command: installed("node", command)


@pytest.fixture(scope="session")
def tool() -> Callable[[str], Path]:
    """Return the path of a command of the locked Python packages: `tool("ruff")`."""
    return lambda command: installed("dev", command)


@pytest.fixture(scope="session")
def baked(cookies_session: Cookies, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bakery]:
    """Generated projects: `baked(auth="login")` to read, `baked.copy(auth="login")` to write to."""
    bakery = Bakery(cookies_session, tmp_path_factory)
    yield bakery
    bakery.assert_untouched()


@pytest.fixture
def suite_tree(tmp_path: Path) -> Path:
    """A private, writable copy of the raw template tree (`scripts/`, `tests/load/`)."""
    return Path(shutil.copytree(SUITE_FILES, tmp_path / "suite-tree"))


@pytest.fixture(scope="session")
def service() -> Iterator[RunningService]:
    """A healthy reference service, shared: tests that switch faults on start their own."""
    from service.testing import running_service  # noqa: PLC0415 - only tests that ask pay for it

    with running_service() as running:
        yield running
