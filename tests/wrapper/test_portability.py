"""The wrapper keeps to bash 3.2, which macOS has, and to programs that every system has.

With a real bash 3.2, `WRAPPER_BASH=/path/to/bash pytest tests/wrapper` runs every test on it.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.support.layout import SHELL, WRAPPER, shell_parts, wrapper_text

# What bash 3.2 lacks. shellcheck does not look for these.
NEWER_BASH = {
    "declare -A": r"\b(?:declare|local|typeset|readonly)\s+-\w*[Agnlu]",
    "mapfile": r"\b(?:mapfile|readarray)\b",
    "${x,,}": r"\$\{[\w\[\]@*]+(?:,,?|\^\^?)",
    "${x@Q}": r"\$\{[\w\[\]@*]+@[A-Za-z]\}",
    "[[ -v": r"\[\[?\s+(?:!\s+)?-v\s",
    "wait -n": r"\bwait\s+-n\b",
    "coproc": r"\bcoproc\b",
    "|&": r"\|&",
    "&>>": r"&>>",
    "printf %(": r"printf\b.*%\(",
    "${a[-1]}": r"\[-\d+\]",
    "read -t 0.5": r"\bread\b.*-t\s*\d*\.\d",
    ";;&": r";;?&(?!&)",
    "{1..9..2}": r"\{\w+\.\.\w+\.\.\w+\}",
    "EPOCHSECONDS": r"\b(?:EPOCHSECONDS|EPOCHREALTIME|BASHPID|SRANDOM)\b",
    "shopt -s globstar": r"\b(?:globstar|lastpipe|inherit_errexit|localvar_inherit)\b",
    "exec {fd}>": r"\bexec\s+\{\w+\}",
}
# What splits, expands or runs text, or is missing on some systems.
UNWANTED = {
    "eval": r"\beval\b",
    "source": r"^\s*(?:source|\.)\s",
    "ls": r"(?:^|[|;&(]\s*)ls\b",
    "backticks": r"`",
    "realpath": r"\brealpath\b",
    "timeout": r"(?:^|[|;&(]\s*)timeout\b",
    "setsid": r"\bsetsid\b",
    "flock": r"\bflock\b",
    "curl": r"(?:^|[|;&(]\s*)(?:curl|wget|jq|python3?|perl|awk|gdate|nproc|sha256sum)\b",
    "stat": r"(?:^|[|;&(]\s*)stat\b",
    "date +%N": r"\bdate\b.*%N",
    "grep": r"\b(?:grep|sed|sort)\b",
    "readlink -f": r"\breadlink\s+-f",
    "an empty array under set -u": r'(?<!\+)"\$\{\w+\[@\]\}"',
}
# These always hold something.
ARRAYS_NEVER_EMPTY = ('"${k6_command[@]}"', '"${docker_patterns[@]}"', '"${jobs[@]}"')
# How load-test.sh reads its parts
READING = '. "$part"'
# What runs while signals are caught. A trap that is due while bash 5.2 expands a `$(...)` is lost.
WHILE_SIGNALS_ARE_CAUGHT = (
    "process service log folder results save run hooks jobs background".split()
)


def code_lines(text: str) -> list[tuple[int, str]]:
    """Lines without comments and without the text of here-documents."""
    found = []
    end = ""
    for number, line in enumerate(text.splitlines(), 1):
        if end:
            end = "" if line == end else end
            continue
        here = re.search(r"<<-?'?(\w+)'?$", line)
        end = here.group(1) if here else ""
        if not line.lstrip().startswith("#"):
            found.append((number, re.sub(r"\s#\s.*$", "", line)))
    return found


def offences(text: str) -> list[str]:
    found = []
    for number, line in code_lines(text.replace(READING, "")):
        for never_empty in ARRAYS_NEVER_EMPTY:
            line = line.replace(never_empty, "")  # noqa: PLW2901
        for name, pattern in {**NEWER_BASH, **UNWANTED}.items():
            if re.search(pattern, line):
                found.append(f"line {number}: {name}: {line.strip()}")
    return found


@pytest.mark.parametrize(
    "part", [WRAPPER, *shell_parts()], ids=lambda path: f"{path.parent.name}/{path.stem}"
)
def test_the_wrapper_uses_nothing_newer_than_bash_3_2(part: Path) -> None:
    assert offences(part.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "line",
    [
        "declare -A map", "local -n ref=x", "declare -g x", "mapfile -t x", "readarray x",
        "y=${x,,}",
        "y=${x^^}", "y=${x@Q}", "if [[ -v x ]]; then", "wait -n", "coproc cat", "a |& b", "a &>> f",
        "printf '%(%s)T' -1", "echo ${a[-1]}", "read -r -t 0.5 x", "x) y ;;&", 'f "${a[@]}"',
        "eval x", ". ./file", "x=`y`", "x=$(ls)", "timeout 5 x", "readlink -f x", "date +%s%N",
    ],
)  # fmt: skip
def test_the_check_finds(line: str) -> None:
    assert offences(line), line


def test_the_script_is_executable_and_its_parts_are_not() -> None:
    assert WRAPPER.stat().st_mode & 0o111
    assert WRAPPER.read_bytes().startswith(b"#!/usr/bin/env bash\n")
    for part in shell_parts():
        assert not part.stat().st_mode & 0o111, part


def test_the_files_are_plain_text_with_unix_line_ends() -> None:
    for part in (WRAPPER, *shell_parts()):
        content = part.read_bytes()
        assert b"\r" not in content, part
        assert content.isascii(), part


def test_nothing_is_substituted_while_signals_are_caught() -> None:
    half = "".join((SHELL / f"{name}.sh").read_text() for name in WHILE_SIGNALS_ARE_CAUGHT)
    half += functions("talk", "out err say show explain note warn complain fail refuse")
    half += functions("command", "use_command replace_word add_child_variable")
    half += functions("outputs", "stores_series")
    hooked = re.findall(r"^on killed (\w+)$", wrapper_text(), re.MULTILINE)
    assert hooked
    half += "".join(function(wrapper_text(), name) for name in hooked)
    found = [line for _, line in code_lines(half) if re.search(r"\$\((?!\()|[<>]\(", line)]
    # The first two run while signals are ignored, the others before anything is started.
    assert [line.strip() for line in found] == [
        "table=$(ps -A -o pid= -o ppid= -o pgid= -o stat= 2>/dev/null) || return 0",
        'pids=$(processes_of "$service_pid")',
        'new_job "$1" "$2" "$3" "group_${#groups[@]}" "$(file_name "$1")"',
    ]


def functions(part: str, names: str) -> str:
    """Return the bodies of functions of a part."""
    text = (SHELL / f"{part}.sh").read_text(encoding="utf-8")
    return "".join(function(text, name) for name in names.split())


def function(text: str, name: str) -> str:
    """Return the body of a function."""
    body = re.search(rf"^{name}\(\) \{{(.*?)\}}$", text, flags=re.MULTILINE | re.DOTALL)
    assert body, f"there is no function {name}"
    return f"{body.group(1)}\n"
