"""Kubernetes: the manifests as kustomize builds them, and a run as the k6-operator makes it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from service.testing import RunningService

from tests.support.bakery import Bakery

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("kubernetes")]

HERE = Path(__file__).parent
SCHEMA = HERE / "testrun.schema.json"
CANARY = "canary-1d8f"

Json = dict[str, Any]


@dataclass
class Cluster:
    """A project, and a stand-in for the cluster it is applied to."""

    project: Path
    records: Path
    kustomize: Path
    k6: Path

    def operator(self, *words: str, stage: str = "finished", **settings: str) -> Done:
        """Call operator.sh with these settings."""
        bin_folder = self.records / "bin"
        bin_folder.mkdir(exist_ok=True)
        kubectl = bin_folder / "kubectl"
        kubectl.write_text(f"#!/bin/sh\nexec '{sys.executable}' '{HERE / 'kubectl.py'}' \"$@\"\n")
        kubectl.chmod(0o755)
        standin = {
            "records": str(self.records),
            "kustomize": str(self.kustomize),
            "k6": str(self.k6),
            "stage": stage,
        }
        environment = {
            "PATH": f"{bin_folder}:{self.k6.parent}:{os.environ['PATH']}",
            "HOME": os.environ["HOME"],
            "STANDIN": json.dumps(standin),
            "INTERVAL": "0.1",
            **settings,
        }
        return subprocess.run(
            ["bash", str(self.project / "tests/load/kubernetes/operator.sh"), *words],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=180,
        )

    def built(self, folder: str) -> dict[str, Json]:
        """Return what kustomize makes of a folder, by kind."""
        text = subprocess.run(
            [self.kustomize, "build", folder], check=True, capture_output=True, text=True
        ).stdout
        return {document["kind"]: document for document in yaml.safe_load_all(text)}

    def calls(self) -> list[str]:
        """Return the verbs that kubectl was called with."""
        return (self.records / "calls.txt").read_text("utf-8").split()


Done = subprocess.CompletedProcess[str]


@pytest.fixture
def cluster(baked: Bakery, tmp_path: Path, kustomize: Path, k6_binary: Path) -> Cluster:
    """A project with the manifests; nothing is applied yet."""
    records = tmp_path / "records"
    records.mkdir()
    return Cluster(baked.copy(include_kubernetes=True), records, kustomize, k6_binary)


SETTINGS: Mapping[str, str] = {
    "BASE_URL": "http://shop.default.svc:8000",
    "ALLOWED_HOSTS": "shop.default.svc",
    "RUN_ID": "big-7",
    "VUS": "8",
    "PARALLELISM": "3",
    "NAMESPACE": "perf",
    "PROMETHEUS_URL": "http://prometheus.monitoring.svc:9090/api/v1/write",
    "ENVIRONMENT": "it's a: cluster",
}


def test_the_manifests_are_what_was_asked_for(
    cluster: Cluster, kubernetes_validate: Path, tool: Callable[[str], Path], tmp_path: Path
) -> None:
    done = cluster.operator("make", "load", "health", **SETTINGS, API_KEY=CANARY)
    assert done.returncode == 0, done.stderr
    folder = done.stdout.strip()
    assert Path(folder).name == "big-7-kubernetes"
    built = cluster.built(folder)
    run, archive = built["TestRun"], built["ConfigMap"]
    assert run["metadata"]["name"] == archive["metadata"]["name"] == "load-test-big-7"
    assert run["metadata"]["namespace"] == archive["metadata"]["namespace"] == "perf"
    spec = run["spec"]
    assert spec["script"]["configMap"] == {"name": "load-test-big-7", "file": "archive.tar"}
    assert (spec["parallelism"], spec["separate"]) == (3, True)
    assert "--out experimental-prometheus-rw" in spec["arguments"]
    assert "--tag testid=big-7" in spec["arguments"]
    assert "--tag test_type=health" in spec["arguments"]
    runner = spec["runner"]
    environment = {row["name"]: row["value"] for row in runner["env"]}
    assert environment["SEGMENT"] == "*/3"
    assert environment["ENVIRONMENT"] == "it's a: cluster"
    assert environment["PROFILE"] == "load"
    assert environment["K6_PROMETHEUS_RW_SERVER_URL"] == SETTINGS["PROMETHEUS_URL"]
    # Secrets by reference, and nowhere else: not in the manifests, not in the archive.
    assert runner["envFrom"] == [{"secretRef": {"name": "load-test-secrets", "optional": True}}]
    for path in Path(folder).iterdir():
        assert CANARY.encode() not in path.read_bytes(), path
    # A ConfigMap takes a mebibyte.
    assert Path(folder, "archive.tar").stat().st_size < 1_000_000
    assert runner["resources"]["requests"]["cpu"]
    assert runner["securityContext"]["runAsNonRoot"] is True
    check(run, archive, kubernetes_validate, tool, tmp_path)


def check(
    run: Json, archive: Json, validate: Path, tool: Callable[[str], Path], folder: Path
) -> None:
    """Ask the schemas: our own for TestRun, Kubernetes' for the rest, runners as pods."""
    (folder / "run.yaml").write_text(yaml.safe_dump(run), encoding="utf-8")
    accepted([tool("check-jsonschema"), "--schemafile", SCHEMA, folder / "run.yaml"])
    pods = [pod_of(name, run["spec"][name]) for name in ("runner", "starter")]
    for number, document in enumerate([archive, *pods]):
        path = folder / f"{number}.yaml"
        path.write_text(yaml.safe_dump(document), encoding="utf-8")
        accepted([validate, "--strict", path])


