"""Files that the template moves: edits go along, imports stay alive, and nothing is lost."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from placing import imports, run, tree
from placing.renames import Renames
from placing.steps import Plan

from tests.placing.test_crash import LastDisk, StubbornDisk
from tests.support.layout import STAGE, SUITE_FILES
from tests.support.small_template import Killed, Project, Unfinished, write_tables

LOAD = "tests/load"
OLD, NEW = f"{LOAD}/lib/thing.js", f"{LOAD}/engine/thing.js"
OLD_TYPES, NEW_TYPES = f"{LOAD}/types/thing.d.ts", f"{LOAD}/engine/types/thing.d.ts"
TEST = f"{LOAD}/scripts/test.js"
MINE = f"{LOAD}/scripts/mine.js"
RENAMES = [
    [f"{LOAD}/lib/thing.js", f"{LOAD}/engine/thing.js"],
    [f"{LOAD}/lib/helper.js", f"{LOAD}/engine/helper.js"],
    [f"{LOAD}/lib/report/", f"{LOAD}/engine/report/"],
    [f"{LOAD}/types/thing.d.ts", f"{LOAD}/engine/types/thing.d.ts"],
    # split
    [f"{LOAD}/lib/both.js", f"{LOAD}/engine/left.js"],
    [f"{LOAD}/lib/both.js", f"{LOAD}/engine/right.js"],
    # joined
    [f"{LOAD}/lib/first.js", f"{LOAD}/engine/joined.js"],
    [f"{LOAD}/lib/second.js", f"{LOAD}/engine/joined.js"],
]


def lines(*texts: str) -> bytes:
    return ("\n".join(texts) + "\n").encode()


FILLER = [f"// line {number}" for number in range(6)]
HELPER = lines("export function help() {}", "export default 1;")
BEFORE = {
    OLD: lines('import { help } from "./helper.js";', *FILLER, "export const thing = help;"),
    f"{LOAD}/lib/helper.js": HELPER,
    f"{LOAD}/lib/stays.js": lines("export const stays = 1;"),
    f"{LOAD}/lib/gone.js": lines("export const gone = 1;"),
    f"{LOAD}/lib/report/page.js": lines("export const page = 1;"),
    f"{LOAD}/lib/both.js": lines("export const left = 1;", "export const right = 2;"),
    f"{LOAD}/lib/first.js": lines("export const first = 1;"),
    f"{LOAD}/lib/second.js": lines("export const second = 1;"),
    OLD_TYPES: lines("export interface Thing {}"),
    TEST: lines('import { thing } from "../lib/thing.js";', *FILLER, "export default thing;"),
    "scripts/run.sh": lines("#!/bin/sh", "k6 run lib/helper.js"),
}
AFTER = {
    NEW: lines(
        'import { help } from "./helper.js";', *FILLER, "// new", "export const thing = help;"
    ),
    f"{LOAD}/engine/helper.js": HELPER,
    f"{LOAD}/lib/stays.js": lines("export const stays = 1;"),
    f"{LOAD}/engine/report/page.js": lines("export const page = 1;"),
    f"{LOAD}/engine/left.js": lines("export const left = 1;"),
    f"{LOAD}/engine/right.js": lines("export const right = 2;"),
    f"{LOAD}/engine/joined.js": lines("export const first = 1;", "export const second = 1;"),
    NEW_TYPES: lines("export interface Thing {}"),
    TEST: lines('import { thing } from "../engine/thing.js";', *FILLER, "export default thing;"),
    "scripts/run.sh": lines("#!/bin/sh", "k6 run engine/helper.js"),
}


def template(version: int) -> dict[str, bytes]:
    """Return the staged files: 0 is before the moves, 1 after them, 2 a later version."""
    files = dict(AFTER if version else BEFORE)
    if version == 2:
        files[NEW] = files[NEW].replace(b"// line 5", b"// line five")
    return {**files, run.VERSION_FILE: b"1.%d.0\n" % version}


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    """A project of the version before the moves, committed."""
    made = Project.create(write_tables(tmp_path, RENAMES))
    made.template = template
    made.generate(0)
    made.commit()
    yield made
    made.close()


def edit(project: Project, path: str, line: str, at: int = 0) -> None:
    """Insert a line of the user's."""
    text = project.read(path).decode().split("\n")
    project.write(path, "\n".join([*text[:at], line, *text[at:]]).encode())


