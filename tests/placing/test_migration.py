"""Projects of an older version of the template, edited in every file, get the present one.

The old template comes out of this repository's history: what is tested is what such a project has,
not a copy that could drift. A clone without the history has to fetch it.
"""

from __future__ import annotations

import os
import re
import shutil
import tarfile
from pathlib import Path

import pytest
from placing import imports
from service.testing import RunningService

from tests.generation.commands import (
    MANIFEST,
    OLD_UPDATE,
    Result,
    commit_all,
    contents,
    cookie,
    run,
)
from tests.support.layout import REPOSITORY, needs_extensions
from tests.support.suite_runner import PATIENT

pytestmark = pytest.mark.slow

# The last commit before the engine moved out of lib/.
OLD = "74eaddc259e0d2b46a8417d98e8c1260e37c3230"
PARTS = ("cookiecutter.json", "hooks", "presets", "{{cookiecutter.project_slug}}")
COMMENTS = {".css": "/* {} */", ".js": "// {}", ".md": "{}", ".sql": "-- {}", ".ts": "// {}"}
MARK = re.compile(r"user-\w+")
OWN = """\
// user-own
import { checker, HEALTHY } from '../lib/checker.js';
import { BASE_URL } from '../lib/config.js';
import { formatDuration } from '../lib/duration.js';
import { endpoint, request } from '../lib/http.js';
import { defineTest } from '../lib/test.js';

/** @type {import('../types/suite.js').Endpoint} */
const HEALTH = endpoint('health', `${BASE_URL}/health`, { kind: 'health' });
const check = checker(HEALTH.name, HEALTHY);

const test = defineTest({
  name: 'mine',
  own: { key: 'mine', shape: { executor: 'constant-vus', vus: 1, duration: formatDuration(1000) } },
  endpoints: [HEALTH],
});

export const { options, setup, teardown, handleSummary } = test;

export default test.run(() => {
  check(request(HEALTH));
});
"""
OWN_IMPORTS = {
    4: ("../lib/duration.js", "../engine/settings/duration.js"),
    6: ("../lib/test.js", "../lib/define.js"),
    8: ("../types/suite.js", "../engine/types/suite.js"),
}
MINE = "tests/load/scripts/mine.js"


@pytest.fixture(scope="module")
def old_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The template as it was."""
    folder = tmp_path_factory.mktemp("old-template")
    archive = folder / "template.tar"
    done = run(["git", "archive", "-o", str(archive), OLD, *PARTS], REPOSITORY)
    if done.code != 0:
        pytest.fail(f"commit {OLD} is not here: git fetch --unshallow ({done.err})", pytrace=False)
    with tarfile.open(archive) as tar:
        tar.extractall(folder / "template", filter="data")
    return folder / "template"


def edited_project(template: Path, output: Path, answers: str, *, committed: bool) -> Path:
    """Generate an old project, perhaps commit it, and edit every file of it."""
    options = (
        [] if answers == "defaults" else ["--config-file", f"{template}/presets/{answers}.yaml"]
    )
    result = cookie(output, "--no-input", "-o", str(output), *options, template=template)
    assert result.code == 0, result.err
    project = next(path for path in output.iterdir() if path.is_dir())
    if committed:
        commit_all(project)
    names = [name for name in contents(project) if name != f"{MANIFEST}.json"]
    assert len(names) > 80
    for number, name in enumerate(names):
        path = project / name
        path.write_text(edited(path, f"user-{number}"), encoding="utf-8")
    (project / MINE).write_text(OWN, encoding="utf-8")
    return project


def edited(path: Path, mark: str) -> str:
    """Return a file with the user's mark at its end, and in modules below the first import too."""
    text = path.read_text(encoding="utf-8")
    if path.suffix in {".json", ".jsonl"}:
        return text.replace("{", f'{{"{mark}": true, ', 1) if "{" in text else f"{text}\n"
    comment = COMMENTS.get(path.suffix, "# {}")
    lines = text.splitlines()
    first = next((i for i, line in enumerate(lines) if line.startswith("import ")), None)
    if path.suffix == ".js" and first is not None and lines[first].endswith(";"):
        lines.insert(first + 1, comment.format(f"{mark}b"))
    return "\n".join([*lines, comment.format(mark), ""])


def marks(project: Path) -> set[str]:
    """Return the user's marks in all files of a project."""
    found: set[str] = set()
    for name, content in contents(project).items():
        if name != f"{MANIFEST}.json":
            found.update(MARK.findall(content.decode("utf-8")))
    return found


