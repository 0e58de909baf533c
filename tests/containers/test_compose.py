"""The compose file: as Docker's own reader understands it."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.bakery import Bakery
from tests.support.layout import SUITE_FILES

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("compose")]

STORES = {
    "prometheus": ["prometheus"],
    "influxdb": ["influxdb"],
    "both": ["influxdb", "prometheus"],
}
# A tag that stays what it is: not latest, not a major version.
PINNED = re.compile(r"[a-z0-9/.-]+:v?\d+\.\d+\.\d+")

COMPOSE = Path("tests/load/compose.yaml")

Json = dict[str, Any]


def services_of(stack: Json) -> dict[str, Json]:
    """Return the services that `up` starts: those without a profile."""
    return {
        name: service for name, service in stack["services"].items() if "profiles" not in service
    }


def resolved(reader: Path, file: Path) -> Json:
    """Return a compose file as its reader understands it, with the defaults of all variables.

    compose-go's command does not look at the environment: see `having`.
    """
    done = subprocess.run(
        [reader, file.name],
        cwd=file.parent,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return dict(yaml.safe_load(done.stdout))


def having(file: Path, folder: Path, **values: str) -> Path:
    """Return a copy of a compose file, and of those it includes, with some variables filled in."""
    left = set(values)
    for part in compose_files(file.parent):
        text = part.read_text("utf-8")
        for name, value in values.items():
            text, count = re.subn(rf"\$\{{{name}:-[^}}]*\}}", value, text)
            left -= {name} if count == 1 else set()
        (folder / part.name).write_text(text, encoding="utf-8")
    assert not left
    return folder / file.name


def compose_files(folder: Path) -> list[Path]:
    """Return the compose file of a suite and those that it includes."""
    return sorted(folder.glob("compose*.yaml"))


@pytest.fixture(params=STORES)
def stores(request: pytest.FixtureRequest) -> str:
    """An answer to include_observability."""
    return str(request.param)


@pytest.fixture
def stack(baked: Bakery, stores: str, compose_reader: Path) -> Json:
    """The compose file of a project with these stores."""
    return resolved(compose_reader, baked(include_observability=stores) / COMPOSE)


def test_it_holds_what_was_asked_for(stack: Json, stores: str) -> None:
    telegraf = ["telegraf"] if "influxdb" in STORES[stores] else []
    assert sorted(services_of(stack)) == sorted(["grafana", *STORES[stores], *telegraf])
    assert sorted(stack["volumes"]) == sorted(["grafana", *STORES[stores]])
    assert stack["name"] == "load-test-8000"


def test_nothing_listens_beyond_this_machine(stack: Json) -> None:
    for name, service in services_of(stack).items():
        ports = [port["host_ip"] for port in service.get("ports", [])]
        assert ports == ([] if name == "telegraf" else ["127.0.0.1"]), name
        assert "network_mode" not in service
        assert "privileged" not in service


def test_nobody_can_log_in_to_grafana(stack: Json) -> None:
    settings = stack["services"]["grafana"]["environment"]
    assert settings["GF_SECURITY_DISABLE_INITIAL_ADMIN_CREATION"] == "true"
    assert settings["GF_AUTH_DISABLE_LOGIN_FORM"] == "true"
    assert settings["GF_AUTH_ANONYMOUS_ORG_ROLE"] == "Viewer"
    assert not [name for name in settings if "PASSWORD" in name]


def test_images_are_pinned_and_start_in_order(stack: Json, stores: str) -> None:
    for name, service in services_of(stack).items():
        assert PINNED.fullmatch(service["image"]), service["image"]
        # Nothing waits for Telegraf, which tries again until the service answers.
        assert name == "telegraf" or service["healthcheck"]["test"], name
    needed = stack["services"]["grafana"]["depends_on"]
    assert sorted(needed) == STORES[stores]
    assert {row["condition"] for row in needed.values()} == {"service_healthy"}


def test_every_file_that_is_mounted_exists(stack: Json, baked: Bakery, stores: str) -> None:
    folder = baked(include_observability=stores) / "tests/load"
    for name, service in services_of(stack).items():
        for mount in service["volumes"]:
            if mount["type"] == "bind":
                assert mount["read_only"], f"{name}: {mount}"
                assert Path(mount["source"]).resolve().exists(), mount
                assert Path(mount["source"]).resolve().is_relative_to(folder.resolve())
    grafana = stack["services"]["grafana"]
    targets = {mount["target"] for mount in grafana["volumes"]}
    assert {"/etc/grafana/provisioning", grafana["environment"]["DASHBOARDS_PATH"]} <= targets
    used = set(re.findall(r"\$\{(\w+)\}", texts(folder / "grafana/provisioning")))
    assert used <= set(grafana["environment"])


def texts(folder: Path) -> str:
    return "".join(path.read_text("utf-8") for path in sorted(folder.rglob("*.yml")))


def test_k6_runs_on_demand_and_belongs_to_the_caller(
    baked: Bakery, compose_reader: Path, stores: str, tmp_path: Path
) -> None:
    file = baked(include_observability=stores) / COMPOSE
    k6 = resolved(compose_reader, having(file, tmp_path, K6_UID="1234", K6_GID="99"))["services"][
        "k6"
    ]
    assert k6["profiles"] == ["k6"]
    assert k6["user"] == "1234:99"
    assert k6["read_only"] is True
    # Without a value: taken from the caller's environment, if it is there.
    assert k6["environment"]["VUS"] is None
    assert k6["environment"]["BASE_URL"] == "http://host.docker.internal:8000"
    assert PINNED.fullmatch(k6["image"])
    mounts = {mount["target"]: mount.get("read_only", False) for mount in k6["volumes"]}
    assert mounts == {"/suite": True, "/suite/results": False}
    assert sorted(k6["depends_on"]) == STORES[stores]
    assert "k6-databases" not in resolved(compose_reader, file)["services"]


def test_databases_get_a_k6_that_is_built(baked: Bakery, compose_reader: Path, stores: str) -> None:
    project = baked(include_observability=stores, include_database=True)
    stack = resolved(compose_reader, project / COMPOSE)
    k6 = stack["services"]["k6-databases"]
    build = k6["build"]
    assert Path(build["context"], build["dockerfile"]).is_file()
    assert "DATABASE_URL" in k6["environment"]
    plain = stack["services"]["k6"]
    assert k6["image"] != plain["image"]
    for key in ("user", "read_only", "volumes", "profiles", "cap_drop", "depends_on"):
        assert k6[key] == plain[key], key


def test_ports_can_be_chosen(baked: Bakery, compose_reader: Path, tmp_path: Path) -> None:
    file = baked(include_observability="both") / COMPOSE
    chosen = {"GRAFANA_PORT": "1", "PROMETHEUS_PORT": "2", "INFLUXDB_PORT": "3"}
    services = services_of(resolved(compose_reader, having(file, tmp_path, **chosen)))
    ports = {
        name: service["ports"][0]["published"]
        for name, service in services.items()
        if "ports" in service
    }
    assert ports == {"grafana": "1", "prometheus": "2", "influxdb": "3"}


def test_every_dollar_is_a_variable_or_escaped() -> None:
    files = compose_files((SUITE_FILES / COMPOSE).parent)
    assert len(files) == 4
    for file in files:
        text = file.read_text("utf-8")
        assert not re.sub(r"\$\$|\$\{[A-Z0-9_]+(:-[^}$]*)?\}", "", text).count("$"), file.name


def test_the_schema_is_met(baked: Bakery, tool: Callable[[str], Path], stores: str) -> None:
    project = baked(include_observability=stores, include_database=True)
    command: list[str | Path] = [
        tool("check-jsonschema"),
        "--builtin-schema",
        "vendor.compose-spec",
        *compose_files((project / COMPOSE).parent),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_prometheus_accepts_its_configuration(baked: Bakery, promtool: Path) -> None:
    folder = baked(include_observability="both") / "tests/load/grafana"
    command: list[str | Path] = [promtool, "check", "config", "prometheus.yml"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "host.docker.internal:8000" in (folder / "prometheus.yml").read_text("utf-8")


def test_telegraf_finds_both_ends(baked: Bakery, compose_reader: Path) -> None:
    file = baked(include_observability="influxdb") / COMPOSE
    telegraf = resolved(compose_reader, file)["services"]["telegraf"]
    assert telegraf["depends_on"]["influxdb"]["condition"] == "service_healthy"
    assert telegraf["extra_hosts"] == ["host.docker.internal:host-gateway"]
    text = (file.parent / "grafana/telegraf.conf").read_text("utf-8")
    assert '"${SERVICE_METRICS_URL:-http://host.docker.internal:8000/metrics}"' in text
    assert '"${INFLUXDB_URL:-http://influxdb:8086}"' in text


def test_compose_and_the_wrapper_use_the_same_k6(baked: Bakery) -> None:
    text = (baked(include_observability="both") / COMPOSE).read_text("utf-8")
    wrapper = (SUITE_FILES / "tests/load/engine/shell/docker.sh").read_text("utf-8")
    image = re.search(r"^readonly DOCKER_IMAGE=(\S+)$", wrapper, re.MULTILINE)
    assert image
    assert f"K6_IMAGE:-{image[1]}}}" in text
