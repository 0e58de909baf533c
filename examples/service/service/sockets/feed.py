"""The news for subscribers of a channel, and the clock for their timestamps."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from service.faults.board import Board

    Deliver = Callable[[dict[str, Any]], Awaitable[None]]


class Clock:
    """The server's wall clock, shifted by the fault `ws-skew`."""

    def __init__(self, board: Board) -> None:
        self._board = board

    def now(self) -> float:
        """Return milliseconds since the epoch."""
        return time.time() * 1000 + float(self._board.setting("ws-skew", 0))


class Feed:
    """Sends news on each channel at a steady rate while it has subscribers.

    Args:
        clock: stamps the news.
        interval: seconds between two news of one channel.
    """

    def __init__(self, clock: Clock, interval: float) -> None:
        self._clock = clock
        self._interval = interval
        self._listeners: dict[str, dict[object, Deliver]] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._numbers = itertools.count(1)

    def join(self, channel: str, who: object, deliver: Deliver) -> None:
        """Subscribe; the same listener twice counts once."""
        self._listeners.setdefault(channel, {})[who] = deliver
        if channel not in self._tasks:
            self._tasks[channel] = asyncio.ensure_future(self._talk(channel))

    def leave(self, who: object) -> None:
        """End all subscriptions of a listener."""
        for listeners in self._listeners.values():
            listeners.pop(who, None)

    async def _talk(self, channel: str) -> None:
        listeners = self._listeners[channel]
        while listeners:
            await asyncio.sleep(self._interval)
            news = {
                "type": "message",
                "id": f"{channel}-{next(self._numbers)}",
                "channel": channel,
                "timestamp": self._clock.now(),
                "data": {"status": "running"},
            }
            for deliver in list(listeners.values()):
                # A listener that has just disconnected must not affect the others.
                with contextlib.suppress(Exception):
                    await deliver(news)
        del self._tasks[channel]
