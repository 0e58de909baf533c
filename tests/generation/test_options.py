"""Every option of the template and every choice: what pytest-cookies generates from it.

The table lists answers and what a project must look like with them. A new option or choice needs
a row here, and a wrong answer in `WRONG_ANSWERS`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from fnmatch import fnmatch
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
import yaml

from tests.generation.commands import MANIFEST, PROGRAMS, names
from tests.support.bakery import Bakery, bake_group
from tests.support.hooks import defaults, load_hook
from tests.support.layout import SUITE_FILES
from tests.support.option_sets import DOCUMENTS, OPTION_SETS, Answers

if TYPE_CHECKING:
    from pytest_cookies.plugin import Cookies

AUTH = "scripts/api-authenticated.js"
ROWS = "engine/features/rows/*"
OPENAPI = f"data/operations.* docs/openapi.md engine/features/openapi/* scripts/openapi.js {ROWS}"
TRAFFIC = (
    "data/traffic.* docs/traffic.md engine/features/traffic/* scripts/mix.js scripts/traffic.js"
    f" {ROWS}"
)
RESOURCES = """
    config/resources.js docs/resources.md engine/features/resources/* lib/resources.js
    lib/unique-name.js scripts/resources.js docs/operations.md
"""
MISSIONS = "scripts/missions.js scripts/specs.js workloads/missions.js"
DESK = "scripts/knowledge-base.js scripts/tickets.js workloads/desk.js"
TENANTS = """
    config/tenants.js docs/operations.md docs/tenants.md engine/features/tenants/*
    workloads/commerce.js
    scripts/breaking-point.js scripts/bulk-import.js scripts/database-api.js scripts/flash-sale.js
    scripts/memory-leak.js scripts/rate-limit.js scripts/reports.js scripts/tiers.js
"""
SOCKETS = "config/sockets.js docs/sockets.md engine/features/sockets/* scripts/websocket.js"
STORES = "docs/databases.md engine/features/database/* k6/databases.dockerfile"
DATABASE = """
    config/database.js docs/database-queries.md engine/features/queries/* scripts/database.js sql/*
"""
CDC = "config/cdc.js docs/cdc.md engine/features/cdc/* scripts/cdc-*.js"
CI = """
    ci/.gitignore ci/ci.sh ci/k6/go.mod ci/k6/go.sum ci/monorepo.sh ci/runs.txt ci/shared.sh
    docs/ci.md
"""
GITHUB = """
    /.github/workflows/load-tests.yml /.github/workflows/load-test-gate.yml docs/ci-github.md
"""
GITLAB = "/.gitlab-ci.yml ci/gitlab.yml docs/ci-gitlab.md"
GRAFANA = """
    compose.yaml docs/observability.md engine/features/observability/shell.sh
    grafana/provisioning/dashboards/k6.yml
"""
PROMETHEUS = """
    compose.prometheus.yaml docs/prometheus.md grafana/*/k6-prometheus.* grafana/prometheus.yml
