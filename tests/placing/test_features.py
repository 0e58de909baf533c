"""The feature table against the real template tree."""

from __future__ import annotations

import itertools
import json
import re

import pytest
from placing import additive, features, jsontext, rendering
from placing.run import HERE

from tests.support.layout import SUITE_FILES

TABLE = features.load_table()
PATHS = sorted(
    path.relative_to(SUITE_FILES).as_posix() for path in SUITE_FILES.rglob("*") if path.is_file()
)
# Options that do not depend on each other: every value of each occurs.
OTHERS: list[dict[str, object]] = [
    {"resources": "none", "ci": "github", "include_observability": "both"},
    {"include_multi_tenant": True, "ci": "none", "include_cdc": True},
    {"resources": "items", "ci": "gitlab", "include_observability": "influxdb"}
    | {"include_database": True, "include_cdc": False},
    {"resources": "missions,desk", "ci": "none", "include_observability": "prometheus"},
    {},
]
ANSWERS = [
    {"auth": auth, "websocket": websocket, "include_claude_md": claude, **others}
    for auth, websocket, claude, others in itertools.product(
        ["none", "login", "api-key"], ["none", "raw", "socketio"], [True, False], OTHERS
    )
]


@pytest.mark.parametrize("name", TABLE)
def test_every_path_of_the_table_exists(name: str) -> None:
    for owned in TABLE[name].get("files", []):
        assert any(
            path == owned or (owned[-1] == "/" and path.startswith(owned)) for path in PATHS
        ), owned


def test_the_script_of_an_optional_test_goes_with_it() -> None:
    text = (SUITE_FILES / features.PACKAGE_FILE).read_text()
    (path, names), *others = features.dropped_members(TABLE, frozenset()).items()
    assert others == []
    assert path == features.PACKAGE_FILE
    assert {"scripts.auth-flow", "scripts.websocket"} < set(names)
    for name in names:
        assert jsontext.without(text, name) != text, name


def test_no_path_has_two_owners() -> None:
    owned = [path for feature in TABLE.values() for path in feature.get("files", [])]
    assert len(owned) == len(set(owned))


def test_an_item_of_a_list_switches_its_feature_on() -> None:
    on = features.switched_on(TABLE, {"resources": "items,desk"})
    assert on & {"resources", "items", "missions", "desk"} == {"resources", "items", "desk"}
    assert not features.switched_on(TABLE, {"resources": "none"}) & {"resources", "desk"}


def test_one_of_several_conditions_switches_a_feature_on() -> None:
    for answers in ({"resources": "items"}, {"include_multi_tenant": True}):
        assert "workloads" in features.switched_on(TABLE, answers)
    off = {"resources": "none", "include_multi_tenant": False}
    assert "workloads" not in features.switched_on(TABLE, off)


@pytest.mark.parametrize(
    ("resources", "workload", "health"),
    [
        ("none", "", {}),
        ("items", "", {}),
        ("items,missions", "missions", {"HEALTH_STATUS_WORDS": "*"}),
        ("desk", "desk", {"HEALTH_PATHS": "/health,/p/health"}),
        ("missions,desk", "", {}),
        ("tenants", "commerce", {}),
        ("tenants,desk", "", {}),
    ],
)
def test_a_whole_system_brings_its_workload(
    resources: str, workload: str, health: dict[str, str]
) -> None:
    answers = {
        "project_name": "N",
        "backend_port": 1,
        "backend_api_prefix": "/p",
        "auth": "none",
        "profile_set": "core",
        "openapi_spec": "",
        "resources": resources,
        "include_multi_tenant": "tenants" in resources,
    }
    values = rendering.env_values(answers, "n")
    assert values.get("WORKLOAD") == workload
    assert {key: text for key, text in values.items() if key.startswith("HEALTH_")} == health


@pytest.mark.parametrize(
    ("answers", "settings"),
    [
        ({}, {"WS_PROTOCOL": "none"}),
        ({"websocket": "raw"}, {"WS_PROTOCOL": "raw"}),
        ({"websocket": "raw", "resources": "missions"}, {"WS_PROTOCOL": "missions"}),
        ({"websocket": "raw", "resources": "items"}, {"WS_PROTOCOL": "raw"}),
        ({"websocket": "socketio", "resources": "missions"}, {"WS_PROTOCOL": "socketio"}),
        ({"health_path": "/p/health"}, {}),
        ({"health_path": "/up"}, {"HEALTH_PATHS": "/up"}),
        ({"health_path": "none"}, {"READINESS": "answer"}),
    ],
)
def test_settings_that_follow_from_several_answers(
    answers: dict[str, str], settings: dict[str, str]
) -> None:
    words = ("project_name", "backend_port", "auth", "profile_set")
    given = {**dict.fromkeys(words, "x"), "backend_api_prefix": "/p", **answers}
    made = rendering.env_values(given, "n")
    keys = ("WS_PROTOCOL",) if "health_path" not in answers else ("HEALTH_PATHS", "READINESS")
    assert {key: made[key] for key in keys if key in made} == settings


@pytest.mark.parametrize("answers", ANSWERS, ids=str)
def test_every_file_renders_for_every_answer(answers: dict[str, object]) -> None:
    on = features.switched_on(TABLE, answers)
    values = rendering.Values(
        on,
        list(TABLE),
        features.dropped_members(TABLE, on),
        {},
        {
            "project_name": "N",
            "project_slug": "n",
            "backend_port": "1",
            "api_prefix": "/p",
            "update_command": "c",
            "profile_set": "core",
            "influxdb_dashboard": "k",
            "weekly_run": "w",
        },
    )
    for path in features.select(TABLE, on, PATHS):
        text = rendering.render(path, (SUITE_FILES / path).read_bytes(), values)
        assert b"@feature" not in text, path
        assert not re.search(rb"@@[a-z_]+@@", text), (
            f"{path}: a token, but the file is not in RENDERED"
        )
        if path.endswith("package.json"):
            json.loads(text)


def test_every_answer_of_suite_env_is_there() -> None:
    answers = {
        "project_name": 1,
        "backend_port": 1,
        "backend_api_prefix": 1,
        "auth": 1,
        "profile_set": 1,
        "websocket": 1,
    }
    text = (SUITE_FILES / rendering.ENV_FILE).read_text()
    for key in rendering.env_values(answers, "slug"):
        assert re.search(rf"^{key}=", text, re.MULTILINE), key


def test_rendered_files_exist() -> None:
    assert set(rendering.RENDERED) <= set(PATHS)


def test_names_appear_only_in_line_comments() -> None:
    """The escape for JavaScript is one for comments."""
    for path in rendering.RENDERED:
        if path.endswith(".js"):
            for line in (SUITE_FILES / path).read_text().split("\n"):
                assert "@@project_name@@" not in line or line.lstrip().startswith(
                    ("//", "*", "/*")
                ), path


def test_additions_have_texts() -> None:
    additions = additive.load(frozenset(TABLE), lambda _path, text: text, HERE)
    assert {addition.file for addition in additions if addition.text} == {
        ".gitignore",
        ".gitattributes",
        "CLAUDE.md",
    }


def test_additions_do_not_collide_with_files_of_the_suite() -> None:
    additions = additive.load(frozenset(TABLE), lambda _path, text: text, HERE)
    assert not {addition.file for addition in additions} & set(PATHS)


def test_renames_lead_to_files_that_exist() -> None:
    with open(f"{HERE}/renames.json", encoding="utf-8") as file:
        renames = json.load(file)
    for earlier, later in renames:
        assert earlier not in PATHS
        assert later in PATHS or any(later == other for other, _ in renames)
