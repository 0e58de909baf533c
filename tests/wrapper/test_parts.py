"""load-test.sh reads its parts, and optional features take part by hooks."""

from __future__ import annotations

import shutil

import pytest

from tests.support.layout import shell_parts
from tests.support.wrapper_project import Project

OPTIONAL = ["database", "cdc", "sockets", "observability", "openapi", "traffic"]


def test_a_missing_part_is_named_with_the_way_to_restore_it(project: Project) -> None:
    for part in shell_parts():
        if part.parent.name != "shell":
            continue
        file = project.load / "engine" / "shell" / part.name
        content = file.read_bytes()
        file.unlink()
        result = project.run()
        result.refused(f"engine/shell/{part.name} is missing", "git checkout -- tests/load")
        assert len(result.stderr.splitlines()) == 1
        file.write_bytes(content)


def test_without_any_suite_it_says_so(project: Project) -> None:
    shutil.rmtree(project.load)
    project.run("--version").refused("no suite in", str(project.load))


def test_without_features_nothing_of_them_is_left(project: Project) -> None:
    shutil.rmtree(project.load / "engine" / "features")
    shown = project.run("--help").passed().stdout
    assert not [word for word in ("--stack", "cleanup", "openapi") if word in shown]
    project.run("--stack").refused("unknown option '--stack'")
    project.run("cleanup", "one").refused("unknown profile 'cleanup'")
    project.run("load", "--dry-run", "--verbose").passed()
    assert project.run("all").passed().runs


@pytest.mark.parametrize("feature", OPTIONAL)
def test_every_feature_works_without_the_others(project: Project, feature: str) -> None:
    for other in OPTIONAL:
        if other != feature:
            shutil.rmtree(project.load / "engine" / "features" / other)
    assert len(project.run("all").passed().runs) == 2
    project.run("--dry-run", "load").passed()


class TestOldNames:
    """Tests of pipelines were called X-test."""

    @pytest.mark.parametrize("words", [["soak-test"], ["load", "soak-test"]])
    def test_an_old_name_still_works_and_warns(self, project: Project, words: list[str]) -> None:
        project.write("tests/load/scripts/cdc-soak.js", "// Mine.\n")
        result = project.run(*words).passed()
        assert result.call.script.endswith("/tests/load/scripts/cdc-soak.js")
        assert "warning: the test soak-test is now called cdc-soak." in result.stderr

    def test_a_test_of_that_name_comes_first(self, project: Project) -> None:
        project.write("tests/load/scripts/cdc-soak.js", "// Mine.\n")
        project.write("tests/load/scripts/soak-test.js", "// Mine as well.\n")
        result = project.run("soak-test").passed()
        assert result.call.script.endswith("/scripts/soak-test.js")
        assert "warning" not in result.stderr

    def test_other_names_are_refused_as_ever(self, project: Project) -> None:
        project.run("spike-test").refused("unknown profile or test 'spike-test'")
