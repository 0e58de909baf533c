"""Run folders, and the exit code: never a success that was not measured."""

from __future__ import annotations

import json
import os
import re
import shutil
import stat
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from service.testing import RunningService

from tests.support.faults import fill, small_disk
from tests.support.suite_runner import PATIENT
from tests.support.wrapper_project import Call, Project, Result

# A test of a second that asks nobody.
SHORT = """\
import { sleep } from 'k6';
export const options = { vus: 1, duration: '1s' };
export default function () { sleep(0.1); }
export function handleSummary() {
  return { [`${__ENV.RESULTS_DIR}/summary.json`]: '{\\n  "passed": true\\n}\\n' };
}
"""


def test_a_run_has_a_folder_of_its_own_and_latest_points_to_it(project: Project) -> None:
    call = project.run("load", "health").passed().call
    folder = project.run_folder
    assert call.vars["RESULTS_DIR"] == str(folder)
    assert folder.name == call.vars["RUN_ID"]
    assert folder.name.split("Z-")[1].startswith("load-health-")
    assert sorted(path.name for path in folder.iterdir()) == ["summary.json"]
    assert os.readlink(project.results / "latest") == folder.name
    project.run("smoke").passed()
    assert os.readlink(project.results / "latest") != folder.name
    assert len(project.runs) == 2


def test_only_the_owner_reads_the_results(project: Project) -> None:
    project.run("--output", "raw.json").passed()
    for path in [project.run_folder, *project.run_folder.iterdir()]:
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path


def test_a_missing_results_folder_is_made(project: Project) -> None:
    shutil.rmtree(project.results)
    project.run().passed()
    assert len(project.runs) == 1


def test_results_can_go_elsewhere(project: Project) -> None:
    call = project.run(env={"RESULTS_DIR": "my results/deep"}).passed().call
    assert Path(call.vars["RESULTS_DIR"]).parent == project.root / "my results/deep"
    assert not project.runs


def test_a_results_folder_that_cannot_work_is_refused_before_any_load(project: Project) -> None:
    shutil.rmtree(project.results)
    project.results.write_text("")
    project.run().refused("is a file")
    project.results.unlink()
    project.results.symlink_to("nowhere")
    project.run().refused("is a link to nothing")
    project.run(env={"RESULTS_DIR": "/proc/nowhere"}).refused("cannot be created")
    project.run(env={"RESULTS_DIR": "/proc"}).refused("not writable")


def test_a_full_disk_is_refused_before_and_noticed_after_the_run(
    real_project: Project, tmp_path: Path
) -> None:
    script = real_project.write(
        "big.js",
        "export default function () {}\n"
        "export function handleSummary() {\n"
        '  const text = `{\\n  "passed": true,\\n  "x": "${\'x\'.repeat(40000)}"\\n}\\n`;\n'
        "  return { [`${__ENV.RESULTS_DIR}/summary.json`]: text };\n"
        "}\n",
    )
    with small_disk(tmp_path / "small", "16k") as disk:
        env = {"RESULTS_DIR": str(disk)}
        result = real_project.run(str(script), "--no-wait", env=env)
        assert result.code == 3, result
        assert "results incomplete" in result.stderr
        fill(disk)
        result = real_project.run(str(script), "--no-wait", env=env)
        result.refused(str(disk), "Set RESULTS_DIR")


@pytest.mark.parametrize(
    ("summary", "reason"),
    [
        ("missing", "summary.json is missing"),
        ("empty", "summary.json is empty"),
        ("cut", "summary.json is cut off"),
        ("nested", "summary.json has no verdict"),
    ],
)
def test_success_without_a_good_summary_is_a_failure(
    project: Project, summary: str, reason: str
) -> None:
    result = project.run(env={"SHIM_SUMMARY": summary})
    assert result.code == 3, result
    assert f"results incomplete: {reason}" in result.stderr
    assert "passed" not in result.stdout.splitlines()[-1]


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("report.html", "", "report.html is empty"),
        ("report.html", "<html><body>", "report.html is cut off"),
        ("report.md", "", "report.md is empty"),
        ("timeline.json", '{"slices": [', "timeline.json is cut off"),
        ("report.html", "<html>\n</html>\n", ""),
    ],
)
def test_success_with_half_a_report_is_a_failure(
    real_project: Project, name: str, text: str, reason: str
) -> None:
    """A full disk: k6 writes what fits and exits with 0."""
    script = real_project.write("short.js", half_a_report(name, text))
    result = real_project.run(str(script), "--no-wait")
    assert result.code == (3 if reason else 0), result
    assert (f"results incomplete: {reason}" in result.stderr) == bool(reason)