"""
INFLUXDB = """
    compose.influxdb.yaml docs/influxdb.md grafana/*/k6-influxdb.* grafana/telegraf.conf
"""
KUBERNETES = "docs/kubernetes.md kubernetes/*"
SHARING = "docs/sharing.md engine/features/sharing/*"
COMMENT = "ci/comment.sh engine/features/comment/*"
HISTORY = "engine/features/history/*"
WEBHOOK = "docs/webhook.md engine/features/sharing/* engine/features/webhook/*"


class Row(NamedTuple):
    """What a project must look like with some answers.

    Attributes:
        answers: by option; the others have their defaults.
        files: that are only there with these answers, as patterns: below tests/load, or, with a
            slash in front, below the project.
        env: settings in suite.env; None if the file must not mention it.
        readme: a text in the suite's README.
        services: of compose.yaml.
        folder: name of the project's folder.
    """

    answers: Answers
    files: str = ""
    env: dict[str, str | None] = {}  # noqa: RUF012 - never changed
    readme: str = "# Load tests of My Service"
    services: str = ""
    folder: str = "my-service"

    def __str__(self) -> str:
        """Return the id of the row's tests, such as `auth=login`."""
        pairs = (f"{name}={answer}" for name, answer in self.answers.items())
        return " ".join(pairs).replace(f"{DOCUMENTS}/", "")


TABLE = (
    Row({"project_name": "My Service"}, env={"PROJECT_NAME": "My Service"}),
    Row(
        {"project_name": 'Söhne & "Co"'},
        folder="sohne-co",
        env={"PROJECT_NAME": 'Söhne & "Co"', "PROJECT_SLUG": "sohne-co"},
        readme=r'# Load tests of Söhne \& "Co"',
    ),
    Row({"project_slug": "my-service"}, env={"PROJECT_SLUG": "my-service"}),
    Row({"project_slug": "shop"}, folder="shop", env={"PROJECT_SLUG": "shop"}),
    Row({"backend_port": 8000}, env={"BACKEND_PORT": "8000"}, readme="http://localhost:8000"),
    Row({"backend_port": 9000}, env={"BACKEND_PORT": "9000"}, readme="http://localhost:9000"),
    Row({"backend_api_prefix": "/api/v1"}, env={"API_PREFIX": "/api/v1"}),
    Row({"backend_api_prefix": "v2/"}, env={"API_PREFIX": "/v2"}),
    Row({"backend_api_prefix": "/"}, env={"API_PREFIX": ""}),
    Row({"health_path": "/api/v1/health"}, env={"HEALTH_PATHS": "", "READINESS": ""}),
    Row({"health_path": "healthz"}, env={"HEALTH_PATHS": "/healthz"}),
    Row({"health_path": "none"}, env={"HEALTH_PATHS": "", "READINESS": "answer"}),
    Row({"auth": "none"}, env={"AUTH_MODE": "none"}),
    Row(
        {"auth": "login"},
        files=f"{AUTH} scripts/auth-flow.js",
        env={"AUTH_MODE": "login", "LOGIN_PATH": "/auth/login", "ME_PATH": "/user/me"},
    ),
    *(
        Row({"auth": mode}, files=AUTH, env={"AUTH_MODE": mode})
        for mode in ("basic", "digest", "ntlm", "bearer", "api-key", "oauth2", "session", "custom")
    ),
    Row({"openapi_spec": ""}, env={"OPENAPI_SPEC": None}),
    Row({"openapi_spec": str(DOCUMENTS / "shop.json")}, files=OPENAPI, readme="(docs/openapi.md)"),
    Row({"openapi_spec": "live"}, files=OPENAPI, env={"OPENAPI_SPEC": "live"}),
    Row({"include_traffic": False}),
    Row({"include_traffic": True}, files=TRAFFIC, readme="(docs/traffic.md)"),
    Row({"resources": "none"}, env={"WORKLOAD": ""}),
    Row({"resources": "items"}, RESOURCES, env={"WORKLOAD": ""}, readme="(docs/resources.md)"),
    Row(
        {"resources": "missions"},
        files=f"{RESOURCES} {MISSIONS}",
        env={
            "WORKLOAD": "missions",
            "HEALTH_STATUS_WORDS": "*",
            "ALL_TESTS": "health,missions,specs",
            "RESOURCE_PATH": "/missions",
            "RESOURCE_WRITES": "false",
        },
        readme="(docs/resources.md)",
    ),
    Row(
        {"resources": "desk"},
        files=f"{RESOURCES} {DESK}",
        env={"WORKLOAD": "desk", "HEALTH_PATHS": "/health,/api/v1/health"},
        readme="(docs/resources.md)",
    ),
    Row({"resources": "desk,missions"}, env={"WORKLOAD": ""}, readme="(docs/resources.md)"),
    Row({"include_multi_tenant": False}, env={"WORKLOAD": ""}),
    Row(
        {"include_multi_tenant": True},
        files=TENANTS,
        env={"WORKLOAD": "commerce"},
        readme="(docs/tenants.md)",
    ),
    Row({"websocket": "none"}, env={"WS_PROTOCOL": None}),
    Row({"websocket": "raw"}, SOCKETS, env={"WS_PROTOCOL": "raw"}, readme="(docs/sockets.md)"),
    Row({"websocket": "socketio"}, SOCKETS, env={"WS_PROTOCOL": "socketio"}),
    Row({"websocket": "raw", "resources": "missions"}, env={"WS_PROTOCOL": "missions"}),
    Row({"include_database": False}),
    Row({"include_database": True}, f"{STORES} {DATABASE}", readme="(docs/database-queries.md)"),
    Row({"include_cdc": False}),
    Row({"include_cdc": True}, f"{STORES} {CDC}", readme="(docs/cdc.md)"),
    Row({"profile_set": "core"}, env={"PROFILE_SET": "core"}),
    Row({"profile_set": "stress-150"}, env={"PROFILE_SET": "stress-150"}),
    Row({"profile_set": "light"}, env={"PROFILE_SET": "light"}),
    Row({"profile_set": "saas"}, env={"PROFILE_SET": "saas"}),
    Row({"profile_set": "extended"}, env={"PROFILE_SET": "extended"}),
    Row({"profile_set": "cdc"}, env={"PROFILE_SET": "cdc"}),
    Row({"profile_set": "desk"}, env={"PROFILE_SET": "desk"}),
    Row({"ci": "none"}),
    Row({"ci": "github"}, files=f"{CI} {GITHUB}", readme="(docs/ci-github.md)"),
    Row({"ci": "gitlab"}, files=f"{CI} {GITLAB}", readme="(docs/ci-gitlab.md)"),
    Row({"share_results": "none"}),
    # A comment needs a CI system.
    Row({"share_results": "comment"}, files=SHARING, readme="(docs/sharing.md)"),
    Row({"share_results": "history"}, files=f"{SHARING} {HISTORY}", readme="(docs/sharing.md)"),
    Row({"share_results": "webhook"}, files=WEBHOOK, readme="(docs/webhook.md)"),
    Row(
        {"share_results": "comment,history", "ci": "github"},
        files=f"{COMMENT} {HISTORY} ci/history.sh /.github/workflows/load-test-comment.yml"
        " /.github/workflows/load-test-history.yml",
    ),
    Row({"share_results": "comment", "ci": "gitlab"}, files=COMMENT),
    Row({"share_results": "history", "ci": "gitlab"}, files="ci/history.sh"),
    Row({"include_observability": "none"}),
    Row(
        {"include_observability": "prometheus"},
        files=f"{GRAFANA} {PROMETHEUS}",
        readme="(docs/observability.md)",
        services="grafana k6 prometheus",
    ),
    Row(
        {"include_observability": "influxdb"},
        files=f"{GRAFANA} {INFLUXDB}",
        readme="(docs/observability.md)",
        services="grafana influxdb k6 telegraf",
    ),
    Row({"include_observability": "both"}, services="grafana influxdb k6 prometheus telegraf"),
    *(
        Row(
            {option: answer, "include_observability": store},
            files=f"grafana/dashboards/k6-{dashboard}-{store}.json {files}",
            services=f"grafana k6 {store} {services}" + " telegraf" * (store == "influxdb"),
        )
        for store in ("prometheus", "influxdb")
        for option, answer, dashboard, services, files in (
            ("include_multi_tenant", True, "tiers", "", ""),
            ("websocket", "raw", "websocket", "", ""),
            ("websocket", "socketio", "websocket", "", ""),
            ("include_database", True, "database", "k6-databases", "compose.databases.yaml"),
            ("include_cdc", True, "cdc", "k6-databases", "compose.databases.yaml"),
        )
    ),
    Row({"include_kubernetes": False}),
    Row({"include_kubernetes": True}, files=KUBERNETES, readme="(docs/kubernetes.md)"),
    Row({"include_claude_md": False}),
    Row({"include_claude_md": True}, files="/CLAUDE.md"),
)

# option, wrong answer, part of the error message; yes/no options are added automatically
WRONG_ANSWERS = (
    (
        "project_name",
        "a\tb",
        "(it contains the control character U+0009): expected 1 to 100 printable",
    ),
    ("project_slug", "../up", "expected 1 to 63 characters of a-z, 0-9, dash, dot and underscore"),
    ("backend_port", "80a", "expected a whole number from 1 to 65535."),
    ("backend_api_prefix", "//", "expected a path such as /api/v1"),
    ("health_path", "/a b", "expected a path from the root such as /health, or none"),
    ("auth", "logn", "expected one of none, basic, digest, ntlm, bearer, api-key, login, oauth2,"),
    (
        "openapi_spec",
        "ftp://x/y",
        "(only http:// and https:// URLs are supported): expected a file",
    ),
    ("resources", "desks", "expected none, or a comma-separated list of items, missions, desk."),
    ("websocket", "ws", "expected one of none, raw, socketio."),
    ("profile_set", "cor", "expected one of core, stress-150, light, saas, extended, cdc, desk."),
    ("ci", "jenkins", "expected one of none, github, gitlab."),
    (
        "share_results",
        "email",
        "expected none, or a comma-separated list of comment, history, webhook.",
    ),
    ("include_observability", "loki", "expected one of none, prometheus, influxdb, both."),
    *((name, "maybe", "") for name, default in defaults().items() if isinstance(default, bool)),
)

# Answers to several options at once.
SEVERAL = [Row(answers) for answers in OPTION_SETS.values() if len(answers) > 1]

# Files that are not in the template's tree: written for the project, or parts of existing files.
WRITTEN = {".gitattributes", ".gitignore", "CLAUDE.md", MANIFEST}


def parameters(rows: Iterable[Row]) -> list[Any]:
    return [pytest.param(row, id=str(row), marks=bake_group(row.answers)) for row in rows]


EVERY_ROW = pytest.mark.parametrize("row", parameters(TABLE))


# --- generating --------------------------------------------------------------------------------


def test_bake_with_defaults(cookies: Cookies, capfd: pytest.CaptureFixture[str]) -> None:
    result = cookies.bake()

    assert result.exit_code == 0
    assert result.exception is None

    assert result.project_path.name == "my-service"
    assert result.project_path.is_dir()
    assert "Next: ./scripts/load-test.sh smoke" in capfd.readouterr().out


@EVERY_ROW
def test_bake_with_option(baked: Bakery, row: Row) -> None:
    result = baked.result(**row.answers)

    assert result.exit_code == 0
    assert result.exception is None

    assert result.project_path.name == row.folder
    assert names(result.project_path) == expected_files(row.answers)


@pytest.mark.parametrize("row", parameters(SEVERAL))
def test_bake_with_several_options(baked: Bakery, row: Row) -> None:
    assert names(baked(**row.answers)) == expected_files(row.answers)


@pytest.mark.parametrize(("option", "answer", "message"), WRONG_ANSWERS)
def test_bake_with_wrong_answer(
    cookies: Cookies,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
    option: str,
    answer: str,
    message: str,
) -> None:
    result = cookies.bake(extra_context={option: answer})

    assert result.exit_code == -1
    assert result.project_path is None
    assert list(tmp_path.glob("cookies/*/*")) == []
    if message:
        error, *rest = capfd.readouterr().err.splitlines()
        assert not any(line.startswith("ERROR") for line in rest)
        assert error.startswith(f"ERROR: {option}={answer!r} is invalid")
        assert message in error
        assert f"Run the command again with, for example, {option}=" in error
    else:  # cookiecutter itself refuses a wrong yes or no, before any hook runs
        assert f"{answer} provided for variable {option}" in str(result.exception)


