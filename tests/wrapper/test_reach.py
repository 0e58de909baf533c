"""The readiness check, the run and a container reach the service in the same way."""

from __future__ import annotations

import pytest

from tests.support.plain_server import plain_server
from tests.support.wrapper_project import SHIM_FOLDER, Project

FLAGS = [
    (["--insecure-skip-tls-verify"], ["--insecure-skip-tls-verify"]),
    (["--config", "k6.json", "--tag", "a=b"], ["--config", "k6.json"]),
    (["--dns=ttl=0", "--local-ips", "127.0.0.1"], ["--dns=ttl=0", "--local-ips", "127.0.0.1"]),
]


@pytest.mark.parametrize(("given", "reached"), FLAGS, ids=str)
def test_flags_of_the_connection_reach_the_check(
    project: Project, given: list[str], reached: list[str]
) -> None:
    result = project.run("smoke", "--", *given).passed()
    [wait] = [call for call in result.calls if call.kind == "wait"]
    assert [word for word in wait.args if word in given] == reached
    assert all(word in result.call.args for word in given)


def test_a_container_gets_proxies_and_authorities(project: Project) -> None:
    (project.bin / "docker").symlink_to(SHIM_FOLDER / "docker")
    names = ["SSL_CERT_FILE", "HTTPS_PROXY", "no_proxy"]
    result = project.run("--docker", "smoke", env=dict.fromkeys(names, "/suite/ca.pem"))
    for call in (call for call in result.calls if call.kind in {"wait", "run"}):
        passed = [call.args[i + 1] for i, word in enumerate(call.args) if word == "-e"]
        assert set(names) <= set(passed)


def test_typescript_is_listed_and_run(project: Project) -> None:
    project.write("tests/load/scripts/checkout.ts", "// Checkout: buys things.\n")
    project.write("tests/load/scripts/types.d.ts", "// Not a test.\n")
    listed = project.run("--list").passed().stdout
    assert "checkout" in listed
    assert "Checkout: buys things." in listed
    assert "types" not in listed
    assert project.run("checkout").passed().call.script.endswith("/scripts/checkout.ts")
    scripts = [call.script.rsplit("/", 1)[-1] for call in project.run("all").passed().runs]
    assert scripts == ["api-public.js", "health.js", "checkout.ts"]


@pytest.mark.slow
def test_the_check_names_the_setting_to_change(real_project: Project) -> None:
    with plain_server({"/healthz": (200, "text/plain", "ok")}) as server:
        result = real_project.run("smoke", "--base-url", server.url, "--wait", "1s")
    assert result.code == 2
    assert "Try: set HEALTH_PATHS=/healthz in tests/load/suite.env" in result.stderr
    assert "--wait 2m" not in result.stderr


STAGING = "tests/load/environments/staging.env"


def test_a_named_environment(project: Project) -> None:
    project.write(STAGING, "BASE_URL=http://127.0.0.1:8123\nVUS=7\nTHRESHOLDS=http_reqs=count>1\n")
    call = project.run("load", "--environment", "staging").passed().call
    assert call.vars["BASE_URL"] == "http://127.0.0.1:8123"
    assert (call.vars["VUS"], call.vars["THRESHOLDS"]) == ("7", "http_reqs=count>1")
    assert call.env["ENVIRONMENT"] == "staging"
    project.write("more.env", "VUS=9\n")
    mixed = project.run("load", "--environment", "staging", "--env-file", "more.env").passed().call
    assert (mixed.vars["VUS"], mixed.vars["BASE_URL"]) == ("9", "http://127.0.0.1:8123")
    assert project.run("load", "--environment", "staging", "--vus", "3").call.vars["VUS"] == "3"


@pytest.mark.parametrize("line", ["API_KEY=canary", "BASE_URL=http://me:canary@localhost"])
def test_a_secret_in_an_environment_is_refused(project: Project, line: str) -> None:
    project.write(STAGING, f"{line}\n")
    said = project.run("--environment", "staging").refused(
        "staging.env", "secret", line.split("=", maxsplit=1)[0]
    )
    assert "canary" not in said


@pytest.mark.parametrize(
    "line",
    ["MY_TOKEN=canary", "HEADERS=X-Tenant: acme | X-Api-Key: canary", "X=https://a:canary@b"],
)
@pytest.mark.parametrize("words", [("smoke",), ("--list",), ("--environment", "other")])
def test_a_secret_in_an_environment_that_is_not_used(
    project: Project, line: str, words: tuple[str, ...]
) -> None:
    project.write(STAGING, f"VUS=2\n{line}\n")
    project.write("tests/load/environments/other.env", "HEADERS=X-Tenant: acme | X-Region: eu\n")
    said = project.run(*words).refused(f" {STAGING}: ", "secret")
    assert "canary" not in said
    project.write(STAGING, "VUS=2\n")
    project.write("tests/load/environments/mine.secret.env", f"{line}\n")
    project.run(*words).passed()


def test_caps_of_an_environment(project: Project) -> None:
    lines = "BASE_URL=https://staging.example.com\nALLOWED_HOSTS=staging.example.com\n"
    project.write(STAGING, f"{lines}MAX_REMOTE_VUS=20\n")
    said = project.run("load", "--environment", "staging", "--vus", "30")
    assert "MAX_REMOTE_VUS=20" in said.refused("--vus 30")
    call = project.run("load", "--environment", "staging", "--vus", "20").passed().call
    assert call.env["MAX_REMOTE_VUS"] == "20"


def test_an_environment_that_does_not_exist(project: Project) -> None:
    said = project.run("--environment", "nowhere").refused("no tests/load/environments/nowhere.env")
    assert "write it, with a line such as BASE_URL=" in said
    project.write(STAGING, "VUS=2\n")
    project.write("tests/load/environments/mine.secret.env", "VUS=2\n")
    said = project.run("--environment", "stagin").refused("Environments: staging.")
    assert "--environment staging" in said


def test_the_host_of_an_environment_is_guarded(project: Project) -> None:
    project.write(STAGING, "BASE_URL=https://staging.example.com\n")
    said = project.run("--environment", "staging").refused("staging.example.com", "ALLOWED_HOSTS")
    assert "--environment staging" in said