def half_a_report(name: str, text: str) -> str:
    more = f"[`${{__ENV.RESULTS_DIR}}/{name}`]: {json.dumps(text)},"
    return SHORT.replace("return {", f"return {{ {more}").replace("'1s'", "'1s', iterations: 1")


def test_a_run_that_did_not_pass_fails_like_a_crossed_threshold(project: Project) -> None:
    # k6 says 0: it passes thresholds that it never measured.
    result = project.run(env={"SHIM_SUMMARY": "failed"})
    assert result.code == 99, result
    assert "passes what it never measured" in result.stderr
    assert "results incomplete" not in result.stderr
    assert "thresholds crossed, exit code 99" in result.stdout + result.stderr


def test_a_clock_that_is_set_back_during_the_run_changes_nothing(project: Project) -> None:
    project.run(env={"SHIM_SUMMARY": "old"}).passed()


def test_a_summary_with_windows_line_ends_counts(project: Project) -> None:
    project.run(env={"SHIM_SUMMARY": "crlf"}).passed()


def test_raw_results_and_the_dashboard_have_to_be_there_when_asked_for(project: Project) -> None:
    result = project.run("--output", "raw.json", env={"SHIM_NO_RAW": "1"})
    assert result.code == 3, result
    assert "raw.json is missing or empty" in result.stderr
    result = project.run("--dashboard", env={"SHIM_NO_DASHBOARD": "1"})
    assert result.code == 3, result
    assert "dashboard.html is missing" in result.stderr


def test_the_report_has_to_be_there_when_insisted_on(project: Project) -> None:
    project.run().passed()
    result = project.run("--report")
    assert result.code == 3, result
    assert "report.html is missing or empty" in result.stderr
    project.run("--report", env={"SHIM_REPORT": "1"}).passed()


@pytest.mark.parametrize("code", [97, 99, 100, 101, 104, 107, 108, 110, 255])
def test_codes_of_k6_are_passed_on(project: Project, code: int) -> None:
    result = project.run(env={"SHIM_CODE": str(code), "SHIM_SUMMARY": "failed"})
    assert result.code == code, result
    assert f"exit code {code})" in result.stderr
    assert str(project.run_folder / "summary.json") in result.stdout
    assert "incomplete" not in result.stderr


@pytest.mark.parametrize(("limit", "code"), [("count>0", 0), ("count<1", 99)])
def test_the_verdict_of_a_real_k6_is_passed_on(any_project: Project, limit: str, code: int) -> None:
    any_project.write(
        "counted.js",
        f"export const options = {{ iterations: 1, thresholds: {{ iterations: ['{limit}'] }} }};\n"
        "export default function () {}\n"
        "export function handleSummary() {\n"
        f"  const text = '{{\\n  \"passed\": {str(code == 0).lower()}\\n}}\\n';\n"
        "  return { [`${__ENV.RESULTS_DIR}/summary.json`]: text };\n"
        "}\n",
    )
    result = any_project.run("./counted.js", "--no-wait")
    assert result.code == code, result
    assert str(any_project.run_folder / "summary.json") in result.stdout


def test_a_crossed_threshold_without_a_summary_stays_99(project: Project) -> None:
    result = project.run(env={"SHIM_CODE": "99", "SHIM_SUMMARY": "missing"})
    assert result.code == 99, result
    assert "warning: summary.json is missing" in result.stderr


def test_all_goes_on_after_a_failure_and_returns_the_worst_code(project: Project) -> None:
    project.write("tests/load/scripts/z-last.js", "")
    result = project.run("load", "all", env={"SHIM_CODE_FOR": "health=99"})
    assert result.code == 99, result
    assert len(result.runs) == 3
    table = {line.split()[0]: line.split()[1:3] for line in result.stdout.splitlines()[-5:-1]}
    assert table["Test"] == ["Result", "Code"]
    assert table["api-public"] == ["passed", "0"]
    assert table["health"] == ["failed", "99"]
    assert table["z-last"] == ["passed", "0"]
    assert {path.name for path in project.run_folder.iterdir()} == {
        "api-public",
        "health",
        "z-last",
    }
    result = project.run("all", env={"SHIM_SUMMARY": "missing"})
    assert result.code == 3, result


