"""One request with its answer, whatever file it came from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import SplitResult, urlsplit

Headers = list[tuple[str, str]]


class Refused(Exception):
    """What the user gave cannot be used; the text says why, and what to try."""


@dataclass
class Request:
    """A request as it was sent. url: absolute; body: text, `type` its media type."""

    method: str
    url: str
    headers: Headers = field(default_factory=list)
    body: str = ""
    type: str = ""

    @property
    def parts(self) -> SplitResult:
        """The parts of the URL."""
        return urlsplit(self.url)

    @property
    def host(self) -> str:
        """Host and port, in small letters."""
        return self.parts.netloc.rpartition("@")[2].lower()

    def header(self, name: str) -> str:
        """Return a header; empty without one."""
        return header_of(self.headers, name)


@dataclass
class Answer:
    """An answer. status 0: none came; assumed: the source has none, as curl commands do."""

    status: int
    headers: Headers = field(default_factory=list)
    body: str = ""
    type: str = ""
    assumed: bool = False

    def header(self, name: str) -> str:
        """Return a header; empty without one."""
        return header_of(self.headers, name)

    def cookies(self) -> list[tuple[str, str]]:
        """Return the cookies that the answer sets: names and values."""
        found = []
        for name, value in self.headers:
            if name.lower() == "set-cookie":
                # HAR files join several with a line break.
                for line in value.split("\n"):
                    key, equals, text = line.partition(";")[0].partition("=")
                    if equals:
                        found.append((key.strip(), text.strip().strip('"')))
        return found


@dataclass
class Exchange:
    """A request and its answer.

    Attributes:
        started: seconds since the epoch, 0 if unknown; took: seconds.
        page: the page or folder it belongs to; kind: resource type of the browser, such as `xhr`.
        statuses: that are accepted, if not just the recorded one; `{"min", "max"}` for a range.
        links: variables that a script of a collection sets -> where in the answer, `json:/id`.
        makes: variables that a script sets before the request -> what they are.
        fields: of the answer that scripts look at, such as `data/id`.
    """

    request: Request
    answer: Answer
    started: float = 0.0
    took: float = 0.0
    page: str = ""
    kind: str = ""
    statuses: Sequence[Any] = ()
    links: dict[str, str] = field(default_factory=dict)
    makes: dict[str, dict[str, Any]] = field(default_factory=dict)
    fields: Sequence[str] = ()


@dataclass
class Recording:
    """What a file holds.

    Attributes:
        source: kind of the file, such as `har`; notes: what was not understood.
        variables: values of a collection's environment by name.
        timed: whether times of the exchanges are real ones.
    """

    source: str
    exchanges: list[Exchange]
    notes: list[str] = field(default_factory=list)
    variables: dict[str, str] = field(default_factory=dict)
    secret_variables: set[str] = field(default_factory=set)
    timed: bool = True


def header_of(headers: Headers, name: str) -> str:
    """Return the first header of a name, whatever its case; empty without one."""
    wanted = name.lower()
    return next((value for key, value in headers if key.lower() == wanted), "")


def media_type(text: str) -> str:
    """Return a media type without its parameters, in small letters."""
    return text.partition(";")[0].strip().lower()
