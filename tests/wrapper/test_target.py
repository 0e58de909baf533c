"""The target: how BASE_URL is read, and which hosts may be loaded."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import time
from pathlib import Path

import pytest

from tests.support.layout import LOAD
from tests.support.wrapper_project import Project, plain

LOCAL = """
http://localhost:8000 http://localhost https://localhost:8443/base http://LOCALHOST:8000
http://app.localhost:3000 http://127.0.0.1:8000 http://127.9.8.7 http://10.1.2.3:80
http://172.16.0.1 http://172.31.255.255 http://192.168.1.20:8080
http://[::1]:8000 http://[fd00::1] http://[fd00:ec20::1] http://[FC12::1]:9000
http://host.docker.internal:8000 http://0.0.0.0:8000 http://user:pw@localhost:8000
http://localhost:8000/ http://localhost:8000/base/ http://localhost:8000//
""".split()
REMOTE = """
https://example.com https://localhost.example.com http://notlocalhost http://backend:8000
http://172.15.0.1 http://172.32.0.1 http://11.0.0.1 http://192.169.0.1 http://126.0.0.1
http://127.0.0.1.example.com http://10.0.0.1.nip.io http://010.0.0.1 http://2130706433
http://127.1 http://0x7f.0.0.1 http://[2001:db8::1]:80 http://[::ffff:8.8.8.8] http://[::]
http://169.254.1.1 http://169.254.169.254 http://[fe80::1]:80 http://[fd00:ec2::254]
http://[fd00:0ec2:0::254] http://[fec0::1] http://[fd::1] http://localhost@example.com http://localhost:8000@example.com
http://example.com/localhost http://production.localhost.io
""".split()
UNUSABLE = [
    "localhost:8000", "localhost", "//localhost", "ftp://localhost", "HTTP://localhost", "http://",
    "http:///path", "http://:8000", "http://localhost:", "http://localhost:0", "http://localhost:65536",
    "http://localhost:99999", "http://localhost:8x", "http://localhost:-1", "http://local host",
    "http://localhost\n", "http://local\nhost", "http://localhost/a b", "http://localhost?x=1",
    "http://localhost/?x=1", "http://localhost#x", "http://a@b@localhost",
    "http://me:100%@localhost", "http://me:%zz@localhost", "http://localhost/%4", "http://localhost/%41%",
    "http://[::1", "http://::1", "http://[::1]x", "http://[localhost]", "http://.localhost", "http://localhost.",
    "http://-x", "http://exa$mple.com", "http://example.com,localhost", "http://ex\u00e4mple.com", "http://\u202e.com",
]  # fmt: skip
# A backslash reads as a slash in some programs and not in others; k6 refuses it itself.
TWO_READINGS = ["http://localhost\\@example.com", "http://example.com\\@localhost"]


def base_of(url: str) -> str:
    """A usable URL without the slashes at its end and with its host in small letters."""
    scheme, rest = url.split("://")
    authority, slash, path = rest.partition("/")
    return f"{scheme}://{authority.lower()}{(slash + path).rstrip('/')}"


@pytest.mark.parametrize("url", LOCAL)
def test_local_targets_run(project: Project, url: str) -> None:
    call = project.run("stress", "--base-url", url).passed().call
    assert call.vars.get("BASE_URL", call.env.get("BASE_URL")) == base_of(url)


@pytest.mark.parametrize("url", REMOTE)
def test_other_targets_are_refused(project: Project, url: str) -> None:
    stderr = project.run("--base-url", url).refused(
        "is neither local nor in ALLOWED_HOSTS", "--yes"
    )
    assert "CONFIRM_TARGET=" in stderr


def test_what_to_try_is_what_was_typed_and_what_was_missing(project: Project) -> None:
    words = ("load", "health", "--vus", "3", "--duration=2m", "--base-url", "https://example.com")
    again = "load health --vus 3 --duration 2m --base-url https://example.com --yes"
    for added in ((), ("--yes",)):
        stderr = project.run(*words, *added).refused("example.com")
        assert stderr.endswith(f"load-test.sh' {again}\n")
    confirmed = {"CONFIRM_TARGET": "example.com"}
    stderr = project.run("stress", "health", *words[2:], "--yes", env=confirmed).refused("stress")
    assert " stress health --vus 3 --duration 2m --yes --allow-heavy\n" in stderr


@pytest.mark.parametrize("url", UNUSABLE + TWO_READINGS)
def test_unusable_urls_are_refused(project: Project, url: str) -> None:
    project.run(f"--base-url={url}").refused("--base-url needs http:// or https://, a host")


def test_unusable_urls_are_refused_from_the_environment(project: Project) -> None:
    for url in UNUSABLE[::7]:
        project.run(env={"BASE_URL": url}).refused("BASE_URL (environment) needs http://")


def test_the_scripts_judge_every_url_alike(real_project: Project, k6_binary: Path) -> None:
    urls = [*LOCAL, *REMOTE, *UNUSABLE]
    probe = real_project.write(
        "tests/load/probe.js",
        "import { isLocalHost, parseHttpUrl } from './engine/settings/url.js';\n"
        "const judge = (text) => {\n"
        "  const url = parseHttpUrl(text);\n"
        "  return url === null ? 'unusable' : isLocalHost(url.host) ? 'local' : 'remote';\n"
        "};\n"
        f"console.log('VALUES' + JSON.stringify({json.dumps(urls)}.map(judge)));\n"
        "export default function () {}\n",
    )
    done = subprocess.run(
        [k6_binary, "run", "--quiet", "--log-format=raw", "--address=", probe],
        env=real_project.env,
        capture_output=True,
        text=True,
        check=True,
    )
    line = next(line for line in done.stderr.splitlines() if line.startswith("VALUES"))
    found = dict(zip(urls, json.loads(line.removeprefix("VALUES")), strict=True))
    expected = dict.fromkeys(LOCAL, "local") | dict.fromkeys(REMOTE, "remote")
    assert found == expected | dict.fromkeys(UNUSABLE, "unusable")


@pytest.mark.parametrize(
    ("allowed", "url", "passes"),
    [
        ("example.com", "https://example.com", True),
        ("EXAMPLE.com", "https://Example.COM:8443/x", True),
        ("a.com, example.com ,b.com", "https://example.com", True),
        ("*.example.com", "https://a.b.example.com", True),
        ("*.example.com", "https://example.com", False),
        ("*.example.com", "https://badexample.com", False),
        ("example.com", "https://example.com.evil.org", False),
        ("example.com", "https://a.example.com", False),
        ("*", "https://example.com", False),
        ("", "https://example.com", False),
        (",,", "https://example.com", False),
        ("[2001:db8::1]", "http://[2001:db8::1]:80", True),
    ],
)
def test_listed_hosts_may_be_loaded(project: Project, allowed: str, url: str, passes: bool) -> None:
    project.write("tests/load/suite.env", f"ALLOWED_HOSTS={allowed}\n")
    result = project.run("load", "--base-url", url)
    if passes:
        result.passed()
    else:
        result.refused("is neither local nor in ALLOWED_HOSTS")


def test_one_host_can_be_confirmed_without_a_terminal(project: Project) -> None:
    url = ["--base-url", "https://example.com"]
    project.run(*url, "--yes").refused("CONFIRM_TARGET=example.com")
    project.run(*url, "--yes", env={"CONFIRM_TARGET": "example.org"}).refused("CONFIRM_TARGET")
    project.run(*url, env={"CONFIRM_TARGET": "example.com"}).refused("neither local nor")
    call = project.run(*url, "--yes", env={"CONFIRM_TARGET": "Example.com"}).passed().call
    assert call.vars["ALLOW_REMOTE"] == "true"
    assert call.env["CONFIRM_TARGET"] == "Example.com"
    project.run(*url, env={"CONFIRM_TARGET": "example.com", "ALLOW_REMOTE": "true"}).passed()


@pytest.mark.parametrize(
    ("typed", "code"), [("example.com", 0), ("EXAMPLE.COM", 0), ("yes", 1), ("", 1)]
)
def test_on_a_terminal_the_host_is_typed(project: Project, typed: str, code: int) -> None:
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        project.command("--base-url", "https://example.com", "--yes"),
        env=project.environment({"TERM": "xterm"}),
        stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True,
    )  # fmt: skip
    os.close(theirs)
    seen = b""
    while b"Type the host to go on" not in seen:
        seen += os.read(ours, 4096)
    os.write(ours, typed.encode() + b"\n")
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            seen += os.read(ours, 4096)
        except OSError:
            break
    os.close(ours)
    assert process.wait(10) == code, seen.decode()
    runs = [call for call in project.calls() if call.kind == "run"]
    assert len(runs) == (1 if code == 0 else 0)
    if runs:
        assert runs[0].vars["CONFIRM_TARGET"] == "example.com"


REMOTE_ENV = {"BASE_URL": "https://example.com", "ALLOWED_HOSTS": "example.com"}


@pytest.mark.parametrize(
    "words",
    [
        ["stress"],
        ["spike"],
        ["breakpoint"],
        ["stress", "health"],
        ["health", "--profile", "spike"],
        ["stress", "all"],
    ],
)
def test_heavy_profiles_need_their_own_permission(project: Project, words: list[str]) -> None:
    project.run(*words, env=REMOTE_ENV).refused("would overload example.com", "--allow-heavy")
    call = project.run(*words, "--allow-heavy", env=REMOTE_ENV).passed().runs[0]
    assert call.vars["ALLOW_HEAVY"] == "true"


def test_heavy_profiles_are_those_of_the_configuration(project: Project) -> None:
    file = project.load / "config" / "profiles.js"
    row = "export const heavyProfiles = ['stress', 'spike', 'breakpoint'];"
    text = file.read_text(encoding="utf-8")
    assert row in text
    many = "export const heavyProfiles = [\n  'load', // ours\n  'a-b',\n];\n"
    file.write_text(text.replace(row, many), encoding="utf-8")
    project.run("load", env=REMOTE_ENV).refused("the profile load would overload", "--allow-heavy")
    project.run("stress", env=REMOTE_ENV).passed()


def test_without_the_list_of_local_hosts_no_host_is_local(project: Project) -> None:
    (project.load / "engine" / "settings" / "url.js").unlink()
    project.run().refused("localhost is neither local nor in ALLOWED_HOSTS")


def test_the_patterns_of_local_hosts_mean_the_same_to_both_languages() -> None:
    text = (LOAD / "engine" / "settings" / "url.js").read_text(encoding="utf-8")
    patterns = text.split("const LOCAL_HOSTS = [\n")[1].split("];")[0].splitlines()
    assert len(patterns) > 8
    for pattern in patterns:
        assert re.fullmatch(r"  /.+/,", pattern), pattern
        assert not re.search(r"\\[^.\[\]]|\(\?|[*+}?]\?", pattern), pattern


def test_load_on_a_remote_host_is_capped(project: Project) -> None:
    project.run("load", "--vus", "101", env=REMOTE_ENV).refused("MAX_REMOTE_VUS=100")
    project.run("load", "--vus", "100", env=REMOTE_ENV).passed()
    project.run("load", "--vus", "101", env=REMOTE_ENV | {"MAX_REMOTE_VUS": "200"}).passed()
    project.run("load", "--duration", "61m", env=REMOTE_ENV).refused("MAX_REMOTE_DURATION=1h")
    project.run("load", "--duration", "1h", env=REMOTE_ENV).passed()
    project.run(
        "load", "--vus", "5000", "--duration", "2h", "--allow-heavy", env=REMOTE_ENV
    ).passed()
    project.run("load", "--vus", "5000", "--duration", "2h").passed()


def test_writes_are_passed_on_as_a_permission(project: Project) -> None:
    call = project.run("load", "--allow-writes", env=REMOTE_ENV).passed().call
    assert call.vars["ALLOW_WRITES"] == "true"


@pytest.mark.slow
def test_the_guard_of_the_scripts_sees_what_the_wrapper_allows(real_project: Project) -> None:
    """A plain `k6 run` is refused too, so an allowed host has to arrive there."""
    env = {"BASE_URL": "https://load-test.invalid"}
    result = real_project.run("smoke", "--wait", "1s", env=env)
    result.refused("load-test.invalid is neither local nor")
    result = real_project.run(
        "smoke", "--yes", "--wait", "1s", env=env | {"CONFIRM_TARGET": "load-test.invalid"}
    )
    assert result.code == 2, result
    assert "load-test.invalid" in plain(result.stderr)


def test_credentials_in_the_url_are_masked_and_stay_out_of_the_arguments(project: Project) -> None:
    for words, env in (
        (["--base-url", "http://me:canary-7@localhost:8000"], {}),
        ([], {"BASE_URL": "http://me:canary-7@localhost:8000"}),
    ):
        result = project.run("load", "--verbose", *words, env=env).passed()
        assert "canary-7" not in result.all
        assert "http://***@localhost:8000" in result.stdout
        assert "canary-7" not in " ".join(result.call.args)
        assert result.call.env["BASE_URL"] == "http://me:canary-7@localhost:8000"


@pytest.mark.parametrize(
    "url", ["me:canary-7@localhost", "http://me:canary-7@local host", "ftp://me:canary-7@x"]
)
def test_credentials_in_an_unusable_url_are_masked(project: Project, url: str) -> None:
    assert "canary-7" not in project.run(env={"BASE_URL": url}).refused("BASE_URL")


@pytest.mark.parametrize("url", ["ws://localhost:9000/ws", "ws://127.0.0.1", "wss://[::1]:1/x"])
def test_local_sockets_may_be_loaded(project: Project, url: str) -> None:
    call = project.run("smoke", env={"WS_URL": url}).passed().call
    assert call.env["WS_URL"] == url


def test_the_host_of_the_sockets_is_guarded_too(project: Project) -> None:
    env = {"WS_URL": "wss://me:canary@sockets.example.com/ws"}
    stderr = project.run("smoke", env=env).refused(
        "WS_URL: sockets.example.com is neither local nor in ALLOWED_HOSTS", "--yes"
    )
    assert "CONFIRM_TARGET=sockets.example.com" in stderr
    assert stderr.endswith(" smoke --yes\n")
    assert "canary" not in stderr
    project.run("smoke", "--yes", env=env).refused("sockets.example.com is neither local")
    confirmed = {**env, "CONFIRM_TARGET": "Sockets.example.com"}
    project.run("smoke", "--yes", env=confirmed).passed()
    project.write("tests/load/suite.env", "ALLOWED_HOSTS=*.example.com\n")
    project.run("smoke", env=env).passed()


@pytest.mark.parametrize("url", ["http://localhost", "localhost", "ws://", "ws:///x", "ws://a b"])
def test_unusable_addresses_of_sockets_are_refused(project: Project, url: str) -> None:
    project.run("smoke", env={"WS_URL": url}).refused("WS_URL needs ws:// or wss://, a host")
