"""Every row of the placing table, for text, mode bits and things that are no files."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from placing import manifest
from placing.act import Refusal
from placing.steps import Plan
from placing.tree import blob_id

from tests.support import expected
from tests.support.small_template import MANIFEST, Project, template_files, text_of

A = "tests/load/lib/a.js"  # differs in every version
STEADY = "tests/load/lib/steady.js"  # is the same in every version
DROPPED = "tests/load/lib/dropped.js"  # gone since version 2
AUTH = "tests/load/lib/auth.js"  # only with auth
RUN = "scripts/run.sh"
ENV = "tests/load/suite.env"
BOARD = "tests/load/lib/board.json"  # gone in version 2 only


def steps(plan: Plan, path: str) -> list[str]:
    """Return what a plan does or says about a path and its `.new` file."""
    return [a.verb for a in plan.actions if a.path in {path, path + ".new"}]


def edit(project: Project, path: str, *, line: int = 0) -> bytes:
    """Insert a line of the user's; return the edited content."""
    lines = project.read(path).splitlines(keepends=True)
    lines.insert(line, b"// mine\n")
    project.write(path, b"".join(lines))
    return project.read(path)


def test_absent_and_unknown_is_added(project: Project) -> None:
    plan = project.generate(0)
    assert steps(plan, A) == ["add"]
    assert project.read(A) == text_of(A, 0)
    assert project.path(RUN).stat().st_mode & 0o111
    assert not project.path(A).stat().st_mode & 0o111


def test_deleted_by_the_user_stays_deleted_and_is_reported_once(project: Project) -> None:
    project.generate(0)
    project.path(A).unlink()
    assert steps(project.generate(0), A) == []
    assert steps(project.generate(1), A) == ["left-out"]
    assert steps(project.generate(1), A) == []
    assert not project.path(A).exists()


def test_equal_to_the_new_text_is_adopted_silently(project: Project) -> None:
    project.write(A, text_of(A, 1))
    assert steps(project.generate(1), A) == []
    assert project.manifest().files[A].blob == blob_id(text_of(A, 1))
    assert steps(project.generate(2), A) == ["update"]


def test_edited_to_exactly_the_new_text_gives_no_offer(project: Project) -> None:
    project.generate(0)
    project.write(A, text_of(A, 1))
    assert steps(project.generate(1), A) == []
    assert not project.path(A + ".new").exists()


def test_pristine_is_updated_and_keeps_its_mode_bits(project: Project) -> None:
    project.generate(0)
    project.path(A).chmod(0o640)
    assert steps(project.generate(1), A) == ["update"]
    assert project.read(A) == text_of(A, 1)
    assert project.path(A).stat().st_mode & 0o777 == 0o640


def test_pristine_with_crlf_is_updated_and_keeps_crlf(project: Project) -> None:
    project.generate(0)
    project.write(A, project.read(A).replace(b"\n", b"\r\n"))
    assert steps(project.generate(0), A) == []
    assert steps(project.generate(1), A) == ["update"]
    assert project.read(A) == text_of(A, 1).replace(b"\n", b"\r\n")


@pytest.mark.parametrize("indent", [None, 4, "\t"])
def test_a_json_file_in_a_formatters_layout_is_pristine(
    project: Project, indent: int | str | None
) -> None:
    def lay_out() -> None:
        project.write(BOARD, json.dumps(json.loads(project.read(BOARD)), indent=indent).encode())

    project.generate(0)
    project.commit()
    lay_out()
    assert steps(project.generate(0), BOARD) == []
    assert steps(project.generate(1), BOARD) == ["update"]
    assert project.read(BOARD) == text_of(BOARD, 1)
    project.commit()
    lay_out()
    assert steps(project.generate(2), BOARD) == ["remove"]


