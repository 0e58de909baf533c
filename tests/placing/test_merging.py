"""Texts of earlier versions come from the user's git, and it is said why one is not at hand."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from placing import git
from placing.merge import Git
from placing.tree import blob_id

TEXT = b"a\nb\nc\nd\ne\n"
SETTINGS = ("user.name=x", "user.email=x@example.com", "commit.gpgsign=false")


def ask(folder: Path, *arguments: str) -> None:
    settings = [word for setting in SETTINGS for word in ("-c", setting)]
    answer = git.ask(str(folder), [*settings, "-c", "protocol.allow=always", *arguments])
    assert answer.code == 0, answer.error


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository whose last commit no longer has the text of the first one."""
    folder = tmp_path / "project"
    folder.mkdir()
    ask(folder, "init", "-q", "--template=")
    for content in (TEXT, b"another\n"):
        (folder / "a").write_bytes(content)
        ask(folder, "add", "a")
        ask(folder, "commit", "-q", "-m", "x")
    return folder


def test_a_text_that_was_committed_is_known(repository: Path, tmp_path: Path) -> None:
    merger = Git(str(repository), str(tmp_path))
    assert merger.base(blob_id(TEXT)) == TEXT
    assert merger.base(blob_id(b"never seen\n")) is None
    assert merger.how_to_merge() == ""  # nobody asked


def test_changes_of_both_sides_are_merged(tmp_path: Path) -> None:
    merger = Git(str(tmp_path), str(tmp_path))
    ours, theirs = TEXT.replace(b"a", b"mine"), TEXT.replace(b"e", b"theirs")
    assert merger.merge(ours, TEXT, theirs) == b"mine\nb\nc\nd\ntheirs\n"
    assert merger.merge(ours, TEXT, TEXT.replace(b"a", b"theirs")) is None


@pytest.mark.parametrize(
    ("clone", "why", "command"),
    [
        ((), "the file as it was placed was never committed", ""),
        (("--depth=1",), "the clone is shallow", "git fetch --unshallow"),
        (("--filter=blob:none",), "the clone is partial", "git fetch --refetch --no-filter"),
    ],
)
def test_why_a_clone_does_not_know_a_text(
    repository: Path, tmp_path: Path, clone: tuple[str, ...], why: str, command: str
) -> None:
    ask(repository, "config", "uploadpack.allowFilter", "true")
    copy = tmp_path / "copy"
    ask(tmp_path, "clone", "-q", "--no-checkout", *clone, f"file://{repository}", str(copy))
    merger = Git(str(copy), str(tmp_path))
    assert (merger.base(blob_id(TEXT)) is None) == bool(clone)
    assert (merger.why_unknown(), merger.how_to_merge()) == (why, command)


def test_a_folder_that_git_does_not_trust(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    merger = Git(str(repository), str(tmp_path))
    assert merger.base(blob_id(TEXT)) is None
    assert "belongs to another user" in merger.why_unknown()
    trust = f'git config --global --add safe.directory "{repository}"'
    assert merger.how_to_merge() == trust


def test_without_a_repository_and_without_git(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    merger = Git(str(tmp_path), str(tmp_path))
    assert (merger.base(blob_id(TEXT)), merger.how_to_merge()) == (None, "")
    assert merger.why_unknown() == "the project is in no git repository"
    monkeypatch.setenv("PATH", str(tmp_path))
    assert merger.why_unknown() == "the project is in no git repository"  # asked once only
    assert merger.merge(TEXT, TEXT, TEXT) is None
    assert Git(str(tmp_path), str(tmp_path)).why_unknown() == "git is not installed"
