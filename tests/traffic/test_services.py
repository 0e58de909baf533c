"""A REST and a GraphQL service, recorded, imported without editing, played by several users.

What records them is no browser, but writes HAR as one: test_admin and test_desk have real ones.
"""

from __future__ import annotations

import json
import sqlite3
import urllib.request
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from tests.traffic.conftest import Start
from tests.traffic.recording import (
    CANARY,
    SCRIPT,
    Imported,
    leaks,
    secrets_of,
    share_as_recorded,
)

pytestmark = pytest.mark.slow


class Recorder:
    """Sends JSON, and keeps what was sent and answered."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.entries: list[Any] = []
        self.headers = {"Content-Type": "application/json"}

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """Send a request; return the JSON of its answer."""
        text = None if body is None else json.dumps(body)
        data = None if text is None else text.encode()
        url = self.url + path
        request = urllib.request.Request(url, data, self.headers, method=method)
        with urllib.request.urlopen(request, timeout=20) as response:
            answer = response.read().decode()
            status, got = response.status, list(response.headers.items())
        moment = datetime.now(timezone.utc) + timedelta(seconds=len(self.entries))
        self.entries.append(
            {
                "startedDateTime": moment.isoformat(),
                "time": 5,
                "request": {
                    "method": method,
                    "url": url,
                    "headers": pairs(self.headers.items()),
                    **({} if text is None else {"postData": posted(text)}),
                },
                "response": {"status": status, "headers": pairs(got), "content": {"text": answer}},
            }
        )
        return json.loads(answer) if answer else None

    def written(self, path: Path) -> Path:
        """Write the recording."""
        path.write_text(json.dumps({"log": {"version": "1.2", "entries": self.entries}}))
        return path


def pairs(headers: Any) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in headers]


def posted(text: str) -> dict[str, str]:
    return {"mimeType": "application/json", "text": text}


def rest(session: Recorder) -> None:
    """Log in, add a group, rename it, delete it."""
    login = session.call("POST", "/api/login/", {"username": "recorder", "password": CANARY})
    session.headers["Authorization"] = f"Token {login['token']}"
    session.call("GET", "/api/groups/")
    made = session.call("POST", "/api/groups/", {"name": "Night shift"})
    session.call("PATCH", f"/api/groups/{made['id']}/", {"name": "Early shift"})
    session.call("GET", f"/api/groups/{made['id']}/")
    session.call("DELETE", f"/api/groups/{made['id']}/")


def graphql(session: Recorder) -> None:
    """Log in, add a book, rename it, delete it."""

    def ask(name: str, query: str, **variables: Any) -> Any:
        content = {"operationName": name, "query": query, "variables": variables}
        return session.call("POST", "/graphql", content)["data"]

    signed = ask(
        "SignIn",
        "mutation SignIn($email: String!, $password: String!)"
        " { login(email: $email, password: $password) { token } }",
        email="recorder@example.com",
        password=CANARY,
    )
    session.headers["Authorization"] = f"Bearer {signed['login']['token']}"
    ask("Shelf", "query Shelf { books { id title } }")
    made = ask(
        "CreateBook",
        "mutation CreateBook($title: String!) { createBook(title: $title) { id } }",
        title="Printing for beginners",
    )
    key = made["createBook"]["id"]
    ask(
        "RenameBook",
        "mutation RenameBook($id: ID!, $title: String!)"
        " { renameBook(id: $id, title: $title) { id title } }",
        id=key,
        title="Printing for experts",
    )
    ask("DeleteBook", "mutation DeleteBook($id: ID!) { deleteBook(id: $id) }", id=key)


@pytest.mark.parametrize(
    ("app", "person", "user", "base", "left"),
    [
        ("rest_app", rest, "recorder", "rest.sqlite3", "select name from auth_group"),
        ("graphql_app", graphql, "a@example.com", "graphql.sqlite3", "select title from books"),
    ],
)
def test_what_is_made_is_deleted_again(
    app: str,
    person: Callable[[Recorder], None],
    user: str,
    base: str,
    left: str,
    start: Start,
    imported: Imported,
    tmp_path: Path,
) -> None:
    def ask(query: str) -> list[Any]:
        with sqlite3.connect(tmp_path / base) as held:
            return [row[0] for row in held.execute(query)]

    url = start(app)
    session = Recorder(url)
    person(session)
    har = session.written(tmp_path / "session.har")
    (before,) = ask("select max(seq) from sqlite_sequence where name in ('auth_group', 'books')")
    done = imported.load_traffic("import", har)
    assert done.returncode == 0, done.stderr

    run = imported.suite(url, DURATION="2s", VUS=3, TEST_USER_EMAIL=user).run(SCRIPT)

    assert run.code == 0, run.everything
    assert share_as_recorded(run) == 100
    assert ask(left) == ["There before"]
    (now,) = ask("select max(seq) from sqlite_sequence where name in ('auth_group', 'books')")
    assert now - before == run.summary["metrics"]["iterations"] >= 3
    texts = [*imported.files(), ("import", done.stdout + done.stderr), ("run", run.everything)]
    assert leaks(texts, secrets_of(har)) == []
