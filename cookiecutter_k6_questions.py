"""Checks an answer as soon as it is typed, and asks again: a Jinja extension for cookiecutter.

cookiecutter renders the private variables of cookiecutter.json between the questions. One after
each question calls the filter `asked`, which does nothing unless a person answers the questions:
all answers are checked once more by hooks/pre_gen_project.py, whose table this uses.
"""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable, MutableMapping
from pathlib import Path
from types import ModuleType
from typing import Any

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


def asker() -> Callable[[str, object], object] | None:
    """Return what asks a question again; None if nobody answers questions now.

    cookiecutter hands an extension nothing but the answers so far, so this looks at the function
    that asks: whether it may, with which prompts, and how far it has come.
    """
    frame = sys._getframe()
    while frame is not None and frame.f_code.co_name != "prompt_for_config":
        frame = frame.f_back
    if frame is None or frame.f_locals.get("no_input", True):
        return None
    prompts, prefix = frame.f_locals.get("prompts", {}), frame.f_locals.get("prefix", "")

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


def asked(answers: MutableMapping[str, Any], name: str) -> str:
    """Check an answer; ask again until it is accepted. Returns an empty text."""
    ask = asker()
    if ask is None:
        return ""
    option = next(one for one in load_hook().OPTIONS if one.name == name)
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


class Questions(Extension):
    """Adds the filter `asked`."""

    def __init__(self, environment: Environment) -> None:
        super().__init__(environment)
        environment.filters["asked"] = asked
