"""Rules for every file of a generated project, and of the template."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from placing import manifest, openapi, tree

from tests.generation.commands import PROGRAMS, names
from tests.support.bakery import Bakery, bake_group
from tests.support.hooks import defaults
from tests.support.layout import STAGE, SUITE_FILES
from tests.support.option_sets import OPTION_SETS

if TYPE_CHECKING:
    from pytest_cookies.plugin import Cookies

SETS = [pytest.param(name, marks=bake_group(answers)) for name, answers in OPTION_SETS.items()]
# Files that may also hold lines of the project's owner: the manifest does not list them.
SHARED = {".gitattributes", ".gitignore", "CLAUDE.md", manifest.PATH}


def test_git_ignores_results_and_secrets_and_nothing_else(baked: Bakery, tmp_path: Path) -> None:
    project = baked()
    # A separate folder, because other tests share the project.
    git = ["git", "--git-dir", str(tmp_path / "git"), "--work-tree", str(project)]
    subprocess.run([*git, "init", "-q"], check=True)
    ignored = [
        "tests/load/results/20260102T030405Z-load-1a2b3c4d/summary.json",
        "tests/load/results/latest",
        "tests/load/.env",
        "tests/load/.env.staging",
        "tests/load/staging.secret.env",
        "tests/load/kubernetes/load-tests.secret.env",
    ]
    kept = ["tests/load/results/.gitkeep", "tests/load/suite.env", "scripts/load-test.sh"]
    paths = "\n".join(ignored + kept)
    done = subprocess.run(
        [*git, "check-ignore", "--no-index", "--stdin"],
        cwd=project, input=paths, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.splitlines() == ignored
    # Names suggested for secrets in the help and the docs are ignored by git.
    for page in ("scripts/load-test.sh", *(str(p) for p in project.glob("tests/load/**/*.md"))):
        for word in re.findall(r"--env-file[ =]([\w./-]+\.env)", (project / page).read_text()):
            assert word.endswith(".secret.env"), f"{page}: {word}"


def test_git_attributes_of_the_suite(baked: Bakery, tmp_path: Path) -> None:
    project = baked(ci="github", include_kubernetes=True)
    git = ["git", "--git-dir", str(tmp_path / "git"), "--work-tree", str(project)]
    subprocess.run([*git, "init", "-q"], check=True)
    expected = {
        path: (
            "true" if path.startswith("tests/load/engine/") else "unspecified",
            "lf" if path.startswith("tests/load/") or path.endswith(".sh") else "unspecified",
        )
        for path in names(project)
    }
    done = subprocess.run(
        [*git, "check-attr", "--stdin", "linguist-generated", "eol"],
        cwd=project, input="\n".join(expected), capture_output=True, text=True, check=True,
    )  # fmt: skip
    values = [line.rsplit(": ", 2) for line in done.stdout.splitlines()]
    found = {path: (generated[2], eol[2]) for path, generated, eol in pairs(values)}
    assert found == expected
    assert len([eol for _, eol in expected.values() if eol == "lf"]) > 2


def pairs(values: list[list[str]]) -> list[tuple[str, list[str], list[str]]]:
    """Return each path with its two rows of `git check-attr`."""
    return [(one[0], one, two) for one, two in zip(values[::2], values[1::2], strict=True)]


@pytest.mark.parametrize("name", SETS)
def test_every_file_is_clean(baked: Bakery, name: str) -> None:
    project = baked(**OPTION_SETS[name])
    for path in sorted(names(project)):
        content = (project / path).read_bytes()
        assert not re.search(rb"\{\{ ?cookiecutter|@@[a-z_]+@@|@feature", content), path
        assert b"\r" not in content, path
        assert content == b"" or content.endswith(b"\n"), path
        if path.endswith(".json") and path != "tests/load/jsconfig.json":
            json.loads(content)


@pytest.mark.parametrize("name", SETS)
def test_the_manifest_lists_every_file_as_it_is(baked: Bakery, name: str) -> None:
    project = baked(**OPTION_SETS[name])
    memory = manifest.loads((project / manifest.PATH).read_bytes())
    assert set(memory.files) == names(project) - SHARED
    for path, entry in memory.files.items():
        # The table is compiled after the files are placed.
        if path != openapi.TABLE:
            assert entry.blob == tree.blob_id((project / path).read_bytes()), path
        assert entry.executable == (path in PROGRAMS), path
    assert memory.pending == {}
    assert memory.version == (SUITE_FILES / "tests/load/engine/version.txt").read_text().strip()


def test_the_manifest_contains_nothing_about_this_machine(baked: Bakery) -> None:
    project = baked(auth="login")
    text = (project / manifest.PATH).read_text()
    assert str(Path.home()) not in text
    assert str(project) not in text
    assert str(STAGE.parent.parent) not in text
    assert not re.search(r"\d{2}:\d{2}", text)


# Words that only appear with an option.
TRACES: dict[str, str] = {
    "auth": "scripts/api-authenticated",
    "ci": "ci.sh runs.txt docs/ci.md load-tests.yml load-test-gate LOAD_TEST_ gitlab ci/.k6",
    "kubernetes": "kubernetes operator.sh k6-operator testrun kubectl",
    "observability": """
        docs/observability.md k6-results load/grafana DASHBOARDS_PATH --stack compose.yaml
    """,
    "database": """
        DATABASE_URL database.js databases.md databases.dockerfile k6/x/ storeWrites requireStores
        cleanup_errors needs_of clean_up store-plan
    """,
    "cdc": """
        CDC_ MONGODB_URL mongodb cdc.js docs/cdc.md READ_URL cdc-baseline e2e-latency
        mixed-workload
    """,
    "openapi": """
        OPENAPI_SPEC openapi_table openapi.py operations.jsonl operations.overrides docs/openapi.md
        OPENAPI_INCLUDE OPENAPI_KEY OPENAPI_SEED OPENAPI_WRITES OPENAPI_OPTIONAL
        OPENAPI_EXCLUDE features/openapi scripts/openapi.js
    """,
    "traffic": """
        TRAFFIC_ traffic_table traffic.jsonl traffic.overrides traffic.data docs/traffic.md
        features/traffic scripts/traffic.js include_traffic
    """,
    "resources": "RESOURCES resources.js resources.md mission tickets knowledge-base specs.js",
    "multi_tenant": """
        TIER TIERS TIER_KEY NOISY_TIER RATE_LIMIT FLASH_SALE MEMORY_ features/tenants config/tenants
        commerce tiers.js tenants.md
    """,
    "websocket": """
        WS_PROTOCOL WS_URL sockets.js sockets.md websocket.js Socket.IO socketio ws_errors
        ws_message socketMetrics guard_sockets peakMs k6/websockets
    """,
}


@pytest.mark.parametrize("option", TRACES)
def test_an_option_that_is_off_leaves_no_trace(baked: Bakery, option: str) -> None:
    project = baked()
    # The ignore file lists what any project may have.
    for path in sorted(names(project) - {manifest.PATH, "tests/load/.gitignore"}):
        text = (project / path).read_text(encoding="utf-8")
        assert [word for word in TRACES[option].split() if word in text] == [], path


@pytest.mark.slow
def test_two_generations_are_equal(baked: Bakery, cookies: Cookies) -> None:
    one, other = baked(auth="login"), cookies.bake(extra_context={"auth": "login"}).project_path
    assert one != other
    for path in sorted(names(one) | names(other)):
        assert (one / path).read_bytes() == (other / path).read_bytes(), path


# --- the template itself -------------------------------------------------------------------


def staged_paths() -> list[Path]:
    return [path for path in STAGE.rglob("*") if "__pycache__" not in path.parts]


def test_cookiecutter_renders_no_staged_file() -> None:
    """On -f cookiecutter deletes a folder that it copies as a whole: only staging is safe."""
    copied = defaults()["_copy_without_render"]
    folders = [path for path in STAGE.iterdir() if path.is_dir()]
    assert copied == sorted(f"{STAGE.name}/{path.name}" for path in folders)
    rendered = [path for path in STAGE.iterdir() if path.is_file()]
    assert [path.name for path in rendered] == ["README.txt"]
    assert not set("{}") & set(rendered[0].read_text())


def test_everything_of_the_template_is_in_the_staging_folder() -> None:
    assert [path.name for path in STAGE.parent.iterdir()] == [STAGE.name]


def test_names_work_on_windows() -> None:
    for path in staged_paths():
        assert not set(path.name) & set('"<>|:?*\\'), path
        assert len(path.relative_to(STAGE).as_posix()) < 100, path
    lower = [path.as_posix().lower() for path in staged_paths()]
    assert len(lower) == len(set(lower))
