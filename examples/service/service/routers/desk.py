"""The help desk: tickets, comments, knowledge base, dashboard. Lists are in ``data``."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from service.desk import (
    Article,
    ArticlePage,
    Comment,
    CommentPage,
    Dashboard,
    Desk,
    NewComment,
    NewTicket,
    Ticket,
    TicketChange,
    TicketPage,
)
from service.routers.auth import Caller
from service.routers.lookup import found, missing
from service.settings import Paths

PageNumber = Annotated[int, Query(ge=1)]
Limit = Annotated[int, Query(ge=1, le=1000)]
Term = Annotated[str, Query(min_length=1, max_length=100)]


def desk_router(paths: Paths, desk: Desk, caller: Caller) -> APIRouter:
    """Return the endpoints of the help desk; all of them require a token or the API key."""
    router = APIRouter(prefix=paths.prefix, tags=["desk"], dependencies=[Depends(caller)])
    _add_tickets(router, desk)
    _add_articles(router, desk)

    @router.get("/analytics/dashboard")
    async def dashboard() -> Dashboard:
        """Return the counts of the tickets."""
        return desk.dashboard()

    return router


def _add_tickets(router: APIRouter, desk: Desk) -> None:
    tickets = desk.tickets

    @router.get("/tickets")
    async def list_tickets(page: PageNumber = 1, limit: Limit = 20) -> TicketPage:
        """Return one page of tickets, newest first."""
        return TicketPage(data=tickets.newest(limit, (page - 1) * limit), total=len(tickets))

    @router.post("/tickets", status_code=201)
    async def open_ticket(body: NewTicket) -> Ticket:
        """Open a ticket."""
        return desk.open(body)

    @router.get("/tickets/search")
    async def search_tickets(q: Term, limit: Limit = 20) -> TicketPage:
        """Return the newest tickets that contain a word."""
        hits = tickets.search(q, limit, lambda ticket: f"{ticket.title} {ticket.description}")
        return TicketPage(data=hits, total=len(hits))

    @router.get("/tickets/{ticket_id}")
    async def read_ticket(ticket_id: str) -> Ticket:
        """Return one ticket."""
        return found(tickets.get(ticket_id), "ticket", ticket_id)

    @router.patch("/tickets/{ticket_id}")
    async def change_ticket(ticket_id: str, body: TicketChange) -> Ticket:
        """Change the given fields."""
        return found(desk.change(ticket_id, body), "ticket", ticket_id)

    @router.delete("/tickets/{ticket_id}", status_code=204)
    async def delete_ticket(ticket_id: str) -> None:
        """Remove a ticket with its comments."""
        if not desk.remove(ticket_id):
            raise missing("ticket", ticket_id)

    @router.get("/tickets/{ticket_id}/comments")
    async def list_comments(ticket_id: str) -> CommentPage:
        """Return the comments of a ticket, newest first."""
        found(tickets.get(ticket_id), "ticket", ticket_id)
        return desk.comments(ticket_id)

    @router.post("/tickets/{ticket_id}/comments", status_code=201)
    async def add_comment(ticket_id: str, body: NewComment) -> Comment:
        """Comment on a ticket."""
        found(tickets.get(ticket_id), "ticket", ticket_id)
        return desk.comment(ticket_id, body)


def _add_articles(router: APIRouter, desk: Desk) -> None:
    articles = desk.articles

    @router.get("/knowledge-base")
    async def list_articles(page: PageNumber = 1, limit: Limit = 20) -> ArticlePage:
        """Return one page of articles."""
        return ArticlePage(data=articles.newest(limit, (page - 1) * limit), total=len(articles))

    @router.get("/knowledge-base/search")
    async def search_articles(q: Term, limit: Limit = 20) -> ArticlePage:
        """Return the articles that contain a word."""
        hits = articles.search(q, limit, lambda article: f"{article.title} {article.body}")
        return ArticlePage(data=hits, total=len(hits))

    @router.get("/knowledge-base/{article_id}")
    async def read_article(article_id: str) -> Article:
        """Return one article."""
        return found(articles.get(article_id), "article", article_id)
