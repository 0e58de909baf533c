"""Masks what is no code in JavaScript and shell: comments, texts, regular expressions, imports."""

from __future__ import annotations

import re

MASK = "\0"

_SLASH_OF_VALUE = re.compile(r"(?:[(,=:\[!&|?{};]|\breturn|=>|^)\s*$")
_EXPRESSION = re.compile(r"/(?:[^/\\\n\[]|\\.|\[(?:[^\]\\\n]|\\.)*\])+/\w*")
_IMPORT = re.compile(r"^import [^;]*;", re.MULTILINE)


def _hidden(text: str) -> str:
    return re.sub(r"[^\n]", MASK, text)


class _Scanner:
    """Reads a text from left to right."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.made: list[str] = []

    def keep(self, count: int = 1) -> None:
        """Take over some characters."""
        self.made.append(self.text[self.at : self.at + count])
        self.at += count

    def hide(self, end: int) -> None:
        """Mask everything up to a place."""
        self.made.append(_hidden(self.text[self.at : end]))
        self.at = end

    def starts(self, word: str) -> bool:
        """Tell whether a word is next."""
        return self.text.startswith(word, self.at)

    def after(self, word: str) -> int:
        """Return where the next such word ends."""
        found = self.text.find(word, self.at + 1)
        return len(self.text) if found < 0 else found + len(word)

    def quoted(self) -> int:
        """Return where the text in quotes ends that begins here."""
        match = re.compile(r"(['\"])(?:(?!\1)[^\\]|\\.)*\1", re.DOTALL).match(self.text, self.at)
        return match.end() if match else len(self.text)


class _JavaScript(_Scanner):
    def code(self, end: str = "") -> None:
        """Read code, up to a brace if it is in a template."""
        depth = 0
        while self.at < len(self.text):
            if self.starts("//"):
                self.hide(self.after("\n") - 1)
            elif self.starts("/*"):
                self.hide(self.after("*/"))
            elif self.text[self.at] in "'\"":
                self.hide(self.quoted())
            elif self.starts("`"):
                self.template()
            elif self.starts("/") and _SLASH_OF_VALUE.search("".join(self.made[-40:])):
                match = _EXPRESSION.match(self.text, self.at)
                self.hide(match.end() if match else self.at + 1)
            elif end and self.starts(end) and depth == 0:
                return
            else:
                depth += {"{": 1, "}": -1}.get(self.text[self.at], 0)
                self.keep()

    def template(self) -> None:
        """Mask a template and read the code in it."""
        self.hide(self.at + 1)
        while self.at < len(self.text) and not self.starts("`"):
            if self.starts("${"):
                self.hide(self.at + 2)
                self.code("}")
            self.hide(self.at + (2 if self.starts("\\") else 1))
        self.hide(self.at + 1)


class _Shell(_Scanner):
    def code(self, end: str = "") -> None:
        """Read code, up to a word if it is in an expansion."""
        while self.at < len(self.text):
            if self.starts("#") and (not self.made or self.made[-1][-1:].isspace()):
                self.hide(self.after("\n") - 1)
            elif self.starts("\\"):
                self.hide(self.at + 2)
            elif self.starts("'"):
                self.hide(self.after("'"))
            elif self.starts('"'):
                self.double()
            elif end and self.starts(end):
                self.keep(len(end))
                return
            elif self.starts("["):
                # A set of characters, such as [0-9], or a test.
                match = re.compile(r"\[[^\s\]]*-[^\s\]]*\]").match(self.text, self.at)
                if match:
                    self.hide(match.end())
                else:
                    self.keep()
            elif not self.expansion():
                self.keep()

    def expansion(self) -> bool:
        """Read one as code, if there is one."""
        for begin, end in (("$((", "))"), ("$(", ")"), ("${", "}")):
            if self.starts(begin):
                self.keep(len(begin))
                self.code(end)
                return True
        return False

    def double(self) -> None:
        """Mask a text in double quotes, but not what expands in it."""
        self.keep()
        while self.at < len(self.text) and not self.starts('"'):
            name = re.compile(r"\$\w*").match(self.text, self.at)
            if self.expansion():
                continue
            if name:
                self.keep(len(name[0]))
            else:
                self.hide(self.at + (2 if self.starts("\\") else 1))
        self.keep()


def of_javascript(text: str) -> str:
    """Return a text of the same length and lines, with a mask in place of what is no code."""
    scanner = _JavaScript(text)
    scanner.code()
    return _IMPORT.sub(lambda match: _hidden(match[0]), "".join(scanner.made))


def of_shell(text: str) -> str:
    """Return a text of the same length and lines, with a mask in place of what is no code."""
    scanner = _Shell(text)
    scanner.code()
    return "".join(scanner.made)