def pod_of(name: str, pod: Json) -> Json:
    """Return the pod that the operator makes of its description."""
    container = {
        "name": name,
        "image": pod.get("image", "grafana/k6:1.8.1"),
        "env": pod.get("env", []),
        "envFrom": pod.get("envFrom", []),
        "resources": pod["resources"],
        "securityContext": pod.get("containerSecurityContext", {}),
    }
    spec = {"containers": [container], "securityContext": pod.get("securityContext", {})}
    labels = pod.get("metadata", {}).get("labels", {})
    metadata = {"name": name, "labels": labels}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec}


def accepted(command: list[str | Path]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("words", "changed", "reason"),
    [
        ("load health", {"BASE_URL": ""}, "BASE_URL is not set"),
        ("load health", {"BASE_URL": "http://me:pw@shop.default.svc"}, "credentials"),
        ("load health", {"PARALLELISM": "1"}, "from 2 to 100"),
        ("load health", {"PARALLELISM": "many"}, "from 2 to 100"),
        ("load health", {"RUN_ID": "Big_7"}, "lower-case letters"),
        ("load health", {"NAMESPACE": "a; b"}, "lower-case letters"),
        ("health load", {}, "the profile comes before the test"),
        ("load nothing", {}, "unknown profile or test 'nothing'"),
        ("load health", {"ALLOWED_HOSTS": ""}, "could not create the archive"),
    ],
)
def test_what_cannot_work_is_refused(
    cluster: Cluster, words: str, changed: dict[str, str], reason: str
) -> None:
    done = cluster.operator("make", *words.split(), **{**SETTINGS, **changed})
    assert done.returncode == 1, done.stderr
    assert reason in done.stderr


AUTH = {
    "AUTH_MODE": "oauth2",
    "OAUTH2_TOKEN_URL": "http://login.default.svc/token",
    "OAUTH2_CLIENT_ID": "load-test",
    "OAUTH2_SCOPE": "read write",
    "HEADERS": "X-Tenant: acme",
    "HEALTH_PATHS": "/livez",
    "USERS_BY": "hash",
}


