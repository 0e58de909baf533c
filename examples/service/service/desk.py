"""A help desk: tickets with comments, and the knowledge base."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timezone
from typing import Literal

from pydantic import Field

from service.items import Model
from service.records import Records

Priority = Literal["LOW", "MEDIUM", "HIGH", "URGENT"]
Status = Literal["OPEN", "IN_PROGRESS", "RESOLVED", "CLOSED"]

TICKETS = 30
ARTICLES = 40
SUBJECTS = ("urgent", "billing", "support", "technical")


class NewTicket(Model):
    """Request body to open a ticket."""

    title: str = Field(min_length=1, max_length=200)
    description: str = Field(default="", max_length=5000)
    priority: Priority = "MEDIUM"


class TicketChange(Model):
    """Request body to change a ticket; omitted fields stay unchanged."""

    title: str | None = Field(default=None, min_length=1, max_length=200)
    description: str | None = Field(default=None, max_length=5000)
    priority: Priority | None = None
    status: Status | None = None


class Ticket(Model):
    """A ticket as it is stored and sent."""

    id: str
    title: str
    description: str
    priority: Priority
    status: Status = "OPEN"
    created_at: datetime
    updated_at: datetime


class NewComment(Model):
    """Request body to comment on a ticket."""

    content: str = Field(min_length=1, max_length=5000)


class Comment(Model):
    """A comment as it is stored and sent."""

    id: str
    ticket_id: str
    content: str
    created_at: datetime


class Article(Model):
    """An article of the knowledge base."""

    id: str
    title: str
    body: str


class TicketPage(Model):
    """One page of the tickets."""

    data: list[Ticket]
    total: int


class CommentPage(Model):
    """The comments of a ticket."""

    data: list[Comment]
    total: int


class ArticlePage(Model):
    """One page of the articles."""

    data: list[Article]
    total: int


class Dashboard(Model):
    """Number of tickets, in total and by status."""

    total: int
    by_status: dict[str, int]


class Desk:
    """The data of the help desk."""

    def __init__(self) -> None:
        self.tickets = Records[Ticket]("ticket_")
        self.articles = Records[Article]("article_")
        self._comments: dict[str, Records[Comment]] = {}
        self._by_status: Counter[str] = Counter()
        for number in range(1, TICKETS + 1):
            subject = SUBJECTS[number % len(SUBJECTS)]
            self.open(NewTicket(title=f"Sample {number}: {subject}", description="There before."))
        for number in range(1, ARTICLES + 1):
            self._publish(number, SUBJECTS[number % len(SUBJECTS)])

    def open(self, new: NewTicket) -> Ticket:
        """Store a new ticket."""
        now = datetime.now(timezone.utc)
        self._by_status["OPEN"] += 1
        return self.tickets.add(
            lambda id_: Ticket(**new.model_dump(), id=id_, created_at=now, updated_at=now)
        )

    def change(self, ticket_id: str, change: TicketChange) -> Ticket | None:
        """Change the fields that were sent and return the ticket, or ``None``."""
        before = self.tickets.get(ticket_id)
        if before is None:
            return None
        fields = change.model_dump(exclude_unset=True, exclude_none=True)
        after = self.tickets.change(ticket_id, {**fields, "updated_at": datetime.now(timezone.utc)})
        if after is not None:
            self._by_status[before.status] -= 1
            self._by_status[after.status] += 1
        return after

    def comment(self, ticket_id: str, new: NewComment) -> Comment:
        """Store a comment on an existing ticket."""
        now = datetime.now(timezone.utc)
        comments = self._comments.setdefault(ticket_id, Records[Comment](f"{ticket_id}_"))
        return comments.add(
            lambda id_: Comment(id=id_, ticket_id=ticket_id, content=new.content, created_at=now)
        )

    def comments(self, ticket_id: str) -> CommentPage:
        """Return the newest comments of a ticket."""
        comments = self._comments.get(ticket_id)
        found = comments.newest(100) if comments else []
        return CommentPage(data=found, total=len(comments or ()))

    def remove(self, ticket_id: str) -> bool:
        """Remove a ticket with its comments; return whether it existed."""
        ticket = self.tickets.get(ticket_id)
        if ticket is None:
            return False
        self._by_status[ticket.status] -= 1
        self._comments.pop(ticket_id, None)
        return self.tickets.remove(ticket_id)

    def dashboard(self) -> Dashboard:
        """Return the counts of the tickets."""
        return Dashboard(total=len(self.tickets), by_status=dict(+self._by_status))

    def _publish(self, number: int, subject: str) -> None:
        title, body = f"How to {number}: {subject}", f"What helps with {subject} questions. " * 5
        self.articles.add(lambda id_: Article(id=id_, title=title, body=body.strip()))
