"""Small changes of source text: one operator at one place is a mutant.

Python is read as a syntax tree. JavaScript and shell are read as text in which comments and strings
are masked; both are formatted by a tool, so that an operator has spaces around it.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.mutation import masking


@dataclass(frozen=True)
class Mutant:
    """A file in which one place is changed.

    Attributes:
        path: of the file.
        start: first character of the place; end: the one after it.
        new: what is there instead.
        text: the whole file as it was.
    """

    path: Path
    start: int
    end: int
    new: str
    text: str

    @property
    def line(self) -> int:
        """Return the number of the line."""
        return self.text.count("\n", 0, self.start) + 1

    @property
    def changed(self) -> str:
        """Return the whole file after the change."""
        return self.text[: self.start] + self.new + self.text[self.end :]

    @property
    def before(self) -> str:
        """Return the line before the change."""
        return self.text.splitlines()[self.line - 1].strip()

    @property
    def after(self) -> str:
        """Return the line after the change."""
        return self.changed.splitlines()[self.line - 1].strip()


def mutants(path: Path) -> list[Mutant]:
    """Return all mutants of a file."""
    text = path.read_text(encoding="utf-8")
    found = _READERS[path.suffix](text)
    return [Mutant(path, start, end, new, text) for start, end, new in found]


Place = tuple[int, int, str]

# --- Python --------------------------------------------------------------------------------------

COMPARISONS: dict[type[ast.cmpop], str] = {
    ast.Lt: "<=",
    ast.LtE: "<",
    ast.Gt: ">=",
    ast.GtE: ">",
    ast.Eq: "!=",
    ast.NotEq: "==",
    ast.In: "not in",
    ast.NotIn: "in",
    ast.Is: "is not",
    ast.IsNot: "is",
}
ARITHMETIC: dict[type[ast.operator], str] = {
    ast.Add: "-",
    ast.Sub: "+",
    ast.Mult: "//",
    ast.FloorDiv: "*",
    ast.Mod: "*",
}


class _Python(ast.NodeVisitor):
    """Collects the places of a syntax tree."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.starts = [0]
        for line in text.splitlines(keepends=True):
            self.starts.append(self.starts[-1] + len(line))
        self.lines = text.splitlines(keepends=True)
        self.places: list[Place] = []

    def at(self, line: int, column: int) -> int:
        """Return the offset in characters of a place in bytes."""
        return self.starts[line - 1] + len(self.lines[line - 1].encode()[:column].decode())

    def span(self, node: ast.expr | ast.stmt) -> tuple[int, int]:
        """Return where a node begins and ends."""
        return (
            self.at(node.lineno, node.col_offset),
            self.at(node.end_lineno or 0, node.end_col_offset or 0),
        )

    def between(self, left: ast.expr, right: ast.expr, new: str) -> None:
        """Replace the operator between two operands."""
        gap = self.text[self.span(left)[1] : self.span(right)[0]]
        match = re.search(r"[^\s()]+(?: (?:in|not))?(?=[\s(]*$)", gap)
        if match and "#" not in gap:
            start = self.span(left)[1] + match.start()
            self.places.append((start, start + len(match[0]), new))

    def visit_Compare(self, node: ast.Compare) -> None:
        """Negate a comparison, or shift its limit."""
        self.between(node.left, node.comparators[0], COMPARISONS[type(node.ops[0])])
        self.generic_visit(node)

    def visit_BinOp(self, node: ast.BinOp) -> None:
        """Compute something else; texts are not subtracted."""
        new = ARITHMETIC.get(type(node.op))
        is_text = any(isinstance(part, (ast.JoinedStr, ast.List)) for part in ast.walk(node))
        is_text |= any(
            isinstance(part, ast.Constant) and isinstance(part.value, str)
            for part in (node.left, node.right)
        )
        if new and not is_text:
            self.between(node.left, node.right, new)
        self.generic_visit(node)

    def visit_BoolOp(self, node: ast.BoolOp) -> None:
        """Exchange `and` and `or`."""
        self.between(
            node.values[0], node.values[1], "or" if isinstance(node.op, ast.And) else "and"
        )
        self.generic_visit(node)

    def visit_UnaryOp(self, node: ast.UnaryOp) -> None:
        """Leave out `not`."""
        if isinstance(node.op, ast.Not):
            start = self.span(node)[0]
            self.places.append((start, start + len("not "), ""))
        self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> None:
        """Count one further; take the other truth value."""
        if isinstance(node.value, bool):
            self.places.append((*self.span(node), str(not node.value)))
        elif isinstance(node.value, int):
            self.places.append((*self.span(node), str(node.value + 1)))

    def visit_If(self, node: ast.If) -> None:
        """Always, and never."""
        self.places.extend((*self.span(node.test), new) for new in ("True", "False"))
        self.generic_visit(node)

    def visit_Return(self, node: ast.Return) -> None:
        """Return nothing."""
        if node.value is not None and not isinstance(node.value, ast.Constant):
            self.places.append((*self.span(node.value), "None"))
        self.generic_visit(node)

    def visit_Expr(self, node: ast.Expr) -> None:
        """Leave out a call."""
        if isinstance(node.value, ast.Call):
            self.places.append((*self.span(node), "pass"))
        self.generic_visit(node)

    def visit_Break(self, node: ast.Break) -> None:
        """Go on."""
        self.places.append((*self.span(node), "continue"))

    def visit_Continue(self, node: ast.Continue) -> None:
        """Leave the loop."""
        self.places.append((*self.span(node), "break"))

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        """Look only at the value: annotations decide nothing."""
        if node.value is not None:
            self.visit(node.value)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        """Look at defaults and body."""
        for part in (*node.args.defaults, *node.args.kw_defaults, *node.body):
            if part is not None:
                self.visit(part)

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        """Leave texts alone: before Python 3.12 their parts have no places."""