@pytest.mark.parametrize("highest", ["api-public", "health"])
def test_the_worst_of_several_codes_is_the_highest(project: Project, highest: str) -> None:
    """The first test or the last one."""
    result = project.run("all", env={"SHIM_CODE": "99", "SHIM_CODE_FOR": f"{highest}=107"})
    assert result.code == 107, result


class TestOutput:
    @pytest.mark.parametrize(
        "name", ["raw.json", "two words.json", "raw.json.gz", "a..b", "\u00e9"]
    )
    def test_raw_samples_go_into_the_run_folder(self, project: Project, name: str) -> None:
        call = project.run("--output", name).passed().call
        assert f"json={project.run_folder}/{name}" in call.args
        assert (project.run_folder / name).is_file()

    @pytest.mark.parametrize(
        "name",
        [
            "../x",
            "..",
            ".",
            "/tmp/x",
            "a/b",
            "-x",
            ".hidden",
            "a\\b",
            "a\nb",
            "summary.json",
            "report.html",
            "report.md",
            "junit.xml",
            "timeline.json",
            "dashboard.html",
            "service.log",
            "Summary.json",
            "first",
            "FIRST",
        ],
    )
    def test_names_that_leave_the_folder_or_replace_a_result_are_refused(
        self, project: Project, name: str
    ) -> None:
        project.run(f"--output={name}").refused("--output needs a plain file name")

    def test_a_second_run_never_overwrites_the_first(self, project: Project) -> None:
        project.run("--output", "raw.json").passed()
        project.run("--output", "raw.json").passed()
        assert len(list(project.results.glob("*/raw.json"))) == 3  # two runs and `latest`


class TestRunId:
    def test_a_given_id_is_used_once(self, project: Project) -> None:
        assert (
            project.run(env={"RUN_ID": "nightly-7.1"}).passed().call.vars["RUN_ID"] == "nightly-7.1"
        )
        assert project.run_folder.name == "nightly-7.1"
        project.run(env={"RUN_ID": "nightly-7.1"}).refused("exists already", "RUN_ID")

    @pytest.mark.parametrize(
        "name", ["../x", "a/b", ".", "..", "a b", "-a/../b", "x" * 101, "a\n", "latest"]
    )
    def test_other_ids_are_refused(self, project: Project, name: str) -> None:
        project.run(env={"RUN_ID": name}).refused("RUN_ID (environment) needs")


def test_old_runs_are_removed_if_that_is_wanted(project: Project) -> None:
    project.run(env={"RUN_ID": "release-7"}).passed()
    old = [f"tests/load/results/2020010{day}T000000Z-smoke-0000000{day}" for day in range(1, 8)]
    for name in old:
        project.write(f"{name}/summary.json", "{}\n")
    project.write(f"{old[0]}/.running", f"wrapper={os.getpid()}\nscript=py\n")
    project.write("tests/load/results/20200109T000000Z-mine/notes.txt", "mine")
    assert len(project.runs) == 9
    project.run().passed()
    assert len(project.runs) == 10
    project.run(env={"KEEP_RUNS": "3"}).passed()
    left = [path.name for path in project.runs]
    assert left[0] == Path(old[0]).name, "a run that is at work stays"
    assert left[1:3] == [Path(old[6]).name, "20200109T000000Z-mine"]
    assert len(left) == 6
    assert "release-7" in left
    # Both may have begun in the same second: then their order is that of their random parts.
    assert os.readlink(project.results / "latest") in left[-3:-1]
    project.run(env={"KEEP_RUNS": "0"}).refused("KEEP_RUNS (environment) needs a whole number")


def test_two_runs_at_once_share_nothing(project: Project) -> None:
    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(lambda _: project.run("load", env={"SHIM_SECONDS": "1"}), range(4)))
    assert [result.code for result in results] == [0, 0, 0, 0]
    assert len(project.runs) == 4
    assert os.readlink(project.results / "latest") in {path.name for path in project.runs}
    assert not list(project.results.glob(".latest*"))