def test_an_edited_json_file_is_no_layout(project: Project) -> None:
    project.generate(0)
    project.commit()
    document = json.loads(project.read(BOARD))
    document["lines"].append("mine")
    project.write(BOARD, json.dumps(document, indent=2).encode())
    assert steps(project.generate(1), BOARD) == ["merge"]
    assert b'"mine"' in project.read(BOARD)


def test_edited_and_template_unchanged_is_kept_silently(project: Project) -> None:
    project.generate(0)
    mine = edit(project, STEADY)
    assert steps(project.generate(3), STEADY) == []
    assert project.read(STEADY) == mine


def test_edited_and_changed_merges_when_the_base_is_committed(project: Project) -> None:
    project.generate(0)
    project.commit()
    edit(project, A)
    assert steps(project.generate(1), A) == ["merge"]
    assert project.read(A) == b"// mine\n" + text_of(A, 1)


def test_a_merged_file_merges_again_although_git_never_saw_the_base(project: Project) -> None:
    project.generate(0)
    project.commit()
    edit(project, A)
    for version in (1, 2, 3):
        assert steps(project.generate(version), A) == ["merge"]
        assert project.read(A) == b"// mine\n" + text_of(A, version)


def test_a_merge_keeps_crlf(project: Project) -> None:
    project.generate(0)
    project.commit()
    edit(project, A)
    project.write(A, project.read(A).replace(b"\n", b"\r\n"))
    project.generate(1)
    assert project.read(A) == (b"// mine\n" + text_of(A, 1)).replace(b"\n", b"\r\n")


def test_edited_and_changed_without_a_base_is_kept_and_named_until_it_is_solved(
    project: Project,
) -> None:
    project.generate(0)
    mine = edit(project, A)
    assert steps(project.generate(1), A) == ["beside"]
    assert project.read(A) == mine
    assert project.read(A + ".new") == text_of(A, 1)
    for _ in range(2):
        assert steps(project.generate(1), A) == ["offered"]
    project.path(A + ".new").unlink()
    assert steps(project.generate(1), A) == []
    assert not project.path(A + ".new").exists()


def test_a_conflict_is_kept_and_offered(project: Project) -> None:
    project.generate(0)
    project.commit()
    mine = text_of(A, 0).replace(b"line 5", b"line five, mine")  # the template changes line 5
    project.write(A, mine)
    assert steps(project.generate(1), A) == ["beside"]
    assert project.read(A) == mine


def test_an_offer_that_was_not_dealt_with_is_replaced_by_a_newer_one(project: Project) -> None:
    project.generate(0)
    edit(project, A)
    project.generate(1)
    assert steps(project.generate(2), A) == ["beside"]
    assert project.read(A + ".new") == text_of(A, 2)
    assert not project.path(A + ".new2").exists()


def test_an_offer_that_was_edited_is_never_overwritten(project: Project) -> None:
    project.generate(0)
    edit(project, A)
    project.generate(1)
    notes = edit(project, A + ".new")
    project.generate(2)
    assert project.read(A + ".new") == notes
    assert project.read(A + ".new2") == text_of(A, 2)


def test_with_every_place_for_an_offer_taken_nothing_is_touched(project: Project) -> None:
    project.generate(0)
    edit(project, A)
    for suffix in ("", *"23456789"):
        project.write(f"{A}.new{suffix}", b"notes\n")
    for _ in range(2):
        assert steps(project.generate(1), A) == ["blocked"]
    project.write(A, text_of(A, 1))
    project.generate(1)
    project.generate(2)
    assert project.read(A) == text_of(A, 2)
    assert project.read(A + ".new") == b"notes\n"


def test_a_copy_of_the_users_that_looks_like_an_offer_is_the_users(project: Project) -> None:
    project.generate(0)
    edit(project, A)
    project.write(A + ".new", text_of(A, 1))
    assert steps(project.generate(1), A) == ["offered"]
    project.generate(2)
    assert project.read(A + ".new") == text_of(A, 1)
    assert project.read(A + ".new2") == text_of(A, 2)