def said(plan: Plan, verb: str) -> dict[str, str]:
    """Return what a plan says with a verb: path -> note."""
    return {action.path: action.note for action in plan.actions if action.verb == verb}


def dead_imports(project: Project) -> list[str]:
    """Return the imports of the project that lead to nothing."""
    dead = []
    for path in project.files():
        if path.endswith(imports.SOURCES):
            for item in imports.find(project.read(path).decode()):
                target = project.path(imports.resolve(path, item.specifier))
                if not target.exists() and not target.with_suffix(".d.ts").exists():
                    dead.append(f"{path}:{item.line} {item.specifier}")
    return dead


def settled(project: Project, version: int) -> Plan:
    """Return the plan of a second run, which must change nothing."""
    before = project.shapes()
    plan = project.generate(version)
    assert [action for action in plan.actions if action.changes] == []
    assert project.shapes() == before
    return plan


# --- edited files that move ------------------------------------------------------------------


def test_an_edit_beside_an_import_line_goes_along(project: Project) -> None:
    edit(project, OLD, 'import { stays } from "./stays.js";', at=1)
    edit(project, TEST, "// mine", at=1)
    project.generate(1)
    assert project.read(NEW).decode().split("\n")[:2] == [
        'import { help } from "./helper.js";',
        'import { stays } from "../lib/stays.js";',
    ]
    assert b"// new" in project.read(NEW)
    assert project.read(TEST).startswith(b'import { thing } from "../engine/thing.js";\n// mine\n')
    assert not list(project.root.rglob("*.yours"))
    assert dead_imports(project) == []
    assert settled(project, 1).actions == []


def test_a_file_whose_exports_are_unknown_goes_along(project: Project) -> None:
    edit(project, OLD, 'export * from "./stays.js";', at=1)
    project.generate(1)
    assert b'export * from "../lib/stays.js";' in project.read(NEW)
    assert b"// new" in project.read(NEW)
    assert not list(project.root.rglob("*.yours"))


def test_an_import_of_what_the_user_added_goes_along(project: Project) -> None:
    edit(project, OLD, "export const extra = 1;", at=1)
    edit(project, TEST, 'import { extra } from "../lib/thing.js";', at=1)
    project.generate(1)
    assert b"export const extra = 1;" in project.read(NEW)
    assert b'import { thing } from "../engine/thing.js";\nimport { extra }' in project.read(TEST)
    assert not list(project.root.rglob("*.yours"))
    assert dead_imports(project) == []


def test_a_conflict_places_the_new_file_and_keeps_the_users_beside_it(project: Project) -> None:
    edit(project, OLD, "// user-1", at=7)
    mine = project.read(OLD)
    plan = project.generate(1)
    assert said(plan, "aside") == {f"{NEW}.yours": f"was {OLD}"}
    assert project.read(NEW) == AFTER[NEW]
    assert project.read(f"{NEW}.yours") == mine
    assert not project.path(OLD).exists()


def test_an_open_yours_is_named_at_every_run_until_it_is_gone(project: Project) -> None:
    edit(project, OLD, "// user-1", at=7)
    project.generate(1)
    assert said(settled(project, 1), "yours") == {f"{NEW}.yours": f"the suite uses {NEW}"}
    plan = project.generate(2)
    assert list(said(plan, "update")) == [NEW, run.VERSION_FILE]
    assert list(said(plan, "yours")) == [f"{NEW}.yours"]
    project.path(f"{NEW}.yours").unlink()
    assert said(project.generate(2), "yours") == {}
    assert project.manifest().yours == {}


def test_a_name_that_is_taken_is_not_overwritten(project: Project) -> None:
    edit(project, OLD, "// user-1", at=7)
    project.write(f"{NEW}.yours", b"notes\n")
    project.generate(1)
    assert project.read(f"{NEW}.yours") == b"notes\n"
    assert b"user-1" in project.read(f"{NEW}.yours2")


def test_with_every_name_taken_the_old_file_stays(project: Project) -> None:
    edit(project, OLD, "// user-1", at=7)
    for number in ("", *"23456789"):
        project.write(f"{NEW}.yours{number}", b"notes\n")
    plan = project.generate(1)
    assert said(plan, "kept") == {OLD: f"the template now has it as {NEW}"}
    assert b"user-1" in project.read(OLD)
    assert project.read(NEW) == AFTER[NEW]


