"""Evaluates the part of GitHub's expression language that the generated workflows use."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

EXPRESSION = re.compile(r"\$\{\{(.*?)\}\}", re.DOTALL)
TOKEN = re.compile(r"\s*('(?:[^']|'')*'|&&|\|\||==|!=|[()!,]|\d+|[A-Za-z_][\w.-]*)")


class Expression:
    """One expression, read from left to right by recursive descent.

    Args:
        text: what stands between the braces.
        contexts: `github`, `inputs`, `vars`, ... as nested mappings. A name that is missing in one
            of them is empty, as on GitHub; a context that is missing raises KeyError.
    """

    def __init__(self, text: str, contexts: Mapping[str, Any]) -> None:
        self.tokens = TOKEN.findall(text)
        assert "".join(self.tokens) == re.sub(r"\s+(?=(?:[^']*'[^']*')*[^']*$)", "", text), text
        self.contexts = contexts

    def value(self) -> Any:
        result = self.either()
        assert not self.tokens, f"not understood: {self.tokens}"
        return result

    def either(self) -> Any:
        left = self.both()
        while self.take("||"):
            right = self.both()
            left = left or right
        return left

    def both(self) -> Any:
        left = self.equal()
        while self.take("&&"):
            right = self.equal()
            left = left and right
        return left

    def equal(self) -> Any:
        left = self.single()
        for sign in ("==", "!="):
            if self.take(sign):
                return (left == self.single()) is (sign == "==")
        return left

    def single(self) -> Any:
        token = self.tokens.pop(0)
        if token == "(":
            inner = self.either()
            assert self.take(")")
            return inner
        if token.startswith("'"):
            return token[1:-1].replace("''", "'")
        if token.isdigit():
            return int(token)
        return self.call(token) if self.take("(") else self.look_up(token)

    def call(self, name: str) -> Any:
        arguments = []
        while not self.take(")"):
            arguments.append(self.either())
            self.take(",")
        functions: dict[str, Callable[..., Any]] = {
            "always": lambda: True,
            "fromJSON": json.loads,
            "hashFiles": lambda *_: "hash",
        }
        return functions[name](*arguments)

    def look_up(self, path: str) -> Any:
        first, *rest = path.split(".")
        found = self.contexts[first]
        for name in rest:
            found = found.get(name) if isinstance(found, Mapping) else None
        return "" if found is None else found

    def take(self, token: str) -> bool:
        if self.tokens[:1] == [token]:
            self.tokens.pop(0)
            return True
        return False


def filled(text: object, contexts: Mapping[str, Any]) -> str:
    """Return a text of a workflow with its expressions replaced by their values.

    Example:
        >>> filled("run ${{ inputs.a || 'none' }}", {"inputs": {}})
        'run none'
    """

    def replace(match: re.Match[str]) -> str:
        value = Expression(match[1], contexts).value()
        return str(value).lower() if isinstance(value, bool) else str(value)

    return EXPRESSION.sub(replace, str(text))
