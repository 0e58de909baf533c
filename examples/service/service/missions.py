"""Missions that agents work on, and the specs they read."""

from __future__ import annotations

from datetime import datetime, timezone

from pydantic import Field

from service.items import Model
from service.records import Records

SPECS = 60
"""Specs are numbered 001 to 060, so 100 does not exist."""

TOPICS = ("config", "test", "loop", "backend", "ui")


class NewMission(Model):
    """Request body to start a mission."""

    name: str = Field(min_length=1, max_length=200)
    prompt: str = Field(min_length=1, max_length=5000)
    backend: str = Field(default="mock", max_length=50)


class Mission(Model):
    """A mission as it is stored and sent."""

    id: str
    name: str
    prompt: str
    backend: str
    status: str = "queued"
    created_at: datetime


class Spec(Model):
    """A specification; the set of specifications never changes."""

    id: str
    title: str
    topic: str
    text: str


class Missions:
    """The missions and specs of one service."""

    def __init__(self) -> None:
        self.missions = Records[Mission]("mission-")
        self.specs = {f"{number:03}": _spec(number) for number in range(1, SPECS + 1)}

    def start(self, new: NewMission) -> Mission:
        """Store a new mission."""
        now = datetime.now(timezone.utc)
        return self.missions.add(lambda id_: Mission(**new.model_dump(), id=id_, created_at=now))

    def search_specs(self, term: str) -> list[Spec]:
        """Return the specs whose title or text contains the term, ignoring case."""
        wanted = term.casefold()
        return [s for s in self.specs.values() if wanted in f"{s.title} {s.text}".casefold()]


def _spec(number: int) -> Spec:
    topic = TOPICS[number % len(TOPICS)]
    return Spec(
        id=f"{number:03}",
        title=f"Spec {number:03}: {topic}",
        topic=topic,
        text=f"What the {topic} has to do, and how to find out whether it does.",
    )
