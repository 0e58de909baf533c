"""Applies the active faults to requests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from service.faults.effects import Exchange, elapsed_since
from service.stats import ADMIN

if TYPE_CHECKING:
    import asyncio

    from starlette.types import ASGIApp, Receive, Scope, Send

    from service.faults.board import ActiveFault, Board


class FaultMiddleware:
    """Applies pauses first, then the first fault that answers, else calls the application."""

    def __init__(self, app: ASGIApp, board: Board, stopping: asyncio.Event) -> None:
        self._app = app
        self._board = board
        self._stopping = stopping

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        board = self._board
        if not (board.pauses or board.answers) or not _may_fail(scope):
            await self._app(scope, receive, send)
            return
        for active in (*board.pauses, *board.answers):
            if active.chosen(scope["method"], scope["path"]) and await self._apply(
                active, scope, receive, send
            ):
                return
        await self._app(scope, receive, send)

    async def _apply(self, active: ActiveFault, scope: Scope, receive: Receive, send: Send) -> bool:
        assert active.fault.effect is not None, active.fault.name
        return await active.fault.effect(
            Exchange(
                app=self._app,
                scope=scope,
                receive=receive,
                send=send,
                values=active.values,
                since=elapsed_since(active.since),
                memory=active.memory,
                stopping=self._stopping,
                chance=active.chance,
            )
        )


def _may_fail(scope: Scope) -> bool:
    """Tell whether faults apply to a request; the switches themselves always work."""
    return scope["type"] == "http" and not scope["path"].startswith(ADMIN)
