"""GitHub and GitLab as far as comments need them, written from their REST API documentation.

GitHub: https://docs.github.com/en/rest/issues/comments, /rest/pulls/pulls, /rest/repos/contents,
/rest/actions/artifacts. GitLab: https://docs.gitlab.com/api/notes, /api/repository_files,
/api/users. Lists come in pages; tokens that may not do something get 403, unknown things 404.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from tests.support.json_server import Received, serving_json

GITHUB_TOKEN = "ghs_16C7e42F292c6912E7710c838347Ae178B4a"
GITLAB_TOKEN = "glpat-kJ8x2vQn4pLr7sTz1wYb"
BOT = {"login": "github-actions[bot]", "type": "Bot"}


@dataclass
class Forge:
    """The state of the server.

    Attributes:
        url: of the API, without a slash at the end.
        comments: of request 5, oldest first, as the API returns them.
        files: by branch and path.
        head: commit of the branch that the request is about; owner and branch are those of a fork.
        artifacts: of the repository, newest first.
        may_write: whether the token may comment.
        requests: method and path of every request, with the query.
    """

    url: str = ""
    comments: list[dict[str, Any]] = field(default_factory=list)
    files: dict[tuple[str, str], str] = field(default_factory=dict)
    head: str = "a" * 40
    artifacts: list[dict[str, Any]] = field(default_factory=list)
    may_write: bool = True
    requests: list[str] = field(default_factory=list)

    def bodies(self) -> list[str]:
        """Return the texts of all comments."""
        return [comment["body"] for comment in self.comments]


Answer = tuple[int, Any]
Route = tuple[str, str, Callable[..., Answer]]


def page(rows: list[Any], query: dict[str, list[str]]) -> list[Any]:
    """Return one page of a list: 30 (GitHub) or 20 (GitLab) rows unless asked for up to 100."""
    size = min(int(query.get("per_page", ["20"])[0]), 100)
    start = (int(query.get("page", ["1"])[0]) - 1) * size
    return rows[start : start + size]


def content(forge: Forge, query: dict[str, list[str]], path: str) -> Answer:
    """Return a file of a branch."""
    text = forge.files.get((query["ref"][0], unquote(path)))
    return (404, {"message": "Not Found"}) if text is None else (200, text)


def artifacts(forge: Forge, query: dict[str, list[str]]) -> Answer:
    """Return the artifacts with a name."""
    found = [row for row in forge.artifacts if row["name"] == query["name"][0]]
    return 200, {"total_count": len(found), "artifacts": page(found, query)}


def routes(forge: Forge) -> list[Route]:
    """Return method, pattern of the path, and what answers."""

    def pulls(query: dict[str, list[str]], _: Any) -> Answer:
        wanted = query.get("head") == ["fork:feature/x"] and query.get("state") == ["open"]
        pull = {"number": 5, "head": {"sha": forge.head}, "base": {"ref": "main"}}
        return 200, page([pull] if wanted else [], query)

    def listed(query: dict[str, list[str]], _: Any) -> Answer:
        return 200, page(forge.comments, query)

    def created(_: Any, document: Any, author: dict[str, Any]) -> Answer:
        if not forge.may_write:
            return 403, {"message": "Resource not accessible by integration"}
        number = 100 + len(forge.comments)
        forge.comments.append({"id": number, "body": document["body"], **author})
        return 201, forge.comments[-1]

    def updated(_: Any, document: Any, number: str) -> Answer:
        if not forge.may_write:
            return 403, {"message": "Resource not accessible by integration"}
        for comment in forge.comments:
            if comment["id"] == int(number):
                comment["body"] = document["body"]
                return 200, comment
        return 404, {"message": "Not Found"}

    def by_bot(query: Any, document: Any) -> Answer:
        return created(query, document, {"user": BOT})

    def by_us(query: Any, document: Any) -> Answer:
        return created(query, document, {"author": {"id": 7}, "system": False})

    github, gitlab = "/repos/acme/shop", "/projects/42"
    return [
        ("GET", f"{github}/pulls", pulls),
        ("GET", f"{github}/issues/5/comments", listed),
        ("POST", f"{github}/issues/5/comments", by_bot),
        ("PATCH", rf"{github}/issues/comments/(\d+)", updated),
        ("GET", f"{github}/contents/(.+)", lambda q, _, path: content(forge, q, path)),
        ("GET", f"{github}/actions/artifacts", lambda q, _: artifacts(forge, q)),
        ("GET", "/user", lambda *_: (200, {"id": 7})),
        ("GET", f"{gitlab}/merge_requests/5/notes", listed),
        ("POST", f"{gitlab}/merge_requests/5/notes", by_us),
        ("PUT", rf"{gitlab}/merge_requests/5/notes/(\d+)", updated),
        (
            "GET",
            f"{gitlab}/repository/files/([^/]+)/raw",
            lambda q, _, path: content(forge, q, path),
        ),
    ]


def answer(forge: Forge, method: str, target: str, body: bytes) -> Answer:
    """Return status and document; a text is sent as it is."""
    parts = urlsplit(target)
    for verb, pattern, act in routes(forge):
        match = re.fullmatch(pattern, parts.path)
        if match and verb == method:
            document = json.loads(body) if body else None
            return act(parse_qs(parts.query), document, *match.groups())
    return 404, {"message": "Not Found"}


@contextmanager
def running_forge() -> Iterator[Forge]:
    """Run the server on a free port of this machine."""
    forge = Forge()

    def reply(request: Received) -> tuple[int, Any, dict[str, str]]:
        forge.requests.append(f"{request.method} {request.path}")
        known = request.headers.get("authorization") == f"Bearer {GITHUB_TOKEN}"
        if not known and request.headers.get("private-token") != GITLAB_TOKEN:
            return 401, {}, {}
        status, document = answer(forge, request.method, request.path, request.body)
        return status, document.encode() if isinstance(document, str) else document, {}

    with serving_json(reply) as forge.url:
        yield forge