# --- the generated files -----------------------------------------------------------------------


@EVERY_ROW
def test_rendered_settings(baked: Bakery, row: Row) -> None:
    settings = suite_env(baked(**row.answers))
    assert {name: settings.get(name) for name in row.env} == row.env


@EVERY_ROW
def test_readme(baked: Bakery, row: Row) -> None:
    load = baked(**row.answers) / "tests/load"
    readme = (load / "README.md").read_text(encoding="utf-8")
    assert row.readme in readme
    pages = readme + "".join(page.read_text(encoding="utf-8") for page in load.glob("docs/*.md"))
    scripts = {path.stem for path in load.glob("scripts/*.js")}
    assert {name for name in scripts if f"| `{name}` " not in pages} == set()


@pytest.mark.slow
@pytest.mark.parametrize("row", parameters(row for row in TABLE if row.services))
def test_compose_services(baked: Bakery, row: Row) -> None:
    load = baked(**row.answers) / "tests/load"
    compose = yaml.safe_load((load / "compose.yaml").read_text("utf-8"))
    included = [yaml.safe_load((load / file).read_text("utf-8")) for file in compose["include"]]
    services = {name for file in (compose, *included) for name in file["services"]}
    assert services == set(row.services.split())
    assert len(included) == len(list(load.glob("compose.*.yaml")))