def test_settings_of_the_login_reach_the_runners_and_secrets_do_not(cluster: Cluster) -> None:
    script = cluster.project / "tests/load/scripts/orders.ts"
    script.write_text("export const journey = { endpoints: [], run: () => {} };\n")
    secrets = {
        "OAUTH2_CLIENT_SECRET": CANARY,
        "SECRET_HEADERS": f"X-Gateway: {CANARY}",
        "TEST_USER_PASSWORD": CANARY,
    }
    hosts = {**SETTINGS, "ALLOWED_HOSTS": "*.default.svc"}
    done = cluster.operator("make", "load", **hosts, **AUTH, **secrets)
    assert done.returncode == 0, done.stderr
    folder = done.stdout.strip()
    run = cluster.built(folder)["TestRun"]
    env = {one["name"]: one["value"] for one in run["spec"]["runner"]["env"]}
    assert {name: env.get(name) for name in AUTH} == AUTH
    assert env["WORKLOAD"] == "orders"
    assert not set(secrets) & set(env)
    for path in Path(folder).rglob("*"):
        assert not path.is_file() or CANARY.encode() not in path.read_bytes(), path


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"CLIENT_CERT": "client.pem"}, "private key"),
        ({"USERS_FILE": "data/users.secret.csv"}, "USERS_FILE is a secret file"),
        ({"LOGIN_PATH": f"http://u:{CANARY}@login"}, "LOGIN_PATH contains credentials"),
    ],
    ids=str,
)
def test_secrets_that_would_become_public_are_refused(
    cluster: Cluster, settings: dict[str, str], said: str
) -> None:
    done = cluster.operator("make", "load", "health", **{**SETTINGS, **settings})
    assert done.returncode == 1
    assert said in done.stderr
    assert CANARY not in done.stderr + done.stdout


def test_an_archive_that_is_too_large_is_refused(cluster: Cluster) -> None:
    script = cluster.project / "tests/load/scripts/health.js"
    big = cluster.project / "tests/load/big.txt"
    big.write_text("x" * 1_000_000)
    script.write_text(f"{script.read_text()}\nopen(import.meta.resolve('../big.txt'));\n")
    done = cluster.operator("make", "load", "health", **SETTINGS)
    assert done.returncode == 1
    assert "a ConfigMap may have only 1000000" in done.stderr


@pytest.mark.parametrize(("target", "code"), [("checks=rate>0.5", 0), ("iterations=count<5", 99)])
def test_runners_are_judged_as_one(
    cluster: Cluster, service: RunningService, target: str, code: int
) -> None:
    thresholds = f"http_req_duration=p(95)<30000;health_check_duration=p(95)<30000;{target}"
    settings = {
        "BASE_URL": service.url,
        "RUN_ID": "k8s",
        "VUS": "4",
        "PARALLELISM": "2",
        "DURATION": "1s",
        "TIME_SCALE": "0.01",
        "THRESHOLDS": f"{thresholds};health_check_errors=rate<0.9",
    }
    made = cluster.operator("make", "load", "health", **settings)
    assert made.returncode == 0, made.stderr
    done = cluster.operator("run", made.stdout.strip())
    assert done.returncode == code, done.stdout + done.stderr
    assert cluster.calls() == ["apply", "get", "logs", "delete"]
    folder = cluster.project / "tests/load/results/k8s"
    summary = json.loads((folder / "summary.json").read_text("utf-8"))
    assert summary["run"]["segments"] == 2
    assert summary["passed"] is (code == 0)
    assert summary["metrics"]["iterations"] > 5
    assert (folder / "report.html").exists()


def test_a_run_that_fails_is_cleaned_up(cluster: Cluster) -> None:
    made = cluster.operator("make", "load", "health", **SETTINGS)
    folder = made.stdout.strip()
    done = cluster.operator("run", folder, stage="error")
    assert done.returncode == 3
    assert "the operator could not run load-test-big-7" in done.stderr
    assert cluster.calls() == ["apply", "get", "delete"]
    done = cluster.operator("run", folder, stage="started", RUN_LIMIT="1")
    assert done.returncode == 3
    assert "has not finished within 1 s (stage 'started')" in done.stderr
    assert cluster.operator("run", folder, stage="error", KEEP="true").returncode == 3
    assert cluster.calls()[-1] == "get"
    assert cluster.operator("clean", folder).returncode == 0
    assert cluster.calls()[-1] == "delete"
    assert cluster.operator("run", "/nowhere").returncode == 1