def test_something_named_latest_that_is_no_link_is_left_alone(project: Project) -> None:
    mine = project.write("tests/load/results/latest/mine.txt", "mine")
    result = project.run().passed()
    assert "is not a link" in result.stderr
    assert [path.name for path in mine.parent.iterdir()] == ["mine.txt"]


def dashboard(call: Call) -> dict[str, str]:
    """What a run was told about k6's dashboard."""
    return {key: call.env[key] for key in call.env if key.startswith("K6_WEB_DASHBOARD")}


def completed(result: Result) -> list[Call]:
    """The calls that completed a report."""
    return [call for call in result.calls if call.kind == "report"]


class TestReport:
    def test_the_dashboard_of_k6_costs_processor_time_and_is_off(self, project: Project) -> None:
        assert dashboard(project.run().passed().call) == {}

    def test_it_listens_on_this_machine_only(self, project: Project) -> None:
        assert dashboard(project.run("--dashboard").passed().call) == {
            "K6_WEB_DASHBOARD": "true",
            "K6_WEB_DASHBOARD_PORT": "0",
            "K6_WEB_DASHBOARD_HOST": "127.0.0.1",
            "K6_WEB_DASHBOARD_EXPORT": f"{project.run_folder}/dashboard.html",
            "K6_WEB_DASHBOARD_PERIOD": "1s",
        }

    def test_metrics_over_time_can_be_left_out(self, project: Project) -> None:
        call = project.run("--env", "TIMELINE=false").passed().call
        assert call.vars["TIMELINE"] == "false"
        project.run(env={"TIMELINE": "maybe"}).refused("TIMELINE (environment) needs true or false")

    def test_the_report_is_completed_after_the_run(self, project: Project) -> None:
        env = {"SHIM_REPORT": "good"}
        first = project.run("health", "--output", "raw.json", env=env).passed()
        assert (project.run_folder / "report.html").read_text().startswith("second")
        assert str(project.run_folder / "report.html") in first.stdout
        (call,) = completed(first)
        assert call.vars["RESULTS_DIR"] == str(project.run_folder)
        assert call.env["FILES"].split("\n") == [
            *("summary.json", "report.md", "junit.xml", "raw.json"),
        ]
        assert call.env["HISTORY"] == ""
        earlier = [str(project.run_folder / "summary.json")]
        (call,) = completed(project.run("health", env=env).passed())
        assert call.env["HISTORY"].split("\n") == earlier
        hidden = [path for path in project.results.glob("2*/.*") if path.name != ".running"]
        assert not hidden

    @pytest.mark.parametrize("outcome", ["cut", "107"])
    def test_when_that_fails_the_first_report_and_the_code_stay(
        self, project: Project, outcome: str
    ) -> None:
        result = project.run(env={"SHIM_REPORT": outcome}).passed()
        assert "warning: report.html shows no earlier runs" in result.stderr
        assert (project.run_folder / "report.html").read_text().startswith("first")
        result = project.run(env={"SHIM_REPORT": outcome, "SHIM_CODE": "99"})
        assert result.code == 99, result

    def test_every_part_of_a_run_gets_its_own(self, project: Project) -> None:
        result = project.run("all", env={"SHIM_REPORT": "good"}).passed()
        folders = [Path(call.vars["RESULTS_DIR"]).name for call in completed(result)]
        assert folders == ["api-public", "health"]

    @pytest.mark.parametrize(
        ("words", "period"),
        [
            (["load"], "10s"),
            (["load", "--duration", "30s"], "1s"),
            (["load", "--duration", "5m"], "5s"),
            (["load", "--duration", "2h"], "10s"),
            (["load", "--time-scale", "0.01"], "1s"),
        ],
    )
    def test_short_runs_get_short_periods(
        self, project: Project, words: list[str], period: str
    ) -> None:
        call = project.run("--dashboard", *words).passed().call
        assert call.env["K6_WEB_DASHBOARD_PERIOD"] == period
        call = (
            project.run("--dashboard", *words, env={"K6_WEB_DASHBOARD_PERIOD": "7s"}).passed().call
        )
        assert call.env["K6_WEB_DASHBOARD_PERIOD"] == "7s"


