"""The exact tree of every named set of answers, and what must hold for each file of it."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from placing import manifest, openapi, tree

from tests.generation.hooks import defaults
from tests.layout import STAGE, SUITE_FILES
from tests.option_sets import OPTION_SETS, Answers

Baked = Callable[..., Path]

COMPILER = [
    "tests/load/data/operations.jsonl",
    "tests/load/data/operations.overrides.json",
    "tests/load/docs/openapi.md",
    "tests/load/engine/features/openapi/compile.py",
    *(
        f"tests/load/engine/features/openapi/openapi_table/{name}.py"
        for name in """
        __init__ checker cli document files formats generators links operations overrides patterns
        rows sampling schemas source table
        """.split()
    ),
]
OPENAPI_TEST = [
    "tests/load/scripts/openapi.js",
    "tests/load/engine/features/openapi/types.d.ts",
    *(
        f"tests/load/engine/features/openapi/{name}.js"
        for name in """
        choose credentials journeys overrides prepared report requests table values writing
        """.split()
    ),
]
CI = ["tests/load/ci/ci.sh", "tests/load/ci/runs.txt", "tests/load/docs/ci.md"]
GITHUB = [".github/workflows/load-tests.yml", ".github/workflows/load-test-gate.yml"]
STORES = {
    name: [
        f"tests/load/grafana/dashboards/k6-{name}.json",
        f"tests/load/grafana/provisioning/datasources/k6-{name}.yml",
    ]
    for name in ("prometheus", "influxdb")
}
GITLAB = [".gitlab-ci.yml", "tests/load/ci/gitlab.yml"]
# The files that exist only with some answers, written out a second time on purpose.
SOCKETS = (
    "tests/load/config/sockets.js",
    "tests/load/engine/features/sockets/clock-offset.js",
    "tests/load/engine/features/sockets/engineio.js",
    "tests/load/engine/features/sockets/hang-up.js",
    "tests/load/engine/features/sockets/raw-channel.js",
    "tests/load/engine/features/sockets/socket-causes.js",
    "tests/load/engine/features/sockets/socket-metrics.js",
    "tests/load/engine/features/sockets/socket-plan.js",
    "tests/load/engine/features/sockets/socket-report.js",
    "tests/load/engine/features/sockets/socket-settings.js",
    "tests/load/engine/features/sockets/socketio.js",
    "tests/load/engine/features/sockets/sockets.js",
    "tests/load/scripts/websocket.js",
    "tests/load/engine/features/sockets/types.d.ts",
)
TENANTS = (
    "tests/load/config/tenants.js",
    "tests/load/engine/features/tenants/flash-sale-plan.js",
    "tests/load/engine/features/tenants/flash-sale.js",
    "tests/load/engine/features/tenants/isolation.js",
    "tests/load/engine/features/tenants/knee-plan.js",
    "tests/load/engine/features/tenants/memory-plan.js",
    "tests/load/engine/features/tenants/memory-trend.js",
    "tests/load/engine/features/tenants/memory.js",
    "tests/load/engine/features/tenants/rate-limit-plan.js",
    "tests/load/engine/features/tenants/rate-limit.js",
    "tests/load/engine/features/tenants/shop.js",
    "tests/load/engine/features/tenants/targets.js",
    "tests/load/engine/features/tenants/tenant.js",
    "tests/load/engine/features/tenants/made-rows.js",
    "tests/load/engine/features/tenants/tier-plan.js",
    "tests/load/engine/features/tenants/write-csv.js",
    "tests/load/engine/features/tenants/zipf.js",
    "tests/load/scripts/breaking-point.js",
    "tests/load/scripts/bulk-import.js",
    "tests/load/scripts/database-api.js",
    "tests/load/scripts/flash-sale.js",
    "tests/load/scripts/memory-leak.js",
    "tests/load/scripts/rate-limit.js",
    "tests/load/scripts/reports.js",
    "tests/load/scripts/tiers.js",
    "tests/load/engine/features/tenants/types.d.ts",
    "tests/load/workloads/commerce.js",
)
DATABASES = (
    "tests/load/docs/databases.md",
    "tests/load/k6/databases.dockerfile",
    *(
        f"tests/load/engine/features/database/{name}.js"
        for name in """
        addresses causes clean-up clock failures ownership postgres queries run-mark stages
        store-plan targets
        """.split()
    ),
    "tests/load/engine/features/database/types.d.ts",
    "tests/load/engine/features/database/extensions.d.ts",
)
PIPELINE_TESTS = (
    "tests/load/config/cdc.js",
    "tests/load/docs/cdc.md",
    *(
        f"tests/load/engine/features/cdc/{name}.js"
        for name in """
        follow metrics mongodb pipeline pipeline-plan pipeline-stages read-sides source writer
        """.split()
    ),
    *(
        f"tests/load/scripts/{name}.js"
        for name in """
        cdc-baseline cdc-e2e-latency cdc-mixed-workload cdc-soak cdc-spike cdc-stress
        """.split()
    ),
    "tests/load/engine/features/cdc/types.d.ts",
)
DATABASE_TEST = (
    "tests/load/config/database.js",
    "tests/load/scripts/database.js",
    "tests/load/sql/connection-pool-test.sql",
    "tests/load/sql/slow-queries.sql",
    "tests/load/sql/waits.sql",
)
ONLY_WITH: dict[str, Callable[[Answers], bool]] = {
    "tests/load/lib/auth.js": lambda a: a.get("auth", "none") != "none",
    "tests/load/scripts/api-authenticated.js": lambda a: a.get("auth", "none") != "none",
    "tests/load/data/users.json": lambda a: a.get("auth", "none") != "none",
    "tests/load/scripts/auth-flow.js": lambda a: a.get("auth") == "login",
    **dict.fromkeys(
        (
            "tests/load/config/resources.js",
            "tests/load/lib/resources.js",
            "tests/load/lib/unique-name.js",
            "tests/load/scripts/resources.js",
            "tests/load/engine/features/resources/types.d.ts",
        ),
        lambda a: a.get("resources", "none") != "none",
    ),
    **dict.fromkeys(
        (
            "tests/load/scripts/missions.js",
            "tests/load/scripts/specs.js",
            "tests/load/workloads/missions.js",
        ),
        lambda a: "missions" in str(a.get("resources")),
    ),
    **dict.fromkeys(
        (
            "tests/load/scripts/tickets.js",
            "tests/load/scripts/knowledge-base.js",
            "tests/load/workloads/desk.js",
        ),
        lambda a: "desk" in str(a.get("resources")),
    ),
    **{path: lambda a: a.get("include_multi_tenant") is True for path in TENANTS},
    **dict.fromkeys(
        (
            "tests/load/docs/kubernetes.md",
            "tests/load/kubernetes/operator.sh",
            "tests/load/kubernetes/testrun.yaml",
        ),
        lambda a: a.get("include_kubernetes") is True,
    ),
    "CLAUDE.md": lambda a: a.get("include_claude_md") is True,
    **dict.fromkeys([*COMPILER, *OPENAPI_TEST], lambda a: a.get("openapi_spec", "") != ""),
    **dict.fromkeys(CI, lambda a: a.get("ci", "none") != "none"),
    **dict.fromkeys(
        (
            "tests/load/compose.yaml",
            "tests/load/docs/observability.md",
            "tests/load/grafana/provisioning/dashboards/k6.yml",
        ),
        lambda a: a.get("include_observability", "none") != "none",
    ),
    "tests/load/grafana/prometheus.yml": lambda a: (
        a.get("include_observability") in {"prometheus", "both"}
    ),
    **dict.fromkeys(
        STORES["prometheus"], lambda a: a.get("include_observability") in {"prometheus", "both"}
    ),
    **dict.fromkeys(
        STORES["influxdb"], lambda a: a.get("include_observability") in {"influxdb", "both"}
    ),
    "tests/load/grafana/dashboards/k6-tiers-prometheus.json": lambda a: (
        "include_multi_tenant" in a and a.get("include_observability") in {"prometheus", "both"}
    ),
    "tests/load/grafana/dashboards/k6-tiers-influxdb.json": lambda a: (
        "include_multi_tenant" in a and a.get("include_observability") in {"influxdb", "both"}
    ),
    "tests/load/grafana/dashboards/k6-database-prometheus.json": lambda a: (
        "include_database" in a and a.get("include_observability") in {"prometheus", "both"}
    ),
    "tests/load/grafana/dashboards/k6-database-influxdb.json": lambda a: (
        "include_database" in a and a.get("include_observability") in {"influxdb", "both"}
    ),
    "tests/load/grafana/dashboards/k6-cdc-prometheus.json": lambda a: (
        "include_cdc" in a and a.get("include_observability") in {"prometheus", "both"}
    ),
    "tests/load/grafana/dashboards/k6-cdc-influxdb.json": lambda a: (
        "include_cdc" in a and a.get("include_observability") in {"influxdb", "both"}
    ),
    "tests/load/grafana/dashboards/k6-websocket-prometheus.json": lambda a: (
        "websocket" in a and a.get("include_observability") in {"prometheus", "both"}
    ),
    "tests/load/grafana/dashboards/k6-websocket-influxdb.json": lambda a: (
        "websocket" in a and a.get("include_observability") in {"influxdb", "both"}
    ),
    **dict.fromkeys(GITHUB, lambda a: a.get("ci") == "github"),
    **dict.fromkeys(GITLAB, lambda a: a.get("ci") == "gitlab"),
    **dict.fromkeys(DATABASE_TEST, lambda a: a.get("include_database") is True),
    **dict.fromkeys(PIPELINE_TESTS, lambda a: a.get("include_cdc") is True),
    **dict.fromkeys(
        DATABASES,
        lambda a: a.get("include_database") is True or a.get("include_cdc") is True,
    ),
    **{path: lambda a: a.get("websocket", "none") != "none" for path in SOCKETS},
}
ALWAYS = {".gitignore", ".gitattributes", manifest.PATH}
PROGRAMS = {
    "scripts/load-test.sh",
    "tests/load/ci/ci.sh",
    "tests/load/kubernetes/operator.sh",
}


def names(folder: Path) -> set[str]:
    """Return every path below a folder, with the empty folders."""
    return {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if not path.is_dir() or not list(path.iterdir())
    }


def template_names() -> set[str]:
    return {
        path.relative_to(SUITE_FILES).as_posix()
        for path in SUITE_FILES.rglob("*")
        if path.is_file()
    }


@pytest.mark.parametrize("name", OPTION_SETS)
def test_the_tree_is_exactly_as_expected(baked: Baked, name: str) -> None:
    answers = OPTION_SETS[name]
    unwanted = {path for path, wanted in ONLY_WITH.items() if not wanted(answers)}
    extra = {"CLAUDE.md"} - unwanted
    assert names(baked(**answers)) == (template_names() | ALWAYS | extra) - unwanted


def test_git_ignores_results_and_secrets_and_nothing_else(baked: Baked, tmp_path: Path) -> None:
    project = baked()
    # Its own folder: nothing may be written into what other tests share.
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
    # What the help and the pages suggest for secrets is one of them.
    for page in ("scripts/load-test.sh", *(str(p) for p in project.glob("tests/load/**/*.md"))):
        for word in re.findall(r"--env-file[ =]([\w./-]+\.env)", (project / page).read_text()):
            assert word.endswith(".secret.env"), f"{page}: {word}"


@pytest.mark.parametrize("name", OPTION_SETS)
def test_every_file_is_clean(baked: Baked, name: str) -> None:
    project = baked(**OPTION_SETS[name])
    for path in sorted(names(project)):
        content = (project / path).read_bytes()
        assert not re.search(rb"\{\{ ?cookiecutter|@@[a-z_]+@@|@feature", content), path
        assert b"\r" not in content, path
        assert content == b"" or content.endswith(b"\n"), path
        if path.endswith(".json") and path != "tests/load/jsconfig.json":
            json.loads(content)


@pytest.mark.parametrize("name", OPTION_SETS)
def test_only_programs_are_executable(baked: Baked, name: str) -> None:
    project = baked(**OPTION_SETS[name])
    executable = {path for path in names(project) if (project / path).stat().st_mode & 0o111}
    assert executable == PROGRAMS & names(project)


@pytest.mark.parametrize("name", OPTION_SETS)
def test_the_manifest_lists_every_file_as_it_is(baked: Baked, name: str) -> None:
    project = baked(**OPTION_SETS[name])
    memory = manifest.loads((project / manifest.PATH).read_bytes())
    assert set(memory.files) == names(project) - ALWAYS - {"CLAUDE.md"}
    for path, entry in memory.files.items():
        # The table is compiled into the suite after it was placed.
        if path != openapi.TABLE:
            assert entry.blob == tree.blob_id((project / path).read_bytes()), path
        assert entry.executable == (path in PROGRAMS), path
    assert memory.pending == {}
    assert memory.version == (SUITE_FILES / "tests/load/engine/version.txt").read_text().strip()


def test_the_manifest_names_nothing_of_this_machine(baked: Baked) -> None:
    project = baked(auth="login")
    text = (project / manifest.PATH).read_text()
    assert str(Path.home()) not in text
    assert str(project) not in text
    assert str(STAGE.parent.parent) not in text
    assert not re.search(r"\d{2}:\d{2}", text)


# Words that only an option brings, written out a second time on purpose.
TRACES: dict[str, str] = {
    "auth": """
        AUTH_MODE API_KEY LOGIN_PATH REFRESH_PATH ME_PATH TEST_USER RESOURCE_PATH authorized auth.js
        auth-flow api-authenticated users.json loadtest123 accessToken
    """,
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
    "resources": "RESOURCES WORKLOAD resources.js workloads mission tickets knowledge-base specs",
    "multi_tenant": """
        TIER TIERS TIER_KEY NOISY_TIER RATE_LIMIT FLASH_SALE MEMORY_ features/tenants config/tenants
        commerce tiers.js
    """,
    "websocket": """
        WS_PROTOCOL WS_URL WS_ sockets.js websocket.js Socket.IO socketio ws_errors ws_message
        socketFigures guard_sockets peakMs k6/websockets
    """,
}


@pytest.mark.parametrize("option", TRACES)
def test_an_option_that_is_off_leaves_no_trace(baked: Baked, option: str) -> None:
    project = baked()
    for path in sorted(names(project) - {manifest.PATH}):
        text = (project / path).read_text(encoding="utf-8")
        assert [word for word in TRACES[option].split() if word in text] == [], path


def test_two_generations_are_equal(baked: Baked) -> None:
    one, other = baked(auth="login"), baked(auth="login", backend_port=8000)
    assert one != other
    for path in sorted(names(one) | names(other)):
        assert (one / path).read_bytes() == (other / path).read_bytes(), path


def test_every_option_set_makes_another_tree(baked: Baked) -> None:
    trees = {
        name: {path: (baked(**answers) / path).read_bytes() for path in names(baked(**answers))}
        for name, answers in OPTION_SETS.items()
    }
    assert all(trees[a] != trees[b] for a in trees for b in trees if a < b)


# --- the template itself -------------------------------------------------------------------


def staged_paths() -> list[Path]:
    return [path for path in STAGE.rglob("*") if "__pycache__" not in path.parts]


def test_cookiecutter_renders_no_staged_file() -> None:
    patterns = [pattern.removeprefix("*") for pattern in defaults()["_copy_without_render"]]
    for path in staged_paths():
        if path.is_file():
            assert path.name.endswith(tuple(patterns)), (
                f"add *{path.suffix} to _copy_without_render"
            )


def test_no_folder_is_copied_as_a_whole() -> None:
    """On -f cookiecutter deletes such a folder with all that is in it."""
    patterns = defaults()["_copy_without_render"]
    assert all(re.fullmatch(r"\*\.[a-z]+", pattern) for pattern in patterns)
    suffixes = tuple(pattern.removeprefix("*") for pattern in patterns)
    folders = [path for path in staged_paths() if path.is_dir()]
    assert not [path for path in folders if path.name.endswith(suffixes)]


def test_everything_of_the_template_is_in_the_staging_folder() -> None:
    assert [path.name for path in STAGE.parent.iterdir()] == [STAGE.name]


def test_names_work_on_windows() -> None:
    for path in staged_paths():
        assert not set(path.name) & set('"<>|:?*\\'), path
        assert len(path.relative_to(STAGE).as_posix()) < 100, path
    lower = [path.as_posix().lower() for path in staged_paths()]
    assert len(lower) == len(set(lower))
