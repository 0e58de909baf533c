"""Where settings come from: options, the environment, --env-file, suite.env; in that order."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest

from tests.support.layout import LOAD, shell_parts
from tests.support.wrapper_project import Project

# Files that a setting can stand in, and what the wrapper and the scripts read from them.
LINES = {
    "A=plain": "plain",
    "A=": "",
    "export A=exported": "exported",
    "export \t A=exported": "exported",
    "  A=indented": "indented",
    "A=  padded \t ": "padded",
    'A="two words"': "two words",
    "A='two words'": "two words",
    'A="it\'s"': "it's",
    "A='say \"hi\"'": 'say "hi"',
    'A="unbalanced': '"unbalanced',
    'A="': '"',
    'A=""': "",
    'A="a"b"': 'a"b',
    "A=a=b=c": "a=b=c",
    "A=value # comment": "value",
    "A=value \t# one # two": "value",
    "A=value#no comment": "value#no comment",
    "A=# only a comment": "",
    "A=#": "",
    "A=x #": "x",
    'A="kept # here"': "kept # here",
    'A="quoted" # comment': "quoted",
    "A=$(touch pwned)": "$(touch pwned)",
    "A=`touch pwned`; touch pwned2": "`touch pwned`; touch pwned2",
    "A=$HOME ~ * \\n": "$HOME ~ * \\n",
    "A=Grüße 🙂": "Grüße 🙂",
    "A=with\ttab": "with\ttab",
    "A=crlf\r": "crlf",
    "A=1\nA=2": "2",
    "\ufeffA=bom": "bom",
    "# A=comment\n\n   \nA=after": "after",
}


@pytest.mark.parametrize("content", LINES)
def test_an_env_file_is_parsed_and_never_executed(project: Project, content: str) -> None:
    project.write("tests/load/lib/own.js", "const { MY_VALUE } = __ENV;\n")
    settings = project.write("my settings.env", content.replace("A=", "MY_VALUE=").encode())
    call = project.run("load", "--env-file", str(settings)).passed().call
    assert call.env.get("MY_VALUE", "") == LINES[content]


def test_the_scripts_read_the_same_from_a_file(real_project: Project, k6_binary: Path) -> None:
    probe = real_project.write(
        "tests/load/probe.js",
        "import { parseEnvFile } from './engine/settings/reading.js';\n"
        "const read = (content) => parseEnvFile(content, 'f').A;\n"
        f"const lines = {json.dumps(list(LINES))};\n"
        "console.log('VALUES' + JSON.stringify(lines.map(read)));\n"
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
    assert json.loads(line.removeprefix("VALUES")) == list(LINES.values())


@pytest.mark.parametrize(
    ("content", "line"),
    [
        ("A=1\nnonsense", 2),
        ("A", 1),
        ("=1", 1),
        ("1A=x", 1),
        ("A B=1", 1),
        ("A =1", 1),
        ("A-B=1", 1),
        ("source x", 1),
    ],
)
def test_a_bad_line_is_named_by_file_and_number_without_its_text(
    project: Project, content: str, line: int
) -> None:
    settings = project.write("bad.env", content)
    stderr = project.run("--env-file", str(settings)).refused(
        f"{settings}:{line}: expected KEY=value"
    )
    assert "nonsense" not in stderr
    project.write("tests/load/suite.env", content)
    project.run().refused(f"tests/load/suite.env:{line}: expected KEY=value")


def test_a_missing_env_file_is_refused(project: Project) -> None:
    project.run("--env-file", "nowhere.env").refused(
        "--env-file needs a readable file", "nowhere.env"
    )
    project.run("--env-file", str(project.root)).refused("--env-file needs a readable file")


def test_the_order_is_option_environment_env_file_suite_env(project: Project) -> None:
    project.write("tests/load/suite.env", "BASE_URL=http://localhost:1001\nVUS=1\n")
    settings = str(project.write("more.env", "BASE_URL=http://localhost:1002\n"))
    sources: list[tuple[list[str], dict[str, str | None], str]] = [
        ([], {}, "1001"),
        (["--env-file", settings], {}, "1002"),
        (["--env-file", settings], {"BASE_URL": ""}, "1002"),
        (["--env-file", settings], {"BASE_URL": "http://localhost:1003"}, "1003"),
        (["--base-url", "http://localhost:1004"], {"BASE_URL": "http://localhost:1003"}, "1004"),
        (
            ["--env", "BASE_URL=http://localhost:1005"],
            {"BASE_URL": "http://localhost:1003"},
            "1005",
        ),
    ]
    for words, env, port in sources:
        result = project.run("load", *words, env=env).passed()
        assert result.call.vars["BASE_URL"] == f"http://localhost:{port}"
        assert f"http://localhost:{port}" in result.stdout


def test_an_env_file_reaches_k6_through_its_environment_only(project: Project) -> None:
    project.write("tests/load/lib/own.js", "export const path = __ENV.SOME_PATH;\n")
    settings = project.write(
        "more.env", "API_KEY=canary-1\nSOME_PATH=/x\nHOME=/elsewhere\nPATH=/nowhere\n"
    )
    call = project.run("load", "--env-file", str(settings)).passed().call
    assert call.env["API_KEY"] == "canary-1"
    assert call.env["SOME_PATH"] == "/x"
    assert call.env["HOME"] == str(project.home)
    assert "/nowhere" not in call.env["PATH"]
    assert "canary-1" not in " ".join(call.args)


def test_no_name_in_an_env_file_can_change_the_wrapper(project: Project) -> None:
    names = "k6 k6_pid run_root suite root self IFS PS4 BASH_ENV UID i name positionals color quiet"
    settings = project.write("odd.env", "".join(f"{name}=odd\n" for name in names.split()))
    result = project.run("load", "--env-file", str(settings)).passed()
    assert result.call.script == str(project.load / "scenarios/load.js")


@pytest.mark.parametrize(
    "name",
    ["K6_VUS", "K6_DURATION", "K6_ITERATIONS", "K6_STAGES", "K6_NO_THRESHOLDS", "K6_NO_SETUP"],
)
def test_variables_that_would_replace_the_profile_are_dropped_with_a_warning(
    project: Project, name: str
) -> None:
    result = project.run("load", env={name: "5"}).passed()
    assert f"warning: {name} is ignored" in result.stderr
    assert name not in result.call.env
    settings = project.write("more.env", f"{name}=5\n")
    result = project.run("load", "--env-file", str(settings)).passed()
    assert f"warning: {name} in" in result.stderr
    assert name not in result.call.env


def test_only_settings_and_names_of_tests_pass_from_a_file(project: Project) -> None:
    """LD_PRELOAD would load code into k6, K6_OUT would send samples away."""
    acting = """LD_PRELOAD DYLD_INSERT_LIBRARIES BASH_ENV ENV NODE_OPTIONS PYTHONPATH GIT_DIR
        GODEBUG PATH SSLKEYLOGFILE K6_OUT K6_INSECURE_SKIP_TLS_VERIFY K6_CONFIG IFS""".split()
    unknown = ["FOO_PRELOAD", "OWN_VALUE_OF_NOBODY", "TENANT_ID", "ANT", "IN_ENGINE", "IN_PACKAGE"]
    known = """K6_INFLUXDB_USERNAME K6_OTEL_METRIC_PREFIX HTTPS_PROXY SSL_CERT_FILE OPENAPI_KEYS
        SIGNING_SECRET USER_POOL TENANT tenant_2 REGION IN_A_TEST_ELSEWHERE SHARED BESIDE
        DEEP""".split()
    code = "const pool = __ENV.USER_POOL; const { TENANT, tenant_2 } = __ENV; // PATH, LD_PRELOAD\n"
    project.write("tests/load/scripts/deep/down/own.ts", code)
    shared = "import { region } from '../../shared/env.js';\nexport default __ENV['REGION'];\n"
    project.write("tests/load/k6.config.js", shared)
    project.write("shared/env.js", "import './deep/env.js'; export const x = __ENV.SHARED;\n")
    project.write("shared/deep/env.js", 'import "../env.js"; // DEEP\n')
    project.write("more/beside.js", "import './own.js'; __ENV.BESIDE;\n")
    project.write("tests/load/engine/own.js", "__ENV.IN_ENGINE\n")
    project.write("tests/load/node_modules/a/own.js", "__ENV.IN_PACKAGE\n")
    elsewhere = project.write(
        "more/own.js", "/** Own. */\nimport './beside.js';\n__ENV.IN_A_TEST_ELSEWHERE;\n"
    )
    lines = "".join(f"{name}=/nowhere\n" for name in [*acting, *unknown, *known])
    settings = project.write("more.env", lines)
    result = project.run("load", str(elsewhere), "--env-file", str(settings)).passed()
    got = {name for name, value in result.call.env.items() if value == "/nowhere"}
    assert got == set(known)
    for name in [*acting, *unknown]:
        assert f"{name} in {settings} is ignored: it is no setting, and " in result.stderr, name
    assert all(f" {name} in" not in result.stderr for name in known)


def test_what_the_wrapper_reads_passes_from_a_file(project: Project) -> None:
    """Every name that a part of the wrapper asks for, and every setting of the documentation."""
    code = "".join(path.read_text(encoding="utf-8") for path in shell_parts())
    asked = set(re.findall(r"\b(?:find_)?setting ([A-Z][A-Z0-9_]+)", code)) - {"K6_OUT"}
    docs = (LOAD / "docs").glob("*.md")
    tables = "".join(path.read_text(encoding="utf-8") for path in docs)
    documented = set(re.findall(r"^\| `([A-Z][A-Z0-9_]+)` \|", tables, re.MULTILINE))
    assert len(asked) > 20
    assert len(documented) > 60
    names = sorted(asked | documented)
    settings = project.write("more.env", "".join(f"{name}=\n" for name in names))
    result = project.run("load", "--env-file", str(settings)).passed()
    assert "is ignored" not in result.stderr, result.stderr


def test_a_usage_report_setting_that_stops_k6_is_dropped(project: Project) -> None:
    call = project.run(env={"K6_NO_USAGE_REPORT": "1"}).passed().call
    assert "K6_NO_USAGE_REPORT" not in call.env
    assert "--no-usage-report" in call.args


def test_other_k6_variables_pass(project: Project) -> None:
    env = {"K6_SUMMARY_MODE": "full", "K6_LOG_FORMAT": "json", "ENVIRONMENT": "staging"}
    call = project.run(env=env).passed().call
    assert env.items() <= call.env.items()


def test_every_run_carries_its_origin(project: Project) -> None:
    git = ["git", "-C", str(project.root), "-c", "user.name=t", "-c", "user.email=t@example.com"]
    call = project.run().passed().call
    assert "GIT_COMMIT" not in call.vars
    subprocess.run([*git, "init", "-q"], check=True)
    subprocess.run([*git, "commit", "-q", "--allow-empty", "-m", "x"], check=True)
    head = subprocess.run(
        [*git, "rev-parse", "--short", "HEAD"], check=True, capture_output=True, text=True
    ).stdout.strip()
    call = project.run().passed().call
    assert call.vars["GIT_COMMIT"] == head
    assert call.vars["RUN_K6_VERSION"] == "v1.8.1"
    assert call.vars["RUN_ID"] == Path(call.vars["RESULTS_DIR"]).name
    assert project.run(env={"GIT_COMMIT": "abc"}).passed().call.vars["GIT_COMMIT"] == "abc"


def test_without_a_suite_the_place_is_named(project: Project) -> None:
    (project.load / "scripts").rename(project.load / "elsewhere")
    project.run().refused("no suite in", str(project.load))


def test_a_missing_suite_env_means_defaults(project: Project) -> None:
    (project.load / "suite.env").unlink()
    assert project.run().passed().call.vars["BASE_URL"] == "http://localhost:8000"


@pytest.mark.parametrize("port", ["0", "65536", "80a", "08"])
def test_an_impossible_port_is_refused(project: Project, port: str) -> None:
    project.run(env={"BACKEND_PORT": port}).refused(
        "BACKEND_PORT (environment) needs a whole number from 1 to 65535"
    )
