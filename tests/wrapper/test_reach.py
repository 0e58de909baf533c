"""What decides how the service is reached is the same for the readiness check, the run and a container."""

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
