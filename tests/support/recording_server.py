"""A server that answers from a table of routes and records every request.

For features that the reference service lacks: keys in queries and cookies, forms, hostile routes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.support.json_server import Answer, Received, serving_json


@dataclass
class Recorder:
    """The server's address and the requests it received.

    Attributes:
        url: address without a slash at the end.
        requests: all except those of the setup, in order.
        echo: answers with status 500 and the request's own headers and path, as some services do.
    """

    url: str = ""
    requests: list[Received] = field(default_factory=list)
    echo: bool = False

    def sent(self, method: str, start: str = "/") -> list[Received]:
        """Return the requests with this method and a path that starts with `start`."""
        return [r for r in self.requests if r.method == method and r.path.startswith(start)]


@contextmanager
def recording(answers: Mapping[str, tuple[int, object]]) -> Iterator[Recorder]:
    """Serve a table of `METHOD /path` -> (status, JSON); answer 404 to everything else."""
    recorder = Recorder()

    def answer(request: Received) -> Answer:
        if not request.path.endswith("/health"):
            recorder.requests.append(request)
        if recorder.echo:
            return 500, {"path": request.path, **request.headers}, {}
        route = f"{request.method} {request.path.split('?')[0]}"
        return (*answers.get(route, (404, {"detail": "no such thing"})), {})

    with serving_json(answer) as recorder.url:
        yield recorder