class TestDryRun:
    def test_the_printed_command_is_what_a_run_would_start(self, project: Project) -> None:
        words = [
            "load",
            "health",
            "--vus",
            "3",
            "--env",
            "NOTE=it's $(touch pwned)",
            "--dashboard",
            "--",
            "--tag",
            "a=b c",
        ]
        env = {"RUN_ID": "one"}
        printed = project.run("--dry-run", *words, env=env).passed()
        assert not printed.calls
        assert not project.runs
        subprocess.run(["bash", "-c", printed.stdout], env=project.environment({}), check=True)
        pasted = project.calls()[0]
        shutil.rmtree(project.results / "one")
        real = project.run(*words, env=env).passed().call
        version = real.args.index("RUN_K6_VERSION=v1.8.1")
        # The version and the limits of this machine are measured in a run.
        assert real.args[version - 2].startswith("GENERATOR_LIMITS=")
        assert pasted.args == real.args[: version - 3] + real.args[version + 1 :]
        assert pasted.env["K6_WEB_DASHBOARD_EXPORT"] == real.env["K6_WEB_DASHBOARD_EXPORT"]

    def test_it_says_what_happens_before(self, project: Project) -> None:
        env = {"START_COMMAND": "npm start"}
        printed = project.run("--dry-run", env=env).passed().stdout
        assert "# If nothing answers at http://localhost:8000, first: npm start" in printed
        assert "# Waits until http://localhost:8000 is healthy" in printed
        assert "#" not in project.run("--dry-run", "--no-wait", env=env).passed().stdout

    def test_it_needs_no_k6_and_shows_no_secret(self, project: Project) -> None:
        (project.bin / "k6").unlink()
        settings = project.write("s.env", "API_KEY=canary-3\nENVIRONMENT=qa\n")
        env: dict[str, str | None] = {
            "BASE_URL": "http://u:canary-4@localhost",
            "TEST_USER_PASSWORD": "canary-5",
            "PATH": "/usr/bin:/bin",
        }
        result = project.run("all", "--dry-run", "--env-file", str(settings), env=env).passed()
        assert "canary" not in result.all
        assert "# Export first: API_KEY BASE_URL" in result.stdout
        assert " ENVIRONMENT=qa " in f" {result.stdout}".replace("\n", " ")
        assert len([line for line in result.stdout.splitlines() if " run " in line]) == 2