def test_an_offer_that_was_dealt_with_lets_the_next_version_merge(project: Project) -> None:
    project.generate(0)
    edit(project, A)
    project.generate(1)
    project.write(A, b"// mine\n" + project.read(A + ".new"))
    project.path(A + ".new").unlink()
    assert steps(project.generate(2), A) == ["merge"]
    assert project.read(A) == b"// mine\n" + text_of(A, 2)


def test_an_offer_that_was_taken_over_is_cleared_away(project: Project) -> None:
    project.generate(0)
    edit(project, A)
    project.generate(1)
    shutil.copy(project.path(A + ".new"), project.path(A))
    assert steps(project.generate(1), A) == ["tidy"]
    assert steps(project.generate(2), A) == ["update"]


def test_a_file_of_the_service_is_kept_and_offered_and_never_merged(project: Project) -> None:
    project.write(RUN, b"#!/bin/sh\necho ours\n")
    assert steps(project.generate(0), RUN) == ["beside"]
    project.commit()
    assert project.read(RUN) == b"#!/bin/sh\necho ours\n"
    assert project.read(RUN + ".new") == text_of(RUN, 0)
    project.path(RUN + ".new").unlink()
    assert steps(project.generate(1), RUN) == []
    assert steps(project.generate(2), RUN) == ["beside"]
    assert project.read(RUN) == b"#!/bin/sh\necho ours\n"


def test_a_file_of_the_service_is_not_merged_even_where_that_would_be_clean(
    project: Project,
) -> None:
    mine = text_of(A, 0) + b"// ours\n"
    project.write(A, mine)
    project.generate(0)
    project.commit()
    project.path(A + ".new").unlink()
    assert steps(project.generate(1), A) == ["beside"]
    assert project.read(A) == mine


def test_a_file_of_the_service_that_became_the_suites_is_updated(project: Project) -> None:
    project.write(A, b"own\n")
    project.generate(0)
    project.path(A + ".new").replace(project.path(A))
    assert steps(project.generate(1), A) == ["update"]


def test_only_a_file_of_the_service_is_taken_over(project: Project) -> None:
    project.write(A, b"own\n")
    project.generate(0, take_over=True)
    assert project.read(A) == text_of(A, 0)
    assert project.read(A + ".yours") == b"own\n"
    mine = edit(project, STEADY)
    assert steps(project.generate(0, take_over=True), STEADY) == []
    assert project.read(STEADY) == mine


def test_dropped_and_pristine_is_removed(project: Project) -> None:
    project.generate(1)
    assert steps(project.generate(2), DROPPED) == ["remove"]
    assert not project.path(DROPPED).exists()


def test_dropped_and_edited_is_kept_and_reported_once(project: Project) -> None:
    project.generate(1)
    mine = edit(project, DROPPED)
    assert steps(project.generate(2), DROPPED) == ["kept"]
    assert steps(project.generate(2), DROPPED) == []
    assert project.read(DROPPED) == mine


def test_an_option_switched_off_removes_pristine_files_and_on_adds_them(project: Project) -> None:
    project.generate(0, auth="login")
    assert steps(project.generate(0, auth="none"), AUTH) == ["remove"]
    assert steps(project.generate(0, auth="login"), AUTH) == ["add"]


def test_an_option_switched_off_keeps_edited_files(project: Project) -> None:
    project.generate(0, auth="login")
    mine = edit(project, AUTH)
    assert steps(project.generate(0, auth="none"), AUTH) == ["kept"]
    assert project.read(AUTH) == mine


def test_removing_the_last_file_of_a_folder_removes_the_folder(project: Project) -> None:
    project.generate(1)
    extra = project.path("tests/load/lib/sub")
    extra.mkdir()
    project.generate(2)
    assert extra.is_dir()  # somebody else's empty folder
    assert project.path("tests/load/lib").is_dir()


