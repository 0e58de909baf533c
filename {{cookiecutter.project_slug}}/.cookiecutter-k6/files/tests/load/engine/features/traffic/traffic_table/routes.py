"""Route names: `/items/7` is `/items/{id}`, by the OpenAPI table or else by inference."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import unquote

from .model import Exchange
from .texts import is_date, is_email, is_id, is_uuid


class Routes:
    """Names routes.

    Args:
        known: methods and templates of an OpenAPI document, such as `/items/{id}`.
    """

    def __init__(self, known: Iterable[tuple[str, str]] = ()) -> None:
        self._known: dict[tuple[str, int], list[tuple[list[str], str]]] = {}
        for method, template in known:
            words = template.strip("/").split("/")
            self._known.setdefault((method, len(words)), []).append((words, template))

    def template(self, method: str, path: str, ids: Sequence[int] = ()) -> str:
        """Return the template of a path.

        Args:
            method: such as GET.
            path: without a query.
            ids: segments that are known to be IDs, as links or values that differ.
        """
        words = path.strip("/").split("/")
        for template, text in self._known.get((method, len(words)), []):
            if all(one == two or "{" in one for one, two in zip(template, words, strict=True)):
                return text
        made = [
            _placeholder(word) if i in ids or is_id(word) else word for i, word in enumerate(words)
        ]
        end = "/" if path.endswith("/") and path != "/" else ""
        return "/" + "/".join(made) + end

    def name(self, one: Exchange, ids: Sequence[int] = ()) -> str:
        """Return the route name of a request: fit for a tag and a threshold."""
        request = one.request
        text = f"{request.method} {self.template(request.method, request.parts.path, ids)}"
        operation = graphql_operation(one)
        if operation:
            text += f" {operation}"
        return fit_name(text)


def fit_name(text: str) -> str:
    """Return a text that k6 thresholds can name: no comma, no quote, no control character."""
    text = re.sub(r"[\x00-\x1f\x7f,\"'`\\]+|::", "-", unquote(text))
    return "".join(c for c in text if c.isprintable())[:150].strip() or "request"


def _placeholder(word: str) -> str:
    if is_uuid(word):
        return "{uuid}"
    if is_date(word):
        return "{date}"
    return "{email}" if is_email(unquote(word)) else "{id}"


_OPERATION = re.compile(
    r"^\s*(?:#[^\n]*\n\s*)*(query|mutation|subscription)?\s*(\w+)?[^{]*\{\s*(\w+)"
)


def graphql(one: Exchange) -> tuple[str, str] | None:
    """Return kind and name of a GraphQL operation: `("mutation", "AddItem")`; None for others."""
    body = one.request.body
    if not body.lstrip().startswith(("{", "[")) or '"query"' not in body:
        return None
    try:
        content = json.loads(body)
    except (ValueError, RecursionError):
        return None
    content = content[0] if isinstance(content, list) and content else content
    text = content.get("query") if isinstance(content, dict) else None
    if not isinstance(text, str) or "{" not in text:
        return None
    found = _OPERATION.match(text)
    given = content.get("operationName")
    kind = (found[1] if found else None) or "query"
    name = given if isinstance(given, str) and given else (found[2] or found[3]) if found else ""
    return kind, name


def graphql_operation(one: Exchange) -> str:
    """Return a name such as `mutation AddItem`; empty for what is no GraphQL."""
    found = graphql(one)
    return " ".join(found).strip() if found else ""


def known_routes(table: str) -> list[tuple[str, str]]:
    """Return methods and templates of an OpenAPI table, data/operations.jsonl."""
    found: list[tuple[str, str]] = []
    base = ""
    for number, line in enumerate(table.splitlines()):
        try:
            row: Any = json.loads(line)
        except ValueError:
            return []
        if number == 0:
            base = row.get("base", "") if isinstance(row, dict) else ""
        elif isinstance(row, dict) and "method" in row and isinstance(row.get("url"), list):
            url = [f"{{{part}}}" if i % 2 else part for i, part in enumerate(row["url"])]
            found.append((row["method"], row.get("base", base) + "".join(url)))
    # The most literal template first: /items/mine before /items/{id}.
    return sorted(found, key=lambda one: one[1].count("{"))
