"""The command line: forms, options, and what is refused before anything happens."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.support.wrapper_project import Project

HOSTILE_TEXTS = [
    "$(touch pwned)",
    "`touch pwned`",
    "; touch pwned",
    "&& touch pwned",
    "*",
    "~",
    "%s%n",
    "a\"b'c",
    "a\nb",
    "${IFS}x",
    "\\",
    " x ",
]


def test_no_arguments_run_smoke(project: Project) -> None:
    result = project.run().passed()
    assert result.call.script == str(project.load / "scenarios/smoke.js")
    assert result.call.vars["PROFILE"] == "smoke"


@pytest.mark.parametrize(
    ("words", "script", "profile"),
    [
        (["smoke"], "scenarios/smoke.js", "smoke"),
        (["stress"], "scenarios/stress.js", "stress"),
        (["health"], "scripts/health.js", None),
        (["api"], "scripts/api-public.js", None),
        (["api-public"], "scripts/api-public.js", None),
        (["load", "health"], "scripts/health.js", "load"),
        (["load", "api"], "scripts/api-public.js", "load"),
        (["health", "--profile", "soak"], "scripts/health.js", "soak"),
        (["health", "--profile", "flash-sale"], "scripts/health.js", "flash-sale"),
        (["--profile", "load"], "scenarios/load.js", "load"),
        (["scripts/health.js"], "scripts/health.js", None),
        (["load", "scripts/health.js"], "scripts/health.js", "load"),
        (["scenarios/load.js"], "scenarios/load.js", "load"),
    ],
)
def test_a_name_means_a_script_and_a_profile(
    project: Project, words: list[str], script: str, profile: str | None
) -> None:
    call = project.run(*words).passed().call
    assert call.script == str(project.load / script)
    assert call.vars.get("PROFILE") == profile


@pytest.mark.parametrize(
    ("words", "profile"),
    [(["all"], "smoke"), (["load", "all"], "load"), (["all", "--profile", "soak"], "soak")],
)
def test_all_runs_every_test_under_one_profile(
    project: Project, words: list[str], profile: str
) -> None:
    project.write("tests/load/scripts/my own.js", "// Mine.\n")
    runs = project.run(*words).passed().runs
    names = ["api-public", "health", "my own"]
    assert [run.script for run in runs] == [
        str(project.load / f"scripts/{name}.js") for name in names
    ]
    assert {run.vars["PROFILE"] for run in runs} == {profile}
    assert len({run.vars["RUN_ID"] for run in runs}) == len(names)
    assert {Path(run.vars["RESULTS_DIR"]).parent for run in runs} == {project.run_folder}


def test_a_profile_from_the_environment_chooses_the_scenario(project: Project) -> None:
    call = project.run(env={"PROFILE": "soak"}).passed().call
    assert call.script == str(project.load / "scenarios/soak.js")
    assert project.run("load", env={"PROFILE": "soak"}).passed().call.vars["PROFILE"] == "load"


def test_all_runs_the_tests_of_the_setting(project: Project) -> None:
    env = {"ALL_TESTS": "health, api"}
    names = [run.script.split("/")[-1] for run in project.run("all", env=env).passed().runs]
    assert names == ["health.js", "api-public.js"]
    listed = project.run("--list", env=env).passed()
    assert "One after the other: health, api" in listed.stdout
    project.run("all", env={"ALL_TESTS": "health,gone"}).refused("ALL_TESTS names 'gone'")


@pytest.mark.parametrize(
    "words", [["--help"], ["-h"], ["load", "-h"], ["--vus", "--help"], ["nonsense", "--no", "-h"]]
)
def test_help_comes_first_and_needs_no_k6(project: Project, words: list[str]) -> None:
    (project.bin / "k6").unlink()
    result = project.run(*words).passed()
    assert "Usage: load-test.sh [PROFILE] [TEST] [options] [-- K6 ARGS]" in result.stdout
    assert result.stderr == ""


@pytest.mark.parametrize(
    "words",
    [
        ["--vus", "5", "load", "--duration", "2m"],
        ["load", "--vus=5", "--duration=2m"],
        ["--vus=5", "--duration", "2m", "load"],
        ["load", "--vus", "9", "--vus", "5", "--duration", "1h", "--duration=2m"],
    ],
)
def test_options_stand_anywhere_in_both_forms_and_the_last_wins(
    project: Project, words: list[str]
) -> None:
    call = project.run(*words).passed().call
    assert (call.vars["VUS"], call.vars["DURATION"]) == ("5", "2m")
    assert not {"--vus", "--duration", "-u", "-d"} & set(call.args)


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["--nonsense"], ["'--nonsense'"]),
        (["--nonsense=1"], ["'--nonsense=1'"]),
        (["-x"], ["'-x'"]),
        (["-u5"], ["'-u5'"]),
        (["--vus"], ["--vus needs a whole number from 1 to 100000", "nothing"]),
        (["--vus", ""], ["--vus needs a whole number", "empty"]),
        (["--vus="], ["--vus needs a whole number", "empty"]),
        (["--vus", "--duration", "5m"], ["--vus needs a whole number", "the option --duration"]),
        (["--quiet=yes"], ["--quiet takes no value"]),
        (["--slo", "../x"], ["--slo needs a name"]),
        (["--time-scale", "0"], ["--time-scale needs a number from 0.001 to 100"]),
        (["--time-scale", "100.001"], ["--time-scale needs"]),
        (["--think-time", "-1"], ["--think-time needs a number from 0 to 10"]),
        (["--think-time", "10.0000001"], ["--think-time needs"]),
        (["--threshold", "p(95)<300"], ["--threshold needs METRIC=EXPRESSION"]),
        (["--threshold", "a=b;c=d"], ["--threshold needs METRIC=EXPRESSION"]),
        (["--env", "NOVALUE"], ["--env needs NAME=VALUE"]),
        (["--env", "K6_VUS=3"], ["--env K6_VUS"]),
        (["--wait", "5"], ["--wait needs a duration"]),
        (["a", "b", "c"], ["too many names"]),
        ([""], ["unknown profile or test ''"]),
        (["load", "--profile", "soak"], ["given twice", "load", "soak"]),
        (["health", "load"], ["the profile comes first"]),
        (["nope", "health"], ["unknown profile 'nope'", "smoke"]),
        (["smoke", "nope"], ["unknown profile or test 'nope'"]),
        (["--profile", "flash-sale"], ["flash-sale", "no file in scenarios/"]),
        (["--start", "x", "--no-wait"], ["--start and --no-wait"]),
        (["smoke", "--", "--vus", "5"], ["--vus behind --"]),
        (["smoke", "--", "--vus=5"], ["--vus=5 behind --"]),
        (["smoke", "--", "-u5"], ["-u5 behind --"]),
        (["smoke", "--", "-d", "5m"], ["-d behind --"]),
        (["smoke", "--", "--iterations", "5"], ["--iterations behind --"]),
        (["smoke", "--", "-s", "1m:5"], ["-s behind --"]),
        (["smoke", "--", "--stage=1m:5"], ["--stage=1m:5 behind --"]),
        (["smoke", "--", "-e", "BASE_URL=x"], ["-e behind --"]),
        (["smoke", "--", "--env=A=b"], ["--env behind --"]),
        (["smoke", "--", "--no-thresholds"], ["--no-thresholds behind --", "verdict"]),
        (["smoke", "--", "--no-thresholds=true"], ["--no-thresholds=true behind --"]),
        (["smoke", "--", "--no-summary"], ["--no-summary behind --"]),
        (["smoke", "--", "--summary-mode", "disabled"], ["--summary-mode behind --"]),
        (["smoke", "--", "--no-setup"], ["--no-setup behind --"]),
        (["smoke", "--", "-o", "influxdb=http://127.0.0.1:1/k6"], ["-o behind --", "Use --out"]),
        (["smoke", "--", "-ojson=x"], ["-ojson=x behind --", "Use --out"]),
        (["smoke", "--", "--out=json=x"], ["--out=json=x behind --"]),
        (["smoke", "--", "-qi1"], ["-qi1 behind --", "several flags"]),
        (["smoke", "--", "-qeBASE_URL=http://x"], ["-qeBASE_URL behind --"]),
    ],
)
def test_wrong_usage_is_refused_with_the_accepted_form_and_the_next_command(
    project: Project, words: list[str], named: list[str]
) -> None:
    stderr = project.run(*words).refused(*named)
    assert "  Try: " in stderr or "exclude each other" in stderr
    assert "Usage:" not in stderr
    assert len(stderr.splitlines()) <= 2
    assert not project.runs


@pytest.mark.parametrize(
    "value", ["0", "-1", "1.5", "1e3", "abc", "08", "99999999999", "\uff13", "5 ", "100001", "0x5"]
)
def test_impossible_vus_are_refused_from_every_source(project: Project, value: str) -> None:
    project.run("load", f"--vus={value}").refused(
        "--vus needs a whole number from 1 to 100000", value
    )
    project.run("load", env={"VUS": value}).refused("VUS (environment) needs a whole number")
    settings = project.write("more.env", f"VUS='{value}'\n")
    project.run("load", "--env-file", str(settings)).refused(f"VUS in {settings}")


@pytest.mark.parametrize(
    "value",
    ["90", "5M", "1w", "1 m", "-1s", "0s", "500ms", "999ms", "s", "5", "5m x", "1h-1m", "\uff13s"],
)
def test_impossible_durations_are_refused_from_every_source(project: Project, value: str) -> None:
    accepted = "needs a duration with a unit, at least 1s"
    project.run("load", f"--duration={value}").refused(f"--duration {accepted}")
    project.run("load", env={"DURATION": value}).refused(f"DURATION (environment) {accepted}")


@pytest.mark.parametrize(
    "value", ["1s", "1000ms", "90s", "5m", "1.5m", "1m30s", "1d", "2h45m", "0.5h", "08s"]
)
def test_durations_of_k6_are_accepted(project: Project, value: str) -> None:
    assert project.run("load", "--duration", value).passed().call.vars["DURATION"] == value


@pytest.mark.parametrize("value", ["0.001", "0.5", "1", "100", "100.0"])
def test_time_scales_in_range_are_accepted(project: Project, value: str) -> None:
    assert project.run("load", "--time-scale", value).passed().call.vars["TIME_SCALE"] == value


def test_an_unknown_name_lists_the_known_ones(project: Project) -> None:
    stderr = project.run("lod").refused("'lod'")
    for name in (
        "smoke",
        "load",
        "stress",
        "soak",
        "spike",
        "breakpoint",
        "health",
        "api-public",
        "all",
    ):
        assert name in stderr


def test_an_option_beats_the_environment_and_an_empty_variable_is_no_setting(
    project: Project,
) -> None:
    call = project.run("load", "--vus", "3", env={"VUS": "9", "DURATION": "2m"}).passed().call
    assert (call.vars["VUS"], call.vars["DURATION"]) == ("3", "2m")
    call = project.run("load", env={"VUS": "", "DURATION": "", "BASE_URL": ""}).passed().call
    assert "VUS" not in call.vars
    assert "DURATION" not in call.vars
    assert call.vars["BASE_URL"] == "http://localhost:8000"


def test_thresholds_are_joined(project: Project) -> None:
    call = (
        project.run(
            "load",
            "--threshold",
            "http_req_duration=p(95)<300",
            "--threshold",
            "checks{name:health}=rate>0.9",
        )
        .passed()
        .call
    )
    assert call.vars["THRESHOLDS"] == "http_req_duration=p(95)<300; checks{name:health}=rate>0.9"


def test_words_behind_two_dashes_reach_k6_as_they_are(project: Project) -> None:
    call = project.run("load", "--vus", "2", "--", "--tag", "a=b c", "--verbose").passed().call
    assert call.args[-4:-1] == ["--tag", "a=b c", "--verbose"]


@pytest.mark.parametrize("text", HOSTILE_TEXTS)
def test_hostile_text_is_one_literal_argument(project: Project, text: str) -> None:
    result = project.run("load", "--env", f"NOTE={text}", env={"PROJECT_NAME": text}).passed()
    assert result.call.vars["NOTE"] == text
    assert f"{text.replace(chr(10), '?')} load test" in result.stdout


@pytest.mark.parametrize("text", HOSTILE_TEXTS[::2])
@pytest.mark.parametrize(
    "option", ["--vus", "--duration", "--base-url", "--profile", "--time-scale", "--output"]
)
def test_hostile_text_is_refused_where_it_means_nothing(
    project: Project, option: str, text: str
) -> None:
    if option == "--output" and "/" not in text and "\n" not in text and "\\" not in text:
        result = project.run("load", option, text).passed()
        assert (project.run_folder / text).is_file(), result
    else:
        project.run("load", f"{option}={text}").refused(option)
        assert not project.runs


@pytest.mark.parametrize("text", HOSTILE_TEXTS)
def test_hostile_names_are_refused(project: Project, text: str) -> None:
    project.run(text).refused("unknown")
    project.run("load", text).refused("unknown")


class TestFiles:
    def test_a_file_is_found_from_here_and_from_tests_load(self, project: Project) -> None:
        mine = project.write("my tests/a b.js", "")
        for name, cwd in (
            (str(mine), Path("/")),
            ("my tests/a b.js", project.root),
            ("a b.js", mine.parent),
            ("./a b.js", mine.parent),
            ("scripts/health.js", Path("/")),
        ):
            call = project.run(name, cwd=cwd).passed().call
            assert Path(call.script).is_absolute()
            assert Path(call.script).name == Path(name).name

    def test_a_name_with_a_leading_dash_needs_its_folder(self, project: Project) -> None:
        mine = project.write("-x.js", "")
        assert "./-x.js" in project.run("-x.js").refused("-x.js")
        assert project.run("./-x.js").passed().call.script == str(mine)

    def test_missing_files_folders_and_pipes_are_refused(self, project: Project) -> None:
        project.run("nowhere.js").refused("no such file", "nowhere.js")
        project.run("tests/load/scripts").refused("is a folder")
        os.mkfifo(project.root / "pipe.js")
        project.run("pipe.js").refused("cannot be read")

    @pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
    def test_an_unreadable_file_is_refused(self, project: Project) -> None:
        project.write("secret.js", "", mode=0)
        project.run("secret.js").refused("cannot be read")

    def test_a_scenario_file_runs_its_own_profile_only(self, project: Project) -> None:
        project.run("soak", "scenarios/load.js").refused(
            "scenarios/load.js always runs the profile load"
        )


def test_list_names_profiles_and_tests_with_their_first_comment(project: Project) -> None:
    (project.bin / "k6").unlink()
    lines = project.run("--list").passed().stdout.splitlines()
    assert "  smoke                Smoke: a profile." in lines
    assert "  health               health: a test." in lines
    assert any(line.startswith("  all ") for line in lines)


def test_version_names_the_suite_and_k6(project: Project) -> None:
    assert project.run("--version").passed().stdout.splitlines() == [
        "load-test.sh 0.9.1",
        f"k6 v1.8.1 ({project.bin}/k6)",
    ]
    (project.bin / "k6").unlink()
    empty = project.run("--version", env={"PATH": os.defpath})
    assert "k6 not found" in empty.stdout


@pytest.mark.parametrize("words", [("--tag", "a=b\\"), ("--tag=a=b\\",), ("--tag", "a=b\nc")])
def test_tags_that_lose_samples_are_refused(project: Project, words: tuple[str, ...]) -> None:
    project.run("smoke", "--", *words).refused("stores of time series lose samples with such tags")
    project.run("smoke", "--", "--tag", "a=b\\c", "--user-agent", "x\\").passed()


def test_a_baseline_needs_paths_without_line_breaks(project: Project) -> None:
    env: dict[str, str | None] = {"RESULTS_DIR": str(project.root / "two\nlines")}
    project.run("--save-baseline", env=env).refused("--save-baseline needs a project and a results")
    project.run(env=env).passed()