def test_a_changed_answer_changes_only_its_line(project: Project) -> None:
    project.generate(0)
    before = project.read("tests/load/suite.env")
    project.generate(0, backend_port=9000)
    after = project.read("tests/load/suite.env")
    assert after == before.replace(b"BACKEND_PORT=8000", b"BACKEND_PORT=9000")


def test_a_line_of_suite_env_is_named_by_its_number(project: Project) -> None:
    project.generate(0)
    project.write(ENV, b"\n\nBACKEND_PORT=1\nBACKEND_PORT=2\n")
    notes = [one.note for one in project.generate(0, backend_port=9000).actions]
    assert "line 4 is yours, BACKEND_PORT=2; the new answer is 9000" in notes


LINE = "line 5 is yours, BACKEND_PORT=8001; the new answer is 9000"
NO_LINE = "it has no line BACKEND_PORT=; the new answer needs BACKEND_PORT=9000"


@pytest.mark.parametrize(
    ("old", "new", "version", "port", "said"),
    [
        # Beside the line, where a merge of the text has a conflict, and elsewhere.
        (b"# port\n", b"# our port\n", 0, b"9000", ["merge"]),
        (b"LIMIT=0", b"LIMIT=77", 0, b"9000", ["merge"]),
        (b"\n# port\n", b"\r\n# our port\r\n", 0, b"9000", ["merge"]),
        # The line itself
        (b"=8000", b"=8001", 0, b"8001", [LINE]),
        (b"BACKEND_PORT=8000\n", b"", 0, b"", [NO_LINE]),
        # The template has changed the file too, and nobody knows what it was.
        (b"# port\n", b"# our port\n", 1, b"9000", ["beside", "new answers only"]),
        (b"=8000", b"=8001", 1, b"8001", ["beside", LINE]),
    ],
)  # fmt: skip
def test_a_new_answer_reaches_an_edited_suite_env_without_git(
    project: Project, old: bytes, new: bytes, version: int, port: bytes, said: list[str]
) -> None:
    project.generate(0)
    assert old in project.read(ENV)
    project.write(ENV, project.read(ENV).replace(old, new))
    mine = [line for line in project.read(ENV).splitlines() if b"BACKEND_PORT" not in line]
    plan = project.generate(version, backend_port=9000)
    actions = [one for one in plan.actions if one.path in {ENV, ENV + ".new"}]
    assert [one.verb if one.verb == "beside" else one.note or one.verb for one in actions] == said
    lines = project.read(ENV).splitlines()
    assert [line for line in lines if b"BACKEND_PORT" not in line] == mine
    assert b"".join(line[13:] for line in lines if line.startswith(b"BACKEND_PORT=")) == port
    again = project.generate(version, backend_port=9000)
    assert steps(again, ENV) == ["offered"] * (version == 1)


def test_a_new_answer_is_no_matter_of_a_suite_env_that_was_deleted(project: Project) -> None:
    project.generate(0)
    project.path(ENV).unlink()
    plan = project.generate(0, backend_port=9000)
    assert [(one.verb, one.note) for one in plan.actions] == [("left-out", "you deleted it")]


def test_a_changed_answer_merges_into_an_edited_file(project: Project) -> None:
    project.generate(0)
    project.commit()
    text = project.read("tests/load/suite.env").replace(b"LIMIT=0", b"LIMIT=77")
    project.write("tests/load/suite.env", text)
    project.generate(0, backend_port=9000)
    merged = project.read("tests/load/suite.env")
    assert b"LIMIT=77" in merged
    assert b"BACKEND_PORT=9000" in merged


# --- mode bits -----------------------------------------------------------------------------


def test_a_mode_that_the_user_changed_is_left_alone(project: Project) -> None:
    project.generate(0)
    project.path(RUN).chmod(0o644)
    assert steps(project.generate(0), RUN) == []
    assert steps(project.generate(2), RUN) == ["update"]
    assert project.path(RUN).stat().st_mode & 0o777 == 0o644


