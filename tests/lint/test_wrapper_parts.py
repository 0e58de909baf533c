"""The parts of load-test.sh: short, without feature marks, each the owner of its globals."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from tests.lint.linting import assert_none
from tests.support.layout import SHELL, WRAPPER, shell_parts

LONGEST_PART = 300
LONGEST_SCRIPT = 100

PARTS = {
    f"{path.parent.name}/{path.name}": path.read_text(encoding="utf-8") for path in shell_parts()
}
SCRIPTS = {**PARTS, WRAPPER.name: WRAPPER.read_text(encoding="utf-8")}

# `a=1 ` at the end of the text before another assignment
EARLIER = re.compile(
    r"[a-z_][a-z0-9_]*(?:\[[^]]*\])?\+?="
    r"(?:\"[^\"]*\"|'[^']*'|\$?\([^()]*\)|[^\s;\"'()])* +$"
)
ASSIGNMENT = re.compile(r"(?<![\w$\"'{=.-])([a-z_][a-z0-9_]*)(?:\[[^]=]*\])?\+?=(?![=~*?])")
# Words after which `name=value` is an assignment: the beginning of a command, or another assignment
COMMAND_STARTS = re.compile(
    r"(?:^|&&|\|\||[;({|!]|\b(?:do|then|else|readonly|while|if|until)\b|\)) *$"
)


def test_no_part_is_too_long() -> None:
    assert_none(
        f"{name}: {text.count(chr(10))} lines, at most {LONGEST_PART}"
        for name, text in PARTS.items()
        if text.count("\n") > LONGEST_PART
    )
    assert SCRIPTS[WRAPPER.name].count("\n") <= LONGEST_SCRIPT


def test_every_part_is_read() -> None:
    assert {path.name for path in SHELL.iterdir()} == {
        path.name for path in shell_parts() if path.parent == SHELL
    }


def test_a_part_begins_with_what_it_owns() -> None:
    assert_none(name for name, text in PARTS.items() if not text.startswith("# "))


def test_features_are_not_marked_in_the_wrapper() -> None:
    """Optional features take part by hooks."""
    assert_none(name for name, text in SCRIPTS.items() if "@feature" in text)


def test_the_core_names_no_function_of_a_feature() -> None:
    own = {
        function: name
        for name, text in PARTS.items()
        if not name.startswith("shell/")
        for function in re.findall(r"^([a-z_0-9]+)\(\)", text, re.MULTILINE)
    }
    assert_none(
        f"{name} calls {function} of {own[function]}"
        for name, text in PARTS.items()
        for function in own
        if name != own[function] and re.search(rf"\b{function}\b", text)
    )


def test_a_function_is_defined_once() -> None:
    defined: dict[str, str] = {}
    for name, text in SCRIPTS.items():
        for function in re.findall(r"^([a-z_0-9]+)\(\)", text, re.MULTILINE):
            assert function not in defined, f"{function}: {defined[function]} and {name}"
            defined[function] = name


def test_a_global_is_written_only_by_the_part_that_declares_it() -> None:
    assert_none(foreign_assignments(SCRIPTS))


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("f() {\n  theirs=1\n}\n", "mine.sh writes theirs of other.sh"),
        ("f() {\n  [ -z x ] || theirs+=(1)\n}\n", "mine.sh writes theirs of other.sh"),
        ("f() {\n  own=1 theirs=2\n}\n", "mine.sh writes theirs of other.sh"),
        ("f() {\n  nobodys=1\n}\n", "mine.sh writes nobodys, which no part declares"),
        (
            "f() {\n  for nobodys in 1; do :; done\n}\n",
            "mine.sh writes nobodys, which no part declares",
        ),
        ("f() {\n  local theirs=1\n  theirs=2 own=3\n}\n", None),
        ('f() {\n  add x=1 --env "theirs=2" theirs=3\n}\n', None),
    ],
)
def test_the_check_of_globals_finds(text: str, complaint: str | None) -> None:
    found = list(foreign_assignments({"mine.sh": f"own=''\n{text}", "other.sh": "theirs=''\n"}))
    assert found == ([complaint] if complaint else [])


def foreign_assignments(scripts: dict[str, str]) -> Iterator[str]:
    """Yield every assignment to a global in a part that does not declare it."""
    owner: dict[str, str] = {}
    for name, text in scripts.items():
        for line in outside_functions(text):
            for variable in assigned(line):
                owner.setdefault(variable, name)
    for name, text in scripts.items():
        for function in re.findall(
            r"^[a-z_0-9]+\(\) [{(](?:.*[})]$|(?:(?!^[})]$).|\n)*)", text, re.MULTILINE
        ):
            own = set(local_names(function))
            for variable in dict.fromkeys(
                v for line in function.splitlines() for v in assigned(line)
            ):
                if variable in own or owner.get(variable) == name:
                    continue
                if variable in owner:
                    yield f"{name} writes {variable} of {owner[variable]}"
                else:
                    yield f"{name} writes {variable}, which no part declares"


def outside_functions(text: str) -> list[str]:
    """Return the lines that are run when a part is read."""
    text = re.sub(r"^[a-z_0-9]+\(\) [{(].*[})]$", "", text, flags=re.MULTILINE)
    return re.sub(
        r"^[a-z_0-9]+\(\) [{(].*?^[})]$", "", text, flags=re.MULTILINE | re.DOTALL
    ).splitlines()


def local_names(function: str) -> Iterator[str]:
    """Yield the names that a function declares with `local`."""
    for line in re.findall(r"\blocal ((?:-a )?[^\n]*)", function):
        bare = re.sub(r"\$?'[^']*'|\"[^\"]*\"|\$\{[^}]*\}|\$?\(\(.*\)\)|\([^)]*\)", "", line)
        yield from re.findall(r"(?:^|\s)([a-z_][a-z0-9_]*)(?==|\s|;|$)", bare.split(";")[0])


def assigned(line: str) -> Iterator[str]:
    """Yield the lower-case names that a line assigns to."""
    line = re.sub(r"(^|\s)#.*$", "", line)
    if re.match(r"\s*local\b", line):
        return
    yield from re.findall(r"\bfor (?:\(\()?([a-z_][a-z0-9_]*)(?: in\b| =)", line)
    line = re.sub(r"\bfor \(\(.*?\)\)", "", line)
    yield from (
        n
        for names in re.findall(r"\bread (?:-r )?((?:[a-z_0-9]+ ?)+)", line)
        for n in names.split()
    )
    for match in ASSIGNMENT.finditer(line):
        before = line[: match.start()]
        while (shorter := EARLIER.sub("", before)) != before:
            before = shorter
        if COMMAND_STARTS.search(before):
            yield match[1]
