"""Checks an answer as soon as it is typed, and asks again: a Jinja extension for cookiecutter.

cookiecutter renders the private variables of cookiecutter.json between the questions. One after
each question calls the filter `asked`, which does nothing unless a person answers the questions.
Otherwise `all_asked`, after the last question, refuses all wrong answers at once. Both use the
table of hooks/pre_gen_project.py, which checks everything once more: where this module does not
recognise who calls it, it does nothing. Names on the command line that no option has are refused
too, which no hook could do: cookiecutter drops them.
"""

from __future__ import annotations

import difflib
import importlib.util
import sys
from collections.abc import Callable, Iterable, MutableMapping, Sequence
from pathlib import Path
from types import FrameType, ModuleType
from typing import Any, NoReturn

from cookiecutter.exceptions import FailedHookException
from jinja2 import Environment
from jinja2.ext import Extension

HOOK = Path(__file__).parent / "hooks" / "pre_gen_project.py"


def load_hook() -> ModuleType:
    """Import the hook, which is a plain module until cookiecutter renders it."""
    spec = importlib.util.spec_from_file_location("cookiecutter_k6_answers", HOOK)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    dont_write, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    try:
        spec.loader.exec_module(module)
    finally:
        sys.dont_write_bytecode = dont_write
    return module


def variables_of(function: str) -> dict[str, Any]:
    """Return the variables of a calling function; none if it does not call.

    cookiecutter hands an extension nothing but the answers so far.
    """
    frame: FrameType | None = sys._getframe()
    while frame is not None and frame.f_code.co_name != function:
        frame = frame.f_back
    return {} if frame is None else frame.f_locals


def asker() -> Callable[[str, object], object] | None:
    """Return what asks a question again; None if nobody answers questions now."""
    caller = variables_of("prompt_for_config")
    if caller.get("no_input", True):
        return None
    prompts, prefix = caller.get("prompts", {}), caller.get("prefix", "")

    def ask(name: str, default: object) -> object:
        from cookiecutter.prompt import read_user_variable  # noqa: PLC0415

        answer: object = read_user_variable(name, default, prompts, prefix)
        return answer

    return ask


def word_of(option: Any, answer: object) -> object:
    """Return the choices that numbers stand for; any other answer as it is.

    >>> from types import SimpleNamespace
    >>> word_of(SimpleNamespace(choices=("none", "raw"), kind="choice"), "2")
    'raw'
    """
    parts = str(answer).split(",") if option.kind == "list" else [str(answer)]
    words = [part.strip() for part in parts]
    if not option.choices or not all(word.isdecimal() for word in words):
        return answer
    numbers = [int(word) for word in words]
    if not all(1 <= number <= len(option.choices) for number in numbers):
        return answer
    return ",".join(option.choices[number - 1] for number in numbers)


def unknown_names(given: Iterable[str], known: Sequence[str]) -> list[str]:
    r"""Return lines about names on the command line that no option has: cookiecutter ignores them.

    >>> print(*unknown_names(["back_port", "_template"], ["auth", "backend_port"]), sep="\n")
    ERROR: there is no option back_port: did you mean backend_port?
    Options: auth, backend_port
    """
    lines = []
    for name in given:
        if name not in known and not name.startswith("_"):
            nearest = difflib.get_close_matches(name, known, 1, cutoff=0.75)
            hint = f": did you mean {nearest[0]}?" if nearest else ""
            lines.append(f"ERROR: there is no option {name}{hint}")
    return [*lines, f"Options: {', '.join(known)}"] if lines else []


def unknown_names_given(hook: ModuleType) -> list[str]:
    """Return the same about the names of `NAME=VALUE` on the command line."""
    given = variables_of("cookiecutter").get("extra_context") or ()
    return unknown_names(given, [option.name for option in hook.OPTIONS])


def refuse(lines: Iterable[str]) -> NoReturn:
    """Print lines on stderr and end cookiecutter as a hook does, with FailedHookException."""
    for line in lines:
        print(line.encode("ascii", "backslashreplace").decode("ascii"), file=sys.stderr)
    raise FailedHookException("Nothing was written.")


def asked(answers: MutableMapping[str, Any], name: str) -> str:
    """Check an answer; ask again until it is accepted. Returns an empty text."""
    ask = asker()
    if ask is None:
        return ""
    hook = load_hook()
    # After the first question: nobody should answer all of them in vain.
    if name == hook.OPTIONS[0].name:
        unknown = unknown_names_given(hook)
        if unknown:
            refuse(unknown)
    option = next(one for one in hook.OPTIONS if one.name == name)
    answer = word_of(option, answers[name])
    while True:
        try:
            option.parse(answer)
        except ValueError as reason:
            because = f" ({reason})" if str(reason) else ""
            print(f"    '{answer}' is invalid{because}: expected {option.accepts}")
            answer = word_of(option, ask(name, option.example))
        else:
            answers[name] = answer
            return ""


def all_asked(answers: MutableMapping[str, Any]) -> str:
    """Refuse all wrong answers at once, before cookiecutter makes a folder; return an empty text.

    The hook would do so too, but cookiecutter shows a traceback after the message of a hook.
    Raises FailedHookException, as the hook does.
    """
    caller, call = variables_of("prompt_for_config"), variables_of("cookiecutter")
    if not caller.get("no_input") or not call:
        return ""
    hook = load_hook()
    accepted, problems = hook.check_answers(answers)
    problems += unknown_names_given(hook)
    if problems:
        template, folder = str(call.get("template", "")), str(call.get("output_dir", "."))
        words = [] if folder == "." else ["-o", folder]
        words += ["-f"] if call.get("overwrite_if_exists") else []
        refuse([*problems, hook.command_to_repeat(template, words, accepted)])
    return ""


class Questions(Extension):
    """Adds the filters `asked` and `all_asked`."""

    def __init__(self, environment: Environment) -> None:
        super().__init__(environment)
        environment.filters["asked"] = asked
        environment.filters["all_asked"] = all_asked