def test_a_mode_that_the_template_changed_is_followed(project: Project) -> None:
    tool = "tests/load/lib/tool"
    project.generate(2)
    assert not project.path(tool).stat().st_mode & 0o111
    project.generate(3)
    assert project.path(tool).stat().st_mode & 0o111
    project.generate(2)
    assert not project.path(tool).stat().st_mode & 0o111


def test_a_mode_that_the_template_changed_reaches_an_edited_file(project: Project) -> None:
    tool = "tests/load/lib/tool"
    project.generate(2)
    project.commit()
    edit(project, tool, line=12)
    project.path(tool).chmod(0o640)
    project.generate(3)
    assert project.read(tool) == text_of(tool, 1) + b"// mine\n"
    assert project.path(tool).stat().st_mode & 0o777 == 0o750


# --- things that are no files ----------------------------------------------------------------


@pytest.mark.parametrize("target", ["own.txt", "../outside/precious.js", "../outside/nothing"])
def test_a_link_in_the_place_of_a_file_is_the_users(project: Project, target: str) -> None:
    project.generate(0)
    project.write("own.txt", b"own\n")
    project.path(A).unlink()
    project.path(A).symlink_to(project.root / target)
    assert steps(project.generate(0), A) == []
    assert steps(project.generate(1), A) == ["beside"]
    assert project.path(A).is_symlink()
    assert project.read("own.txt") == b"own\n"
    assert (project.outside / "precious.js").read_text() == "// precious\n"
    assert not (project.outside / "nothing").exists()


def test_a_folder_in_the_place_of_a_file_is_the_users_and_back_again(project: Project) -> None:
    project.generate(0)
    project.path(A).unlink()
    project.write(A + "/inner.txt", b"mine\n")
    assert steps(project.generate(1), A) == ["beside"]
    assert project.read(A + "/inner.txt") == b"mine\n"
    shutil.rmtree(project.path(A))
    project.path(A + ".new").rename(project.path(A))
    assert steps(project.generate(1), A) == []
    assert steps(project.generate(2), A) == ["update"]


def test_a_folder_that_leads_out_of_the_project_is_not_followed(project: Project) -> None:
    project.generate(0)
    library = project.path("tests/load/lib")
    shutil.rmtree(library)
    library.symlink_to(project.outside)
    for _ in range(2):
        plan = project.generate(1)
        [said] = [one for one in plan.actions if one.path == A]
        assert (said.verb, said.note) == ("blocked", "tests/load/lib is a link out of the project")
    assert [path.name for path in project.outside.iterdir()] == ["precious.js"]
    library.unlink()
    assert steps(project.generate(1), A) == ["left-out"]


def test_a_dropped_file_that_is_a_folder_or_link_now_is_kept(project: Project) -> None:
    project.generate(1)
    project.path(DROPPED).unlink()
    project.path(DROPPED).symlink_to("a.js")
    assert steps(project.generate(2), DROPPED) == ["kept"]
    assert project.path(DROPPED).is_symlink()


# --- renames -------------------------------------------------------------------------------

OLD, MID, FINAL = (f"tests/load/lib/{name}.js" for name in ("old", "mid", "final"))


def test_a_renamed_pristine_file_moves(project: Project) -> None:
    project.generate(0)
    project.generate(1)
    assert not project.path(OLD).exists()
    assert project.read(MID) == text_of(MID, 1)


def test_two_renames_in_a_row_carry_the_edits_along(project: Project) -> None:
    project.generate(0)
    project.commit()
    edit(project, OLD)
    assert steps(project.generate(3), FINAL) == ["move"]
    assert project.read(FINAL) == b"// mine\n" + text_of(FINAL, 2)
    assert not project.path(OLD).exists()
    assert not project.path(MID).exists()


def test_a_renamed_file_that_was_deleted_stays_deleted(project: Project) -> None:
    project.generate(0)
    project.path(OLD).unlink()
    assert steps(project.generate(1), MID) == ["left-out"]
    assert steps(project.generate(3), FINAL) == ["left-out"]
    assert not project.path(FINAL).exists()


