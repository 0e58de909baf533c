"""Every text file: endings, blanks, names, leftovers, and nothing of the machine it was made on."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from sources import files_below, tracked_files

from tests.lint.linting import assert_none, lint, run, text_files
from tests.support.layout import REPOSITORY, TEMPLATE

# What a generated file must not hold: the template's own notation.
LEFTOVERS = re.compile(r"@@\w*|@feature\b|cookiecutter\.\w+|\{%|%\}")
# Texts that are right although they look like leftovers: file name -> expression.
ALLOWED = {
    ".cookiecutter-k6": re.compile(r"cookiecutter\.json"),
    "database.js": re.compile(r"@@"),  # an operator of SQL
}

# Windows can neither create nor check out such names.
UNSAFE_NAME = re.compile(r"[<>:\"|?*\\\x00-\x1f]|[. ]$")
RESERVED_NAME = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?$", re.IGNORECASE)

# Written apart, so that this file does not find itself.
MACHINE_PATHS = re.compile(
    r"(?<![\w.])/(wor[k]/(main|shared)|roo[t]/|tm[p]/hq|hom[e]/(?!me\b|you\b|user\b)[a-z])"
)
# Hosts that pages, code and tests may name; a line of its own for each owner.
HOSTS = re.compile(
    r"""(?x)
    localhost | [^.]+\.localhost | host\.docker\.internal | [\d.]+ | \[[0-9a-f:.%]+\] | [a-z]
    | ([\w-]+\.)*example(\.(com|org|net))? | ([\w-]+\.)+(test|invalid|example)
    | (www\.|docs\.|api\.)?github\.com | raw\.githubusercontent\.com | [\w-]+\.github\.io
    | (www\.)?json(-)?schema(store)?\.org | ([\w-]+\.)?json\.schemastore\.org
    | (www\.)?(grafana\.com|k6\.io) | (grafana|jslib)\.k6\.io | community\.grafana\.com
    | (pkg\.)?go\.dev | (www\.)?nodejs\.org | docs\.python\.org | peps\.python\.org
    | docs\.pytest\.org | quickpizza\.grafana\.com | github | base
    | (docs\.)?astral\.sh | cookiecutter\.readthedocs\.io | pipx\.pypa\.io | cruft\.github\.io
    | (www\.)?shellcheck\.net | editorconfig\.org | prettier\.io | eslint\.org | semver\.org
    | img\.shields\.io | opensource\.org | (www\.)?w3\.org | spec\.openapis\.org
    | docs\.docker\.com | dl\.k6\.io | (docs\.slack\.dev|hooks\.slack\.com) | adaptivecards\.io
    | prometheus | influxdb | ([\w-]+\.){2}svc
    """
)
REGISTRY = re.compile(
    r"regist|mirror|prox[y]|artifactory|nexus|pypi|\.(corp|intern|lan)$|(?<!docker)\.internal$"
)
# Phrases that read as if translated -> how the field says it. The brackets keep this file clean.
PHRASES = {
    r"\bthat whic[h]\b": "what, or the noun itself",
    r"\binsists o[n]\b": "requires, or fails without",
    r"\bdid not take th[e]\b": "rejected",
    r"\bOnce more, to tel[l]\b": "re-running to rule out noise",
    r"\bvouche[d]\b": "is on the allow list",
    r"\bhas no opinio[n]\b": "records nothing",
    r"\bnot accepted: giv[e]\b": "is invalid: expected",
    r"\bone (?:row|line|step|plan|rule) [a] \w": "one row per ...",
    r"\bWhat tells tha[t]\b": "how ... is determined",
    r"\bbehind the loa[d]\b": "after the load, or teardown",
    r"\bmeasured, and goo[d]\b": "measured; all thresholds met",
    r"\bcounts as goo[d]\b": "pass/fail criteria, or thresholds",
    r"\bput beside th[e]\b": "saved next to the",
    r"\bis in the way and (?:is|was) no[t]\b": "exists but is not",
    r"\bfigures of (?:the|a) ru[n]\b": "results or metrics of the run",
}

URL = re.compile(r"\b(?:https?|wss?)://(?:[^/\s@'\"`]*@)?(\[[^\]\s]+\]|[A-Za-z0-9][\w.-]*)")


def shown(path: Path) -> str:
    """Return a path as a message shows it."""
    return path.relative_to(REPOSITORY).as_posix() if REPOSITORY in path.parents else str(path)


def untidy(path: Path, text: str) -> Iterator[str]:
    """Yield what a formatter would change in any text file."""
    name = shown(path)
    if not text:
        return
    if not text.endswith("\n"):
        yield f"{name}: no newline at the end"
    if text.endswith("\n\n"):
        yield f"{name}: blank lines at the end"
    if text.startswith("\ufeff"):
        yield f"{name}: byte order mark"
    for number, line in enumerate(text.split("\n"), start=1):
        if line.endswith((" ", "\t", "\r")):
            yield f"{name}:{number}: trailing blank or carriage return"


def leftovers(path: Path, text: str) -> Iterator[str]:
    """Yield template notation that survived generation."""
    allowed = ALLOWED.get(path.name)
    for number, line in enumerate(text.split("\n"), start=1):
        for match in LEFTOVERS.finditer(line):
            if not (allowed and allowed.search(line)):
                yield f"{path.name}:{number}: {match[0]}"


def private_names(path: Path, text: str) -> Iterator[str]:
    """Yield paths of a machine, and hosts nobody else can reach.

    Tests try strange hosts on purpose; only package registries must not occur there.
    """
    for match in MACHINE_PATHS.finditer(text):
        yield f"{shown(path)}: path of a machine: {match[0]}"
    for host in sorted({match[1].lower().rstrip(".") for match in URL.finditer(text)}):
        if REGISTRY.search(host) if is_test(path) else not HOSTS.fullmatch(host):
            yield f"{shown(path)}: unexpected host {host} (if it is public, add it to HOSTS)"


def stilted(path: Path, text: str) -> Iterator[str]:
    """Yield phrases of PHRASES, with the better wording."""
    for number, line in enumerate(text.split("\n"), start=1):
        for phrase, better in PHRASES.items():
            if match := re.search(phrase, line):
                yield f"{shown(path)}:{number}: {match[0]!r}: write {better}"


def is_test(path: Path) -> bool:
    """Tell whether a file is a test of this repository, not of a generated suite."""
    own = REPOSITORY in path.parents and TEMPLATE not in path.parents
    return own and "tests" in path.relative_to(REPOSITORY).parts


def unsafe_names(paths: Iterable[Path], root: Path) -> Iterator[str]:
    """Yield names that Windows, or a case-insensitive disk, cannot hold."""
    seen: dict[str, str] = {}
    for path in paths:
        relative = path.relative_to(root)
        for part in relative.parts:
            if UNSAFE_NAME.search(part) or RESERVED_NAME.match(part):
                yield f"{relative}: not a name on Windows"
        twin = seen.setdefault(relative.as_posix().lower(), relative.as_posix())
        if twin != relative.as_posix():
            yield f"{relative}: the same as {twin} on a case-insensitive disk"


def locks_excluded(paths: Iterable[Path]) -> list[Path]:
    """Return `paths` without lock files, which have tests of their own."""
    return [path for path in paths if path != REPOSITORY / "package-lock.json"]


def test_text_of_the_repository_is_tidy() -> None:
    files = text_files(tracked_files())
    assert_none(line for path, text in files for line in untidy(path, text))


@pytest.mark.slow
def test_text_of_the_repository_is_idiomatic() -> None:
    files = text_files(tracked_files())
    assert_none(line for path, text in files for line in stilted(path, text))


def test_spelling_of_the_repository() -> None:
    """Not of the tests: they misspell names on purpose."""
    lint(["typos", "--hidden", "--exclude=.git", "--exclude=tests"], REPOSITORY)


def test_spelling_of_generated_projects(generated: Path) -> None:
    """A host may have typos among its hooks."""
    lint(["typos", "--hidden", "--no-ignore"], generated)


def test_text_of_generated_projects_is_tidy(generated: Path) -> None:
    files = text_files(files_below(generated))
    assert_none(line for path, text in files for line in untidy(path, text))


def test_nothing_of_the_template_is_left(generated: Path) -> None:
    files = text_files(files_below(generated))
    assert_none(line for path, text in files for line in leftovers(path, text))


def test_no_private_paths_or_hosts_in_the_repository() -> None:
    files = text_files(locks_excluded(tracked_files()))
    assert_none(line for path, text in files for line in private_names(path, text))


def test_no_private_paths_or_hosts_in_generated_projects(generated: Path) -> None:
    files = text_files(files_below(generated))
    assert_none(line for path, text in files for line in private_names(path, text))


def test_generated_projects_install_nothing_unpinned(generated: Path) -> None:
    files = text_files(files_below(generated))
    assert_none(f"{path.name}: @latest" for path, text in files if "@latest" in text)


def test_names_of_the_repository_work_everywhere() -> None:
    assert_none(unsafe_names(tracked_files(), REPOSITORY))


def test_names_of_generated_projects_work_everywhere(generated: Path) -> None:
    assert_none(unsafe_names(files_below(generated), generated))


def test_lock_files_name_no_registry() -> None:
    """Whoever installs uses the registry of their own settings."""
    node = json.loads((REPOSITORY / "package-lock.json").read_text(encoding="utf-8"))
    assert [name for name, package in node["packages"].items() if "resolved" in package] == []
    for lock in (REPOSITORY / "requirements").glob("*.txt"):
        text = lock.read_text(encoding="utf-8")
        assert not re.search(r"://|index-url|find-links|trusted-host", text), lock


def test_lock_files_hold_a_hash_for_every_package() -> None:
    node = json.loads((REPOSITORY / "package-lock.json").read_text(encoding="utf-8"))
    assert [
        name for name, package in node["packages"].items() if name and "integrity" not in package
    ] == []
    for lock in (REPOSITORY / "requirements").glob("*.txt"):
        for entry in re.split(r"\n(?=\S)", lock.read_text(encoding="utf-8").strip()):
            assert "--hash=sha256:" in entry, f"{lock.name}: {entry}"


def test_the_demo_uses_the_versions_the_tests_use() -> None:
    pins = [
        set(re.findall(r"^\S+==\S+[^\\\n]*", (REPOSITORY / lock).read_text("utf-8"), re.MULTILINE))
        for lock in ("requirements/demo.txt", "requirements/dev.txt")
    ]
    assert pins[0] <= pins[1]


def test_template_files_are_copied_not_rendered() -> None:
    """Braces of the template language mean nothing there, and must not look as if they did."""
    answers = re.compile(r"\{\{\s*cookiecutter\b")
    found = [
        shown(path)
        for path, text in text_files(files_below(TEMPLATE / ".cookiecutter-k6" / "files"))
        if answers.search(text)
    ]
    assert found == []


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("a", "no newline"),
        ("a\n\n", "blank lines"),
        ("\ufeffa\n", "byte order"),
        ("a \n", ":1: trailing"),
        ("a\nb\r\n", ":2: trailing"),
    ],
)
def test_untidy_text_is_found(text: str, complaint: str) -> None:
    assert [complaint in line for line in untidy(Path("x"), text)] == [True]


def test_wrong_spelling_is_found(tmp_path: Path) -> None:
    (tmp_path / ".hidden.py").write_text("PATTERN = r'authentica" + "t\\w+'\n", encoding="utf-8")
    done = run(["typos", "--hidden", "--no-ignore"], tmp_path)
    assert done.returncode != 0
    assert "authenticate" in done.stdout, done.stderr


@pytest.mark.parametrize(
    "text", ["one row " + "a resource", "What counts as " + "good", "the figures of " + "a run"]
)
def test_stilted_phrases_are_found(text: str) -> None:
    assert [":2: " in line for line in stilted(Path("x"), f"fine\n{text}\n")] == [True]


@pytest.mark.parametrize(
    "text", ["@@project_name@@", "// @feature auth", "{{ cookiecutter.auth }}", "{% if x %}"]
)
def test_leftovers_are_found(text: str) -> None:
    assert list(leftovers(Path("x"), f"fine\n{text}\n"))


@pytest.mark.parametrize(
    "text",
    [
        "/wor" + "k/main/x",
        '"/roo' + 't/.cache"',
        "see http" + "://pypi.corp.internal/simple",
        "http" + "s://user:pw@registry.intern/",
    ],
)
def test_private_names_are_found(text: str) -> None:
    assert list(private_names(Path("x"), text))


def test_tests_may_name_strange_hosts_but_no_registry() -> None:
    test = REPOSITORY / "tests" / "x.py"
    strange = "http" + "://example.com.evil.org"
    assert not list(private_names(test, strange))
    assert list(private_names(TEMPLATE / "tests" / "load" / "x.js", strange))
    assert list(private_names(test, "https" + "://pypi.nowhere/simple"))


@pytest.mark.parametrize(
    "text", ["http" + "://127.0.0.1:80/x", "https://api.example.com", "a/root/b"]
)
def test_public_names_are_not(text: str) -> None:
    assert not list(private_names(Path("x"), text))


@pytest.mark.parametrize("name", ["a:b", "aux.js", "nul", "x.", "a?", "dir /x"])
def test_unsafe_names_are_found(name: str) -> None:
    assert list(unsafe_names([Path("/r") / name], Path("/r")))


def test_names_that_differ_in_case_only_are_found() -> None:
    assert list(unsafe_names([Path("/r/A"), Path("/r/a")], Path("/r")))