def dead_imports(project: Path) -> list[str]:
    """Return the imports of the suite's modules that lead to nothing."""
    dead = []
    for name, content in contents(project).items():
        if not name.endswith(imports.SOURCES) or "/results/" in name:
            continue
        for item in imports.find(content.decode("utf-8")):
            if not item.specifier.endswith(imports.SOURCES):
                continue  # a folder or data
            target = project / imports.resolve(name, item.specifier)
            if not target.is_file() and not target.with_suffix(".d.ts").is_file():
                dead.append(f"{name}:{item.line} {item.specifier}")
    return dead


def beside(project: Path, kind: str) -> set[str]:
    """Return the files of a kind; a number follows where two old files have become one."""
    return {name for name in contents(project) if name.rstrip("0123456789").endswith(kind)}


def named(result: Result, words: str) -> set[str]:
    """Return the paths that an update listed with these words."""
    found = re.findall(rf"^  {re.escape(words)} +(\S+)", result.out, re.MULTILINE)
    return set(found)


def smoke(project: Path, service: RunningService, k6: Path, test: str) -> Result:
    return run(
        ["bash", "scripts/load-test.sh", "smoke", test],
        project,
        BASE_URL=service.url,
        DURATION="1s",
        THRESHOLDS=f"{PATIENT};checks{{name:health}}=rate>0.1",  # a busy machine is no failure
        PATH=f"{k6.parent}{os.pathsep}{os.environ['PATH']}",
    )


def scripts_that_do_not_load(project: Path, k6: Path) -> dict[str, str]:
    """Return what k6 says about each test of the suite that it cannot load."""
    errors = {}
    for script in sorted((project / "tests/load").glob("sc*/*.js")):
        if not needs_extensions(script):
            result = run([k6, "inspect", "--env", "BASE_URL=http://127.0.0.1:9", script], project)
            errors[script.name] = result.err if result.code else ""
    return {name: error for name, error in errors.items() if error}


@pytest.mark.parametrize("committed", [True, False], ids=["with git", "without git"])
@pytest.mark.parametrize("answers", ["defaults", "everything"])
def test_an_old_project_edited_in_every_file_updates(
    old_template: Path,
    tmp_path: Path,
    service: RunningService,
    k6_binary: Path,
    answers: str,
    committed: bool,
) -> None:
    project = edited_project(old_template, tmp_path, answers, committed=committed)
    before = marks(project)

    result = cookie(project, *OLD_UPDATE)

    assert result.code == 0, result.out + result.err
    assert before - marks(project) == set(), result.out
    assert dead_imports(project) == []
    assert beside(project, ".yours") == named(result, "your version saved as .yours")
    assert beside(project, ".new") == named(result, "new version saved as .new")
    if committed:  # nearly everything merges; a mark can be beside a line that the template changed
        conflicts = beside(project, ".yours") | beside(project, ".new")
        assert len(conflicts) < len(contents(project)) / 6, conflicts
    for line, (was, now) in OWN_IMPORTS.items():
        assert f'{MINE}:{line}  ("{was}" is now "{now}")' in result.out
    for test in ("health", "mine"):
        done = smoke(project, service, k6_binary, test)
        assert done.code == 0, done.out + done.err
    broken = scripts_that_do_not_load(project, k6_binary)
    # An edited table of operations stays as it is; its new format is one command away.
    table = broken.pop("openapi.js", "load-test.sh openapi update")
    assert "load-test.sh openapi update" in table
    assert broken == {}

    shutil.rmtree(project / "tests/load/results")
    settled = contents(project)
    again = cookie(project, *OLD_UPDATE)
    assert contents(project) == settled
    assert "nothing to do" in again.out
    assert named(again, "your version is still there as .yours") == beside(project, ".yours")
    assert {line for line in again.out.split("\n") if line.startswith("  tests")} == set()

    for name in beside(project, ".yours"):
        (project / name).unlink()
    current = cookie(project, *OLD_UPDATE, K6_SUITE_CHECK="1")
    assert current.code == 0, current.out


def test_old_imports_are_rewritten_when_asked(
    old_template: Path, tmp_path: Path, service: RunningService, k6_binary: Path
) -> None:
    project = edited_project(old_template, tmp_path, "defaults", committed=True)
    result = cookie(project, *OLD_UPDATE, K6_SUITE_REWRITE_IMPORTS="1")
    assert result.code == 0, result.out + result.err
    expected = OWN
    for was, now in OWN_IMPORTS.values():
        expected = expected.replace(f"'{was}'", f"'{now}'")
    assert (project / MINE).read_text(encoding="utf-8") == expected
    assert not (project / "tests/load/lib/test.js").exists()
    assert dead_imports(project) == []
    done = smoke(project, service, k6_binary, "mine")
    assert done.code == 0, done.out + done.err