@pytest.mark.parametrize(
    ("line", "helper"),
    [
        ('// import { gone } from "./gone.js";', ""),
        ('import { more } from "./helper.js";', "export const more = 1;"),
        ('import { anything } from "./stars.js";', ""),
        ('import { mine } from "./own.js";', ""),
        ('import "./stays.js";', ""),
    ],
)
def test_an_edit_that_works_at_the_new_path_goes_along(
    project: Project, line: str, helper: str
) -> None:
    stars = {f"{LOAD}/lib/stars.js": lines('export * from "./stays.js";')}
    project.template = lambda version: {**template(version), **stars}
    project.generate(0)
    project.commit()
    project.write(f"{LOAD}/lib/own.js", b"// user-1\n")
    edit(project, OLD, line, at=3)
    edit(project, f"{LOAD}/lib/helper.js", helper)
    project.generate(1)
    assert line[:9].encode() in project.read(NEW)
    assert not list(project.root.rglob("*.yours"))


def test_a_clean_merge_that_imports_what_is_gone_counts_as_a_conflict(project: Project) -> None:
    edit(project, OLD, 'import { gone } from "./gone.js";', at=3)
    project.generate(1)
    assert project.read(NEW) == AFTER[NEW]
    assert b"gone.js" in project.read(f"{NEW}.yours")
    assert dead_imports(project) == []


def test_a_clean_merge_that_imports_a_name_that_is_gone_counts_as_one(project: Project) -> None:
    edit(project, OLD, 'import { nothing } from "./helper.js";', at=3)
    project.generate(1)
    assert project.path(f"{NEW}.yours").is_file()


def test_an_edited_file_that_the_template_only_moved_keeps_working(project: Project) -> None:
    path, now = f"{LOAD}/lib/helper.js", f"{LOAD}/engine/helper.js"
    edit(project, path, 'import { stays } from "./stays.js";')
    project.generate(1)
    assert project.read(now) == b'import { stays } from "../lib/stays.js";\n' + HELPER
    assert settled(project, 1).actions == []


def test_without_a_base_the_users_version_is_beside_the_new_one(project: Project) -> None:
    project.store.clear()
    edit(project, OLD, "// user-1")
    project.generate(1)
    assert project.read(NEW) == AFTER[NEW]
    assert project.read(f"{NEW}.yours").startswith(b"// user-1\n")


def test_a_program_that_names_moved_files_gives_way_to_the_new_one(project: Project) -> None:
    project.store.clear()
    edit(project, "scripts/run.sh", "# user-1", at=1)
    plan = project.generate(1)
    assert list(said(plan, "aside")) == ["scripts/run.sh.yours"]
    assert project.read("scripts/run.sh") == AFTER["scripts/run.sh"]
    assert b"user-1" in project.read("scripts/run.sh.yours")


def test_a_text_that_names_moved_files_is_no_program(project: Project) -> None:
    path = f"{LOAD}/notes.md"
    project.template = lambda version: {**template(version), path: b"lib/helper.js %d\n" % version}
    project.generate(0)
    edit(project, path, "user-1")
    assert said(project.generate(1), "beside").keys() == {f"{path}.new"}
    assert b"user-1" in project.read(path)


def test_imports_in_a_text_that_is_no_module_are_left_as_they_are(project: Project) -> None:
    old, new = f"{LOAD}/lib/report/notes.md", f"{LOAD}/engine/report/notes.md"
    project.template = lambda version: {**template(version), new if version else old: b"# Notes\n"}
    project.generate(0)
    mine = b"# Notes\nimport '../helper.js';\n"
    project.write(old, mine)
    assert said(project.generate(1), "move").keys() >= {new}
    assert project.read(new) == mine


@pytest.mark.parametrize("is_edited", [False, True])
def test_a_name_that_the_template_dropped_is_none_that_the_user_added(
    project: Project, is_edited: bool
) -> None:
    path = f"{LOAD}/lib/stays.js"
    old, new = lines(*FILLER, "export const dropped = 1;"), lines(*FILLER)
    project.template = lambda version: {**template(version), path: new if version else old}
    project.generate(0)
    project.commit()
    edit(project, OLD, 'import { dropped } from "./stays.js";', at=3)
    if is_edited:
        edit(project, path, "// user-1")
    project.generate(1)
    assert b"dropped" in project.read(f"{NEW}.yours")
    assert b"dropped" not in project.read(path)