@EVERY_ROW
def test_commands_are_executable(baked: Bakery, row: Row) -> None:
    project = baked(**row.answers)
    executable = {name for name in names(project) if (project / name).stat().st_mode & 0o111}
    assert executable == PROGRAMS & names(project)


# --- the table itself --------------------------------------------------------------------------


def test_the_table_covers_every_option_and_choice() -> None:
    options = {name: value for name, value in defaults().items() if not name.startswith("_")}
    choices = {option.name: option.choices for option in load_hook("pre_gen_project").OPTIONS}
    for name, default in options.items():
        answers = {row.answers[name] for row in TABLE if list(row.answers) == [name]}
        if isinstance(default, bool):
            assert answers == {True, False}, name
        else:
            assert set(choices[name]) <= answers, name
            assert len(answers) > 1, name
    assert {name for row in TABLE for name in row.answers} == set(options)
    assert sorted(name for name, _, _ in WRONG_ANSWERS) == sorted(options)


@pytest.mark.slow
def test_every_pattern_of_the_table_matches_a_file() -> None:
    for row in TABLE:
        for pattern in patterns(row):
            assert any(fnmatch(name, pattern) for name in all_files()), pattern


def patterns(row: Row) -> list[str]:
    """Return the patterns of a row, below the project."""
    return [
        name.removeprefix("/") if name.startswith("/") else f"tests/load/{name}"
        for name in row.files.split()
    ]