class TestOutputs:
    @pytest.mark.parametrize(
        ("given", "reached"),
        [
            ("csv=x.csv", "csv=x.csv"),
            ("json=x y.json", "json=x y.json"),
            ("cloud", "cloud"),
            ("xk6-own=a,b", "xk6-own=a,b"),
        ],
    )
    def test_files_and_unknown_outputs_go_to_k6_as_they_are(
        self, project: Project, given: str, reached: str
    ) -> None:
        call = project.run("--out", given, "--out", "csv=2").passed().call
        flags = [call.args[i + 1] for i, word in enumerate(call.args) if word == "--out"]
        assert flags == [reached, "csv=2"]

    @pytest.mark.parametrize(
        ("out", "timeline", "passed"),
        [
            ("prometheus", None, "false"),
            ("influxdb=http://127.0.0.1:1/k6", None, "false"),
            ("influxdb", "true", None),
            ("csv=x.csv", None, None),
        ],
    )
    def test_stores_get_no_series_for_each_slice_of_time(
        self, project: Project, out: str, timeline: str | None, passed: str | None
    ) -> None:
        shown = project.run("--out", out, "--dry-run", env={"TIMELINE": timeline}).passed()
        found = re.findall(r"TIMELINE=(\w+)", shown.stdout)
        assert found == ([] if passed is None else [passed])

    @pytest.mark.parametrize(
        ("out", "env"),
        [
            ("prometheus=http://127.0.0.1:1/api/v1/write", {}),
            ("prometheus", {"K6_PROMETHEUS_RW_SERVER_URL": "http://127.0.0.1:1/x"}),
            ("experimental-prometheus-rw", {"K6_PROMETHEUS_RW_SERVER_URL": "http://127.0.0.1:1/x"}),
            ("influxdb=http://127.0.0.1:1/k6", {}),
            ("influxdb", {"K6_INFLUXDB_ADDR": "http://127.0.0.1:1"}),
            ("opentelemetry", {"K6_OTEL_GRPC_EXPORTER_ENDPOINT": "127.0.0.1:1"}),
        ],
    )
    def test_a_dead_back_end_ends_with_4_before_any_load(
        self, project: Project, out: str, env: dict[str, str | None]
    ) -> None:
        result = project.run("--out", out, env=env)
        assert result.code == 4, result
        assert f"--out {out.split('=', maxsplit=1)[0]}" in result.stderr
        assert "nothing answers at http://127.0.0.1:1" in result.stderr
        assert not result.runs
        assert not project.runs

    @pytest.mark.slow
    @pytest.mark.parametrize("out", ["influxdb={}/k6", "prometheus={}/nowhere"])
    def test_a_back_end_that_takes_no_figures_ends_with_4(
        self, any_project: Project, service: RunningService, out: str
    ) -> None:
        any_project.write("short.js", SHORT)
        words = ("./short.js", "--no-wait", "--out", out.format(service.url))
        result = any_project.run(*words, timeout=60)
        assert result.code == 4, result
        assert "level=error" in result.stderr, "k6's log is not passed on"
        assert "metrics lost" in result.stderr
        assert "passed" not in result.stdout
        assert not list(any_project.run_folder.glob(".log"))

    @pytest.mark.parametrize(
        ("said", "code", "ended"),
        [
            ('level=error msg="Couldn\'t write stats" output=InfluxDBv1', "0", 4),
            ('level=error msg="Couldn\'t write stats" output=InfluxDBv1', "99", 99),
            ('level=error msg="Couldn\'t write stats" source=console', "0", 0),
            ("no end of line\nlevel=info", "0", 0),
        ],
    )
    def test_the_log_of_k6_decides_and_is_passed_on(
        self, project: Project, listening: int, said: str, code: str, ended: int
    ) -> None:
        env = {"SHIM_LOG": said, "SHIM_CODE": code}
        result = project.run("--out", f"influxdb=http://127.0.0.1:{listening}/k6", env=env)
        assert result.code == ended, result
        assert f"{said}\n" in result.stderr

    def test_a_dead_back_end_that_is_only_configured_is_a_warning(self, project: Project) -> None:
        result = project.run(env={"K6_OUT": "influxdb=http://127.0.0.1:1/k6"}).passed()
        assert "warning: K6_OUT=influxdb" in result.stderr

    def test_prometheus_gets_the_percentiles_that_the_dashboards_draw(
        self, project: Project, listening: int
    ) -> None:
        out = ("--out", f"prometheus=http://127.0.0.1:{listening}/api/v1/write")
        name = "K6_PROMETHEUS_RW_TREND_STATS"
        assert project.run(*out).passed().call.env[name] == "p(50),p(95),p(99),avg,max"
        assert project.run(*out, env={name: "p(90)"}).passed().call.env[name] == "p(90)"
        histogram = {"K6_PROMETHEUS_RW_TREND_AS_NATIVE_HISTOGRAM": "true"}
        assert name not in project.run(*out, env=histogram).passed().call.env
        assert name not in project.run("--out", "csv=x.csv").passed().call.env

    def test_prometheus_gets_its_address_by_the_variable_that_k6_reads(
        self, project: Project, listening: int
    ) -> None:
        url = f"http://127.0.0.1:{listening}/api/v1/write"
        call = project.run("--out", f"prometheus={url}").passed().call
        assert call.env["K6_PROMETHEUS_RW_SERVER_URL"] == url
        assert "experimental-prometheus-rw" in call.args

    def test_a_password_in_an_output_is_refused(self, project: Project) -> None:
        stderr = project.run("--out", "influxdb=http://u:canary-2@127.0.0.1:1/k6").refused(
            "--out influxdb", "Export"
        )
        assert "canary-2" not in stderr


def test_a_test_that_fails_itself_is_not_called_passed(
    real_project: Project, service: RunningService
) -> None:
    """k6 hands `handleSummary` nothing of `exec.test.fail()`."""
    script = real_project.load / "scripts" / "health.js"
    text = script.read_text(encoding="utf-8")
    head = "import exec from 'k6/execution';\n"
    changed = text.replace("  pause(0.1);", "  exec.test.fail('because');\n  pause(0.1);")
    assert changed != text
    script.write_text(head + changed, encoding="utf-8")
    settings = {"BASE_URL": service.url, "VUS": "1", "DURATION": "1s", "THRESHOLDS": PATIENT}
    found = real_project.run("health", env=settings)
    assert found.code == 110, found
    assert "failed: health (failed by the script, exit code 110)" in found.stderr
    assert (
        "summary.json and the report say passed, k6 does not: failed by the script" in found.stderr
    )