def test_a_rename_onto_a_file_of_the_user_leaves_both(project: Project) -> None:
    project.generate(0)
    mine = edit(project, OLD)
    project.write(MID, b"own\n")
    project.generate(1)
    assert project.read(OLD) == mine
    assert project.read(MID) == b"own\n"
    assert project.read(MID + ".new") == text_of(MID, 1)


# --- the manifest --------------------------------------------------------------------------


def test_a_second_run_writes_nothing(project: Project) -> None:
    project.generate(1, auth="login")
    before = project.shapes()
    assert project.generate(1, auth="login").actions == []
    assert project.shapes() == before


@pytest.mark.parametrize(
    "damage",
    [
        b"",
        b"{",
        b"[]",
        b"<<<<<<< HEAD\n",
        b'{"default_context": {}, "cookiecutter_k6": {"format": 2}}',
        b'{"default_context": {}, "cookiecutter_k6": {"format": 1, "version": "1", "slug": "",'
        b' "files": {"../outside/precious.js": "100644 ' + b"0" * 40 + b'"}}}',
        b'{"default_context": {}, "cookiecutter_k6": {"format": 1, "version": "1", "slug": "",'
        b' "files": {"/etc/passwd": "100644 ' + b"0" * 40 + b'"}}}',
        b"\xff\xfe\x00",
    ],
)
def test_an_unusable_manifest_makes_a_first_run(project: Project, damage: bytes) -> None:
    project.generate(0)
    mine = edit(project, A)
    project.write(MANIFEST, damage)
    plan = project.generate(1)
    assert steps(plan, A) == ["beside"]
    assert project.read(A) == mine
    assert project.read(STEADY) == text_of(STEADY, 0)
    assert project.read(MANIFEST + ".unusable") == damage
    assert (project.outside / "precious.js").read_text() == "// precious\n"


def test_a_folder_in_place_of_the_manifest_is_refused(project: Project) -> None:
    project.path(MANIFEST).mkdir(parents=True)
    with pytest.raises(Refusal, match=r"nothing was changed: .*; move it away"):
        project.generate(0)
    assert not project.path(A).exists()


def test_unusable_manifests_are_saved_under_names_that_are_free(project: Project) -> None:
    project.generate(0)
    for number in ("", *"23456789"):
        project.write(MANIFEST, f"broken {number}".encode())
        project.generate(0)
        assert project.read(f"{MANIFEST}.unusable{number}") == f"broken {number}".encode()
    project.write(MANIFEST, b"broken 5")
    project.generate(0)
    project.write(MANIFEST, b"one too many")
    with pytest.raises(Refusal, match=r"delete old .*\.unusable files"):
        project.generate(0)


def test_a_missing_manifest_makes_a_first_run(project: Project) -> None:
    project.generate(0)
    project.path(MANIFEST).unlink()
    project.generate(1)
    assert project.read(A) == text_of(A, 0)
    assert project.read(A + ".new") == text_of(A, 1)


def test_the_whole_suite_deleted_comes_back(project: Project) -> None:
    project.generate(0)
    shutil.rmtree(project.path("tests"))
    project.generate(0)
    assert project.read(A) == template_files(0)[A]


@pytest.mark.parametrize(
    "path", [7, None, "", "/a", "a/", "a//b", "a/./b", "../a", "a/..", "C:/a", "a\\b", "a*", "a\n"]
)
def test_paths_of_a_manifest_that_leave_the_project(path: object) -> None:
    assert not manifest.is_safe_path(path)
    assert manifest.is_safe_path("tests/load/.a..b")


def test_a_first_generation_is_the_same_as_ever(ordinary: list[str]) -> None:
    """The other tests are compared without what it says."""
    expected.compare(expected.beside(Path(__file__)), "first", ordinary)