def test_a_file_of_a_moved_folder_moves(project: Project) -> None:
    edit(project, f"{LOAD}/lib/report/page.js", "// user-1")
    project.generate(1)
    assert b"user-1" in project.read(f"{LOAD}/engine/report/page.js")
    assert not project.path(f"{LOAD}/lib/report").exists()


def test_files_that_were_joined_keep_the_edits_of_each(project: Project) -> None:
    for name in ("first", "second"):
        edit(project, f"{LOAD}/lib/{name}.js", f"// user-{name}")
    project.generate(1)
    joined = f"{LOAD}/engine/joined.js"
    assert project.read(joined) == b"// user-first\n" + AFTER[joined]
    assert project.read(f"{joined}.yours").startswith(b"// user-second\n")
    assert not project.path(f"{LOAD}/lib/second.js").exists()


def test_of_files_that_become_one_the_first_in_the_table_is_the_one_that_moves(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "tables"
    folder.mkdir()
    old = [f"{LOAD}/{name}.js" for name in ("z", "b", "c", "a")]
    made = Project.create(write_tables(folder, [[path, f"{LOAD}/one.js"] for path in old]))
    text = lines(*FILLER)
    earlier, later = dict.fromkeys(old, text), {f"{LOAD}/one.js": text}
    made.template = lambda version: later if version else earlier
    made.generate(0)
    for path in old:
        edit(made, path, f"// user-{old.index(path)}")
    made.path(old[0]).unlink()
    made.generate(1)
    found = [made.read(f"{LOAD}/one.js{suffix}")[:9] for suffix in ("", ".yours", ".yours2")]
    made.close()
    assert found == [b"// user-1", b"// user-2", b"// user-3"]


def test_of_files_that_were_joined_what_is_no_file_stays(project: Project) -> None:
    path = f"{LOAD}/lib/second.js"
    project.path(path).unlink()
    project.path(path).symlink_to("stays.js")
    plan = project.generate(1)
    assert said(plan, "kept") == {path: f"now part of {LOAD}/engine/joined.js"}
    assert project.path(path).is_symlink()


def test_of_files_that_were_joined_one_may_be_deleted(project: Project) -> None:
    project.path(f"{LOAD}/lib/first.js").unlink()
    project.generate(1)
    assert project.path(f"{LOAD}/engine/joined.js").is_file()


def test_a_file_that_was_split_moves_once_and_its_other_part_is_added(project: Project) -> None:
    edit(project, f"{LOAD}/lib/both.js", "// user-1")
    project.generate(1)
    for name in ("left", "right"):
        path = f"{LOAD}/engine/{name}.js"
        assert AFTER[path].strip() in project.read(path)
    assert any(b"user-1" in project.read(path) for path in project.files())


# --- the user's own imports ------------------------------------------------------------------

OWN = lines(
    'import { thing } from "../lib/thing.js";',
    'import { right } from "../lib/both.js";',
    '/** @typedef {import("../types/thing.js").Thing} Thing */',
    '// import "../lib/helper.js";',
    "export default () => thing + right;",
)


def test_each_line_that_imports_a_moved_file_is_named_with_its_new_form(project: Project) -> None:
    project.write(MINE, OWN)
    plan = project.generate(1)
    assert said(plan, "stale") == {
        f"{MINE}:1": '"../lib/thing.js" is now "../engine/thing.js"',
        f"{MINE}:2": '"../lib/both.js" is now "../engine/right.js"',
        f"{MINE}:3": '"../types/thing.js" is now "../engine/types/thing.js"',
        f"{MINE}:4": '"../lib/helper.js" is now "../engine/helper.js"',
    }
    assert project.read(MINE) == OWN
    quiet = settled(project, 1)
    assert said(quiet, "stale") == {f"{MINE}:4": '"../lib/helper.js" is now "../engine/helper.js"'}


def test_a_shim_serves_what_is_still_imported_and_nothing_else(project: Project) -> None:
    project.write(MINE, OWN)
    project.generate(1)
    assert dead_imports(project) == [f"{MINE}:4 ../lib/helper.js"]  # in a comment
    shims = [path for path, entry in project.manifest().files.items() if entry.shim]
    assert shims == [f"{LOAD}/lib/both.js", OLD, OLD_TYPES]
    text = project.read(OLD).decode()
    assert re.search(r"^// Moved in cookiecutter-k6 1\.1\.0\..*\n// an update removes it", text)
    assert text.endswith('\nexport * from "../engine/thing.js";\n')
    assert project.read(f"{LOAD}/lib/both.js").decode().split("\n")[-3:] == [
        'export * from "../engine/left.js";',
        'export * from "../engine/right.js";',
        "",
    ]


def test_a_shim_passes_the_default_export_on(project: Project) -> None:
    project.write(MINE, b'import help from "../lib/helper.js";\n')
    project.generate(1)
    assert b'export { default } from "../engine/helper.js";\n' in project.read(
        f"{LOAD}/lib/helper.js"
    )


def test_a_new_project_gets_no_shim(tmp_path: Path) -> None:
    (tmp_path / "tables").mkdir()
    made = Project.create(write_tables(tmp_path / "tables", RENAMES))
    made.template = template
    made.write(MINE, OWN)
    plan = made.generate(1)
    assert not made.path(OLD).exists()
    assert f"{MINE}:1" in said(plan, "stale")  # nothing serves it: named each time
    assert f"{MINE}:1" in said(made.generate(1), "stale")
    made.close()


def test_a_shim_goes_when_nothing_imports_it_any_more(project: Project) -> None:
    project.write(MINE, OWN)
    project.generate(1)
    project.write(MINE, OWN.replace(b"../lib/thing.js", b"../engine/thing.js"))
    assert list(said(project.generate(1), "tidy")) == [OLD]
    assert not project.path(OLD).exists()
    assert project.path(f"{LOAD}/lib/both.js").is_file()


def test_a_shim_stays_as_it_is_in_a_later_version(project: Project) -> None:
    project.write(MINE, OWN)
    project.generate(1)
    before = project.read(OLD)
    project.generate(2)
    assert project.read(OLD) == before


def test_a_shim_that_was_edited_is_the_users(project: Project) -> None:
    project.write(MINE, OWN)
    project.generate(1)
    edit(project, OLD, "// user-1")
    assert list(said(project.generate(1), "kept")) == [OLD]
    assert b"user-1" in project.read(OLD)
    project.write(MINE, b"")
    project.generate(2)
    assert b"user-1" in project.read(OLD)


def test_an_older_template_takes_the_place_of_a_shim(project: Project) -> None:
    project.write(MINE, OWN)
    project.generate(1)
    project.generate(0)
    assert project.read(OLD) == BEFORE[OLD]
    assert not list(project.root.rglob("*.new"))


def test_imports_are_rewritten_when_asked(project: Project) -> None:
    project.write(MINE, OWN.replace(b"\n", b"\r\n"))
    edit(project, TEST, 'import "../lib/helper.js"; // user-1', at=3)
    plan = project.generate(1, rewrite=True)
    assert set(said(plan, "rewritten")) == {f"{TEST}:4", *(f"{MINE}:{n}" for n in (1, 2, 3, 4))}
    assert project.read(MINE) == (
        OWN.replace(b"../lib/thing", b"../engine/thing")
        .replace(b"../lib/both", b"../engine/right")
        .replace(b"../types/", b"../engine/types/")
        .replace(b"../lib/helper", b"../engine/helper")
        .replace(b"\n", b"\r\n")
    )
    assert b'import "../engine/helper.js"; // user-1' in project.read(TEST)
    assert dead_imports(project) == []
    assert not [path for path, entry in project.manifest().files.items() if entry.shim]
    assert settled(project, 1).actions == []


def test_rewriting_later_removes_the_shims(project: Project) -> None:
    project.write(MINE, OWN)
    project.generate(1)
    project.generate(1, rewrite=True)
    assert not project.path(OLD).exists()
    assert not project.path(OLD_TYPES).exists()
    assert dead_imports(project) == []


def test_a_line_of_the_users_in_an_edited_file_is_only_changed_when_asked(
    project: Project,
) -> None:
    edit(project, TEST, 'import "../lib/helper.js"; // user-1', at=3)
    plan = project.generate(1)
    assert b'import "../lib/helper.js"; // user-1' in project.read(TEST)
    assert list(said(plan, "stale")) == [f"{TEST}:4"]
    assert dead_imports(project) == []


def test_a_kept_file_that_lacks_what_the_suite_imports_gives_way(project: Project) -> None:
    project.store.clear()
    edit(project, TEST, "// user-1")
    later = template(1)
    later[f"{LOAD}/lib/other.js"] = lines('import { added } from "../scripts/test.js";')
    later[TEST] += b"export const added = 1;\n"
    project.template = lambda _version: later
    project.generate(1)
    assert project.read(TEST) == later[TEST]
    assert b"user-1" in project.read(f"{TEST}.yours")


# --- dying ------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("rewrite", [False, True])
def test_a_run_that_dies_while_files_move_is_completed_by_the_next(
    project: Project, rewrite: bool
) -> None:
    edit(project, OLD, "// user-1", at=7)
    edit(project, f"{LOAD}/lib/first.js", "// user-2")
    edit(project, f"{LOAD}/lib/second.js", "// user-3")
    project.write(MINE, OWN + b"// user-4\n")
    edit(project, TEST, 'import "../lib/helper.js"; // user-5', at=3)
    marks = project.marks()
    undisturbed = project.copy()
    undisturbed.generate(1, rewrite=rewrite)
    expected = undisturbed.timeless()
    undisturbed.close()
    for step in range(200):
        twin = project.copy()
        died = twin.kill(1, step, rewrite=rewrite)
        assert twin.marks() == marks, step
        twin.generate(1, rewrite=rewrite)
        assert twin.marks() == marks, step
        assert twin.timeless() == expected, step
        twin.close()
        if not died:
            break
    assert step > 30


@pytest.mark.parametrize("stubborn", ["engine/thing.js", "engine/thing.js.yours"])
def test_the_old_file_stays_while_what_replaces_it_cannot_be_written(
    project: Project, stubborn: str
) -> None:
    edit(project, OLD, "// user-1", at=7)
    mine = project.read(OLD)
    with pytest.raises(Unfinished, match="Operation not permitted"):
        project.generate(1, StubbornDisk(stubborn))
    assert project.read(OLD) == mine
    project.generate(1)
    assert project.read(NEW) == AFTER[NEW]
    assert project.read(f"{NEW}.yours") == mine


def test_a_move_onto_a_file_of_the_users_leaves_no_dead_import(project: Project) -> None:
    project.write(NEW, b"// user-1\nexport const thing = 1;\n")
    project.write(MINE, OWN)
    project.generate(1)
    assert project.read(NEW) == b"// user-1\nexport const thing = 1;\n"
    assert project.read(f"{NEW}.new") == AFTER[NEW]
    assert dead_imports(project) == [f"{MINE}:4 ../lib/helper.js"]  # in a comment


@pytest.mark.parametrize("deleted", [False, True])
def test_the_users_version_beside_a_move_that_died_goes_only_while_the_original_is_there(
    project: Project, deleted: bool
) -> None:
    edit(project, OLD, "// user-1", at=7)
    mine = project.read(OLD)
    with pytest.raises(Killed):
        project.generate(1, LastDisk(f"{NEW}.yours"))
    assert project.read(OLD) == mine
    if deleted:
        project.path(OLD).unlink()
    project.generate(0)
    assert project.path(f"{NEW}.yours").exists() is deleted
    assert project.marks() == {b"user-1"}
    assert project.manifest().yours == ({f"{NEW}.yours": NEW} if deleted else {})


@pytest.mark.slow
def test_a_dead_run_and_then_an_older_template_lose_nothing(project: Project) -> None:
    edit(project, OLD, "// user-1", at=7)
    project.write(MINE, OWN + b"// user-4\n")
    for step in range(200):
        twin = project.copy()
        died = twin.kill(1, step)
        twin.generate(0)
        assert twin.marks() == {b"user-1", b"user-4"}, step
        twin.generate(1)
        assert twin.marks() == {b"user-1", b"user-4"}, step
        twin.close()
        if not died:
            break


# --- the real table ---------------------------------------------------------------------------


def test_every_row_leads_from_a_path_that_is_free_to_one_that_is_there() -> None:
    rows = json.loads((STAGE / "placing" / "renames.json").read_text(encoding="utf-8"))
    suite = tree.read_tree(str(SUITE_FILES))
    renames = Renames([(old, new) for old, new in rows], suite)
    assert rows
    for old, new in rows:
        assert not [path for path in suite if path == old or path.startswith(f"{old}/")], old
        assert old.endswith("/") or renames.heirs(old), f"{old}: there is no {new}"


def test_rows_that_follow_one_another_are_one_move() -> None:
    renames = Renames([("a.js", "b.js"), ("x/", "y/"), ("b.js", "c.js")], {"c.js", "y/z.js"})
    assert [renames.heirs(path) for path in ("a.js", "b.js", "c.js", "x/z.js", "q.js")] == [
        ["c.js"],
        ["c.js"],
        [],
        ["y/z.js"],
        [],
    ]


# --- imports as text --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "names", "kind"),
    [
        ('import { a, b as c } from "./x.js";', {"a", "b"}, "code"),
        ("import d, {\n  a,\n} from './x.js';", {"a", "default"}, "code"),
        ('import * as all from "./x.js";', None, "code"),
        ('import "./x.js";', None, "code"),
        ('export { a } from "./x.js";', {"a"}, "code"),
        ('import type { T } from "./x.js";', {"T"}, "code"),
        ("const x = require('./x.js');", None, "code"),
        ("const x = await import('./x.js');", None, "code"),
        ("/** @type {import('./x.js').T} */", None, "types"),
        (" * @param {import('./x.js').T} x", None, "types"),
        ('// import { a } from "./x.js";', {"a"}, "comment"),
    ],
)
def test_every_form_of_an_import_is_found(text: str, names: set[str] | None, kind: str) -> None:
    (item,) = imports.find(text)
    assert (item.specifier, item.kind) == ("./x.js", kind)
    assert item.names == (None if names is None else frozenset(names))
    assert text[item.start : item.end] == "./x.js"


