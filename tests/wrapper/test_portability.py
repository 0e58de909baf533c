"""The wrapper keeps to bash 3.2, which is what macOS has, and to programs that every system has."""

from __future__ import annotations

import re

import pytest

from tests.support.layout import WRAPPER

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
# k6_command always holds something; the names of the k6 command stand in the comments.
ARRAYS_NEVER_EMPTY = ('"${k6_command[@]}"',)


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
    for number, line in code_lines(text):
        for never_empty in ARRAYS_NEVER_EMPTY:
            line = line.replace(never_empty, "")  # noqa: PLW2901
        for name, pattern in {**NEWER_BASH, **UNWANTED}.items():
            if re.search(pattern, line):
                found.append(f"line {number}: {name}: {line.strip()}")
    return found


def test_the_wrapper_uses_nothing_newer_than_bash_3_2() -> None:
    assert offences(WRAPPER.read_text(encoding="utf-8")) == []


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


def test_the_file_is_executable_text_with_unix_line_ends() -> None:
    content = WRAPPER.read_bytes()
    assert WRAPPER.stat().st_mode & 0o111
    assert b"\r" not in content
    assert content.startswith(b"#!/usr/bin/env bash\n")
    assert content.isascii()


def test_nothing_is_substituted_where_signals_are_caught() -> None:
    """A trap that is due while bash 5.2 expands a `$(...)` is lost, with a syntax error."""
    text = WRAPPER.read_text(encoding="utf-8")
    half = text[text.index("# Processes and signals\n") : text.index("\nmain() {")]
    helpers = (
        "out err say explain note warn fail refuse nap launch kill_after limited connect answers"
    )
    for name in helpers.split():
        body = re.search(rf"^{name}\(\) \{{(.*?)\}}$", text, flags=re.MULTILINE | re.DOTALL)
        assert body, name
        half += body.group(1)
    found = [line for _, line in code_lines(half) if re.search(r"\$\((?!\()|[<>]\(", line)]
    # Both run while signals are ignored.
    assert [line.strip() for line in found] == [
        "table=$(ps -A -o pid= -o ppid= -o pgid= -o stat= 2>/dev/null) || return 0",
        'pids=$(processes_of "$service_pid")',
    ]
