"""A service that holds things and knows which of them it was given before the run.

It serves any REST path: `/items` is a collection, `/items/7` a thing. What is done to a thing that
it held before the run, or to all of them at once, is recorded as harm.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.support.json_server import Answer, Received, serving_json


@dataclass
class Stateful:
    """The service.

    Attributes:
        held: things by collection and id.
        created: status of a create, what it answers for a new thing, and its further headers.
        answers: the same for single collections.
        nested: name of the collection in each thing, which cannot be deleted before its own things.
        old: collections whose creates make nothing -> what they answer: something of before.
        session: whether callers are let in; a logout ends it.
        requests: everything that arrived, `METHOD /path`.
        harm: requests that changed or deleted what the run did not create.
    """

    url: str = ""
    held: dict[str, dict[str, Any]] = field(default_factory=dict)
    before: set[tuple[str, str]] = field(default_factory=set)
    created: Callable[[Any], Answer] = lambda thing: (201, thing, {})
    answers: dict[str, Callable[[Any], Answer]] = field(default_factory=dict)
    nested: str = "parts"
    old: dict[str, Callable[[Any], Answer]] = field(default_factory=dict)
    ending: str = "/logout"
    session: bool = True
    requests: list[str] = field(default_factory=list)
    harm: list[str] = field(default_factory=list)

    def hold(self, collection: str, count: int) -> None:
        """Hold so many things from the start, with ids from 1 on."""
        self.held[collection] = {str(n): {"id": n, "name": f"n{n}"} for n in range(1, count + 1)}
        self.before |= {(collection, key) for key in self.held[collection]}

    def left(self) -> list[tuple[str, str]]:
        """Return what the run created and did not delete."""
        now = {(name, key) for name, things in self.held.items() for key in things}
        return sorted(now - self.before)

    def lost(self) -> list[tuple[str, str]]:
        """Return what was there before the run and is gone."""
        now = {(name, key) for name, things in self.held.items() for key in things}
        return sorted(self.before - now)

    def sent(self, start: str) -> list[str]:
        """Return the requests that begin like this."""
        return [request for request in self.requests if request.startswith(start)]

    def answer(self, method: str, path: str, body: Any) -> Answer:
        """Do what a request asks for."""
        self.requests.append(f"{method} {path}")
        if not self.session:
            return 401, {"detail": "no session"}, {}
        if path.endswith(self.ending):
            self.session = False
            return 204, None, {}
        things = self._things(path)
        if things is not None:
            return self._collection(method, path, things, body)
        collection, _, key = path.rpartition("/")
        things = self.held.get(collection)
        if things is not None:
            return self._thing(method, collection, things, key)
        owner, _, key = collection.rpartition("/")
        is_own = key in self.held.get(owner, {}) and (owner, key) not in self.before
        if method != "GET" and not is_own:
            self.harm.append(f"{method} {path}")
        return (201 if path.endswith("/notes") else 200), {}, {}

    def _things(self, path: str) -> dict[str, Any] | None:
        owner, _, name = path.rpartition("/")
        collection, _, key = owner.rpartition("/")
        if name == self.nested and key in self.held.get(collection, {}):
            return self.held.setdefault(path, {})
        return self.held.get(path)

    def _collection(self, method: str, path: str, things: dict[str, Any], body: Any) -> Answer:
        if method == "GET":
            return 200, list(things.values()), {}
        if method == "POST":
            key = str(1000 + len(self.requests))
            thing = {**(body if isinstance(body, dict) else {}), "id": int(key)}
            if path in self.old:
                return self.old[path](thing)
            answer = self.answers.get(path, self.created)(thing)
            if answer[0] < 300 or path in self.answers:
                things[key] = thing
            return answer
        self.harm.append(f"{method} {path}")
        if method == "DELETE":
            things.clear()
        return 204, None, {}

    def _thing(self, method: str, collection: str, things: dict[str, Any], key: str) -> Answer:
        if method != "GET" and (collection, key) in self.before:
            self.harm.append(f"{method} {collection}/{key}")
        if key not in things:
            if method != "GET":
                self.harm.append(f"{method} {collection}/{key} (guessed)")
            return 404, {"detail": "no such thing"}, {}
        if method == "DELETE":
            if self.held.get(f"{collection}/{key}/{self.nested}"):
                return 409, {"detail": f"{self.nested} first"}, {}
            del things[key]
            return 204, None, {}
        return 200, things[key], {}


@contextmanager
def serving(service: Stateful) -> Iterator[Stateful]:
    """Serve it on a free port of this machine."""

    def answer(request: Received) -> Answer:
        if request.path.endswith("/health"):
            return 200, {"status": "healthy"}, {}
        return service.answer(request.method, request.path.partition("?")[0], request.json())

    with serving_json(answer) as service.url:
        yield service


# --- answers to a create that do not say what was made --------------------------------------------


def named_left(summary: Any) -> str:
    """Return what a summary says about things that stay in the service."""
    rows = [table["rows"] for table in summary["tables"] if table["title"] == "Clean-up"]
    return "\n".join(row[0] for table in rows for row in table)


def cut(_: Any) -> Answer:
    """The connection breaks."""
    return 0, None, {}


def failing(_: Any) -> Answer:
    """Something went wrong afterwards."""
    return 500, {"detail": "no mail could be sent"}, {}


def bare(_: Any) -> Answer:
    """Not a word."""
    return 201, None, {}


def confirming(_: Any) -> Answer:
    """All is well."""
    return 202, {"ok": True}, {}


LOST_ANSWERS = {f"/{answer.__name__}": answer for answer in (cut, failing, bare, confirming)}
"""By the collection that answers like this."""


def losing() -> Stateful:
    """Return a service whose creates do not say what they made, in several ways."""
    service = Stateful(answers={**LOST_ANSWERS, "/unlisted": cut})
    for collection in service.answers:
        service.hold(collection, 20)
    return service


# --- answers to a create that made nothing: item 14 was there before ------------------------------


def existing(_: Any) -> Answer:
    """Get or create, without a word on when it was made."""
    return 200, {"id": 14, "name": "n14"}, {}


def existing_as_created(_: Any) -> Answer:
    """Frameworks answer every POST with 201."""
    return 201, {"id": 14, "name": "n14"}, {}


def upserted(thing: Any) -> Answer:
    """What was sent is in it now, but it is old."""
    return 200, {**thing, "id": 14, "created_at": "2019-04-05T06:07:08Z"}, {}


def upserted_as_created(thing: Any) -> Answer:
    """The same, wrapped, with its time in seconds."""
    return 201, {"data": {**thing, "id": 14, "createdAt": 1554444428}}, {}


def conflict(_: Any) -> Answer:
    """It is named in a refusal."""
    return 409, {"id": 14}, {"Location": "/conflict/14"}


def see_other(_: Any) -> Answer:
    """It is elsewhere."""
    return 303, None, {"Location": "/see_other/14"}


def listed(_: Any) -> Answer:
    """All that match."""
    return 200, [{"id": 14, "name": "n14"}], {}


OLD_ANSWERS = {
    f"/{answer.__name__}": answer
    for answer in (
        existing,
        existing_as_created,
        upserted,
        upserted_as_created,
        conflict,
        see_other,
        listed,
    )
}
"""By the collection that answers like this."""


def holding_old() -> Stateful:
    """Return a service whose creates answer with what was there before, in several ways."""
    service = Stateful(old=dict(OLD_ANSWERS))
    for collection in OLD_ANSWERS:
        service.hold(collection, 20)
    return service