def test_lines_are_counted_from_the_first_even_where_it_is_empty() -> None:
    text = "\n\nimport './a.js';\nimport './b.js';\nimport {\n  c,\n} from './c.js';"
    assert [item.line for item in imports.find(text)] == [3, 4, 7]


@pytest.mark.parametrize(
    "text",
    ['import http from "k6/http";', 'const from = "./x.js";', 'import x from "https://a/b.js";'],
)
def test_what_is_no_relative_import_is_left_alone(text: str) -> None:
    assert imports.find(text) == []


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("export const a = 1;\nexport async function b() {}\nexport class C {}", {"a", "b", "C"}),
        ("export { a, b as c };\nexport default 1;", {"a", "c", "default"}),
        ('export * from "./x.js";', None),
        ("module.exports = { a };", None),
        ("const a = 1;", set()),
        ("export const { a, b } = c;", None),
        ("exports.a = 1;", None),
        ("export { default } from './x.js';\n  export let d = 1;", {"default", "d"}),
        ("export {\n  a,\n  b,\n};", {"a", "b"}),
    ],
)
def test_the_names_that_a_module_exports(text: str, names: set[str] | None) -> None:
    assert imports.exports(text) == (None if names is None else frozenset(names))


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("import './b.js'; import './moved.js';", "import './b.js'; import '../new/moved.js';"),
        ("import './moved.js'; import './b.js';", "import '../new/moved.js'; import './b.js';"),
        ("import '../../../../x.js'; import './moved.js';", None),
    ],
)
def test_each_import_is_changed_for_itself(text: str, wanted: str | None) -> None:
    moved = {"lib/moved.js": "new/moved.js"}
    made = imports.adjust(text, "lib/a.js", "lib/a.js", lambda target, _: moved.get(target, ""))
    assert made == (wanted or text.replace("./moved", "../new/moved"))


def test_only_some_lines_are_changed_when_asked() -> None:
    text = "import './moved.js';\nimport './moved.js'; // mine\nimport './moved.js';"
    made = imports.adjust(text, "a.js", "a.js", lambda *_: "b.js", {"import './moved.js';"})
    assert made == "import './b.js';\nimport './moved.js'; // mine\nimport './b.js';"