def all_files() -> set[str]:
    """Return every file that any project has."""
    template = {path for path in SUITE_FILES.rglob("*") if path.is_file()}
    return {path.relative_to(SUITE_FILES).as_posix() for path in template} | WRITTEN


def expected_files(answers: Answers) -> set[str]:
    """Return the files of no row, and those of the rows that these answers meet."""
    met = [pattern for row in TABLE if meets(answers, row) for pattern in patterns(row)]
    every = [pattern for row in TABLE for pattern in patterns(row)]
    return {
        name
        for name in all_files()
        if any(fnmatch(name, pattern) for pattern in met)
        or not any(fnmatch(name, pattern) for pattern in every)
    }


def meets(answers: Answers, row: Row) -> bool:
    """Tell whether answers include those of a row; `both` and lists include each of their parts."""

    def parts(answer: object) -> set[str]:
        text = str(answer).replace("both", "both,prometheus,influxdb")
        return {part.strip() for part in text.split(",")}

    given = {**defaults(), **answers}
    return all(parts(answer) <= parts(given[name]) for name, answer in row.answers.items())


def suite_env(project: Path) -> dict[str, str]:
    """Return the settings in a project's suite.env."""
    text = (project / "tests/load/suite.env").read_text(encoding="utf-8")
    return dict(re.findall(r'^(\w+)="?(.*?)"?$', text, flags=re.MULTILINE))