def _of_python(text: str) -> list[Place]:
    reader = _Python(text)
    reader.visit(ast.parse(text))
    return reader.places


# --- text ----------------------------------------------------------------------------------------

Rule = tuple[str, "str | Callable[[re.Match[str]], str]"]


def _one_more(match: re.Match[str]) -> str:
    return str(int(match[0]) + 1)


_NO_CALL = "return|throw|if|for|while|const|let|case|break|continue"
_NO_COMMAND = "local|readonly|declare|case|return|for|while|if|elif"

JAVASCRIPT: Sequence[Rule] = (
    (r"(?<= )===(?= )", "!=="),
    (r"(?<= )!==(?= )", "==="),
    (r"(?<= )<(?= )", "<="),
    (r"(?<= )<=(?= )", "<"),
    (r"(?<= )>(?= )", ">="),
    (r"(?<= )>=(?= )", ">"),
    (r"(?<= )&&(?= )", "||"),
    (r"(?<= )\|\|(?= )", "&&"),
    (r"(?<= )\+(?= )", "-"),
    (r"(?<= )-(?= )", "+"),
    (r"(?<= )\*(?= )", "/"),
    (r"(?<= )/(?= )", "*"),
    (r"(?<=[\s(])!(?=[\w(])", ""),
    (r"\btrue\b", "false"),
    (r"\bfalse\b", "true"),
    (r"(?<![\w.$])\d+(?![\w.])", _one_more),
    (r"(?<=\breturn )[^;\0{(\[\n]+(?=;)", "undefined"),
    (r"\bMath\.min\b", "Math.max"),
    (r"\bMath\.max\b", "Math.min"),
    (r"\.some\(", ".every("),
    (r"\.every\(", ".some("),
    (r"\bcontinue;", "break;"),
    (r"\bbreak;(?=\n\s+\})", "continue;"),
    (r"(?<=\bif \()[^\n{}]+(?=\) \{\n)", "true"),
    (r"(?<=\bif \()[^\n{}]+(?=\) \{\n)", "false"),
    (rf"(?m)^[ ]+(?!{_NO_CALL})[\w.?]+(?: [-+*]?= |\()[^\n]*;$", " ;"),
)  # fmt: skip

SHELL: Sequence[Rule] = (
    (r"(?<= )-eq(?= )", "-ne"),
    (r"(?<= )-ne(?= )", "-eq"),
    (r"(?<= )-lt(?= )", "-le"),
    (r"(?<= )-le(?= )", "-lt"),
    (r"(?<= )-gt(?= )", "-ge"),
    (r"(?<= )-ge(?= )", "-gt"),
    (r"(?<= )!=(?= )", "="),
    (r"(?<=[\"\w\0] )=(?= [^\n]*\])", "!="),
    (r"(?<=\[ )-n(?= )", "-z"),
    (r"(?<=\[ )-z(?= )", "-n"),
    (r"(?<=\[ )(?=-[defrswxL] )", "! "),
    (r"(?<=\[ )! (?=-)", ""),
    (r"&&", "||"),
    (r"\|\|(?! :)", "&&"),
    (r"(?<=\bif )! ", ""),
    (r"(?<=\bif )(?!!)", "! "),
    (r"(?<=\breturn )0\b", "1"),
    (r"(?<=\breturn )1\b", "0"),
    (r"\btrue\b", "false"),
    (r"\bfalse\b", "true"),
    (r"(?<![\w$.{<>&-])(?<!return )(?<!exit )\d+(?![\w.>#])", _one_more),
    (r"(?<=\w)%%(?=\S)", "%"),
    (r"(?<=\w)##(?=\S)", "#"),
    (rf"(?m)^[ ]+(?!{_NO_COMMAND})[a-z_]+ [^\n;|&()\\{{]+$", "  :"),
)  # fmt: skip


def _by_rules(masked: str, text: str, rules: Sequence[Rule]) -> Iterator[Place]:
    for pattern, new in rules:
        for match in re.finditer(pattern, masked):
            made = match.expand(new) if isinstance(new, str) else new(match)
            if made != text[match.start() : match.end()] or match.start() == match.end():
                yield match.start(), match.end(), made


def _of_javascript(text: str) -> list[Place]:
    return list(_by_rules(masking.of_javascript(text), text, JAVASCRIPT))


def _of_shell(text: str) -> list[Place]:
    return list(_by_rules(masking.of_shell(text), text, SHELL))


_READERS = {".py": _of_python, ".js": _of_javascript, ".sh": _of_shell}
