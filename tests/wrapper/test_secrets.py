"""A canary in every secret: none may show up where others can read it."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path

import psutil
import pytest
from service.testing import RunningService

from tests.support.suite_runner import PATIENT
from tests.support.wrapper_project import Project

SECRETS = {
    "API_KEY": "canary-key",
    "TEST_USER_PASSWORD": "canary-password",
    "MY_TOKEN": "canary-token",
    "MY_SECRET": "canary-secret",
    "MY_DSN": "postgres://u:canary-dsn@localhost/x",
    "DATABASE_URL": "postgres://u:canary-db@localhost/x",
    "K6_INFLUXDB_PASSWORD": "canary-influx",
    "PGPASSWORD": "canary-pg",
    "AUTHORIZATION": "canary-header",
    "APIKEY": "canary-apikey",
    "DB_PASS": "canary-pass",
    "MYTOKEN": "canary-mytoken",
    "PASSPHRASE": "canary-phrase",
    "SESSION_COOKIE": "canary-cookie",
    "CREDENTIALS": "canary-credentials",
}


@pytest.mark.parametrize("from_file", [False, True])
def test_no_secret_is_printed_passed_as_an_argument_or_written(
    project: Project, from_file: bool
) -> None:
    text = "".join(f"{name}={value}\n" for name, value in SECRETS.items())
    settings = project.root.parent / "secret.env"
    settings.write_text(text)
    url = "http://u:canary-url@localhost:8000"
    words = ["--env-file", str(settings)] if from_file else []
    env: dict[str, str | None] = {"BASE_URL": url, **({} if from_file else SECRETS)}
    for extra in (
        ["--verbose", "--dashboard", "--output", "r.json"],
        ["--dry-run"],
        ["--docker", "--dry-run"],
    ):
        result = project.run("all", *words, *extra, env=env).passed()
        assert "canary" not in result.all, result
        for call in result.calls:
            assert "canary" not in " ".join(call.args)
        for call in result.runs:
            assert SECRETS.items() <= call.env.items()
            assert call.env["BASE_URL"] == url
    for path in project.root.rglob("*"):
        assert not path.is_file() or b"canary" not in path.read_bytes(), path


def test_settings_that_only_sound_like_secrets_are_none(project: Project) -> None:
    pairs = ("--env", "AUTH_MODE=none", "--env", "WS_TOKEN_IN=query")
    assert project.run(*pairs).passed().call.vars["WS_TOKEN_IN"] == "query"


def test_of_an_env_file_only_known_settings_are_shown(project: Project) -> None:
    project.write("tests/load/workload.js", "export const own = __ENV.INNOCENT;\n")
    settings = project.write("more.env", "INNOCENT=canary\nREADINESS=answer\nALLOW_HEAVY=true\n")
    for word in ("--dry-run", "--verbose"):
        result = project.run("--env-file", str(settings), word).passed()
        assert "READINESS=answer ALLOW_HEAVY=true " in result.all
        assert "canary" not in result.all
    assert result.call.env["INNOCENT"] == "canary"


@pytest.mark.parametrize("name", [*SECRETS, "api_key", "PASSWORD"])
def test_a_secret_on_the_command_line_is_refused_with_advice(project: Project, name: str) -> None:
    stderr = project.run("--env", f"{name}=canary").refused(f"--env {name}", "Export it")
    assert f"export {name}=..." in stderr
    assert "canary" not in stderr


def test_other_variables_with_credentials_are_refused_too(project: Project) -> None:
    stderr = project.run("--env", "WS=ws://u:canary@localhost").refused("--env WS")
    assert "canary" not in stderr


@pytest.mark.slow
def test_the_process_list_and_the_results_of_a_real_run(real_project: Project) -> None:
    real_project.write(
        "long.js",
        "import { sleep } from 'k6';\n"
        "export const options = { vus: 1, duration: '2s' };\n"
        "export default function () { sleep(0.2); }\n"
        "export function handleSummary() {\n"
        "  if (!__ENV.API_KEY) { throw new Error('no key'); }\n"
        "  return { [`${__ENV.RESULTS_DIR}/summary.json`]: '{\\n  \"passed\": true\\n}\\n' };\n"
        "}\n",
    )
    env = {**SECRETS, "BASE_URL": "http://u:canary-url@localhost:8000"}
    words = ["./long.js", "--no-wait", "--verbose", "--output", "raw.json", "--", "--verbose"]
    lists = []
    with real_project.running(*words, env=env) as run:
        while run.process.poll() is None:
            lists.extend(command_lines(run.pid))
            time.sleep(0.02)
        result = run.end()
    assert result.code == 0, result
    assert any("long.js" in line for line in lists)
    assert "canary" not in "\n".join(lists)
    assert "canary" not in result.all
    for path in real_project.run_folder.iterdir():
        assert b"canary" not in path.read_bytes(), path


def command_lines(pid: int) -> list[str]:
    """The command lines of a process and of everything below it."""
    try:
        process = psutil.Process(pid)
        family = [process, *process.children(recursive=True)]
        return [" ".join(member.cmdline()) for member in family]
    except psutil.NoSuchProcess:
        return []


@pytest.mark.slow
def test_no_secret_reaches_a_report_or_an_archive(
    real_project: Project, service: RunningService, k6_binary: Path
) -> None:
    """With the real k6: every file of a run, in every form, and what `k6 archive` packs."""
    env: dict[str, str | None] = {
        **{name: value for name, value in SECRETS.items() if not name.startswith("K6_")},
        "BASE_URL": service.url.replace("://", "://me:canary-url@"),
        "AUTH_MODE": "api-key",
        "THRESHOLDS": PATIENT,
        "VUS": "1",
    }
    words = ["smoke", "api-authenticated", "--duration", "2s", "--verbose", "--output", "raw.json"]
    result = real_project.run(*words, "--think-time", "0.1", env=env)
    # The service does not know this key: requests fail, and failures are what gets logged.
    assert result.code in {99, 107}, result
    assert "canary" not in result.all
    written = {path.name for path in real_project.run_folder.iterdir()}
    assert {"summary.json", "report.html", "report.md", "junit.xml", "raw.json"} <= written
    archive = real_project.root / "archive.tar"
    subprocess.run(
        [k6_binary, "archive", "-O", archive, real_project.load / "scripts/api-authenticated.js"],
        env=real_project.environment({**env, "RESULTS_DIR": str(real_project.results)}),
        check=True,
        capture_output=True,
    )
    for path in real_project.root.rglob("*"):
        assert not path.is_file() or b"canary" not in path.read_bytes(), path
