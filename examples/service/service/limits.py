"""Rate limits of tenants, with three common algorithms."""

from __future__ import annotations

import math
import time
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from service.faults.board import Board

LIMITS = {"free": 100, "starter": 1000, "professional": 10_000, "enterprise": 50_000}
"""Requests per window, by tier."""

WINDOW = 5.0
"""Seconds: 100 requests in 5 seconds are the 20 per second of the free tier."""

ALGORITHMS = ("fixed", "sliding", "token-bucket")


@dataclass(frozen=True)
class Decision:
    """Decision about a request.

    Attributes:
        allowed: whether it may go on.
        limit: requests per window.
        remaining: how many more would be allowed at this moment.
        reset: seconds until everything is allowed again.
        retry: seconds until the next one is allowed.
        window: seconds.
    """

    allowed: bool
    limit: int
    remaining: int
    reset: float
    retry: float
    window: float

    def headers(self) -> dict[str, str]:
        """Return the rate-limit headers of the response."""
        told = {
            "RateLimit-Limit": str(self.limit),
            "RateLimit-Remaining": str(self.remaining),
            "RateLimit-Reset": str(math.ceil(self.reset)),
            "RateLimit-Policy": f"{self.limit};w={self.window:g}",
        }
        return told if self.allowed else {**told, "Retry-After": str(math.ceil(self.retry))}


class _Fixed:
    """Fixed windows: a maximum number of requests per window, independent of their times."""

    def __init__(self, limit: int, window: float) -> None:
        self.limit, self.window = limit, window
        self._number, self._used = -1.0, 0

    def take(self, now: float) -> Decision:
        number = now // self.window
        if number != self._number:
            self._number, self._used = number, 0
        allowed = self._used < self.limit
        self._used += allowed
        left = (number + 1) * self.window - now
        return Decision(allowed, self.limit, self.limit - self._used, left, left, self.window)


class _Sliding:
    """Sliding window: each request counts for the length of the window."""

    def __init__(self, limit: int, window: float) -> None:
        self.limit, self.window = limit, window
        self._times: deque[float] = deque()

    def take(self, now: float) -> Decision:
        while self._times and self._times[0] <= now - self.window:
            self._times.popleft()
        allowed = len(self._times) < self.limit
        if allowed:
            self._times.append(now)
        left = self.limit - len(self._times)
        first = self._times[0] + self.window - now if self._times else self.window
        last = self._times[-1] + self.window - now if self._times else 0.0
        return Decision(allowed, self.limit, left, last, first, self.window)


class _TokenBucket:
    """Token bucket: refills continuously, up to the number of tokens for one window."""

    def __init__(self, limit: int, window: float) -> None:
        self.limit, self.window = limit, window
        self._tokens, self._since = float(limit), 0.0

    def take(self, now: float) -> Decision:
        rate = self.limit / self.window
        self._tokens = min(self.limit, self._tokens + (now - self._since) * rate)
        self._since = now
        allowed = self._tokens >= 1
        self._tokens -= allowed
        full = (self.limit - self._tokens) / rate
        retry = max(0.0, 1 - self._tokens) / rate
        return Decision(allowed, self.limit, int(self._tokens), full, retry, self.window)


_Counter = _Fixed | _Sliding | _TokenBucket
_COUNTERS: dict[str, type[_Fixed | _Sliding | _TokenBucket]] = {
    "fixed": _Fixed,
    "sliding": _Sliding,
    "token-bucket": _TokenBucket,
}


class Limits:
    """Counts the requests of each tenant; faults make it count wrong.

    Args:
        board: the faults ``limits`` (how it counts), ``no-limit``, ``wrong-limit``,
            ``shared-limit`` and ``stuck-limit``.
    """

    def __init__(self, board: Board) -> None:
        self._board = board
        self._counters: dict[str, _Counter] = {}
        self._way: tuple[str, float, float] | None = None
        self._stopped: dict[str, float] = {}

    def take(self, tier: str) -> Decision | None:
        """Count a request of a tenant; ``None`` if there is no limit."""
        board = self._board
        limit = LIMITS.get(tier)
        if limit is None or board.setting("no-limit", False):
            return None
        now = time.monotonic()
        decision = self._counter(tier, limit).take(now)
        if not decision.allowed:
            self._stopped[tier] = now + decision.retry
        return self._faulted(tier, decision, now)

    def _counter(self, tier: str, limit: int) -> _Counter:
        """Return the counter of a tenant; a changed algorithm starts from zero."""
        board = self._board
        algorithm = str(board.setting("limits", "fixed"))
        window = float(board.setting("limits", WINDOW, "window"))
        factor = float(board.setting("wrong-limit", 1.0))
        if self._way != (algorithm, window, factor):
            self._way = (algorithm, window, factor)
            self._counters.clear()
            self._stopped.clear()
        if tier not in self._counters:
            wrong = max(1, round(limit * factor))
            self._counters[tier] = _COUNTERS[algorithm](wrong, window)
        return self._counters[tier]

    def _faulted(self, tier: str, decision: Decision, now: float) -> Decision:
        board = self._board
        if board.setting("stuck-limit", False):
            if tier in self._stopped:
                return _refused(decision, decision.window)
        elif board.setting("shared-limit", False):
            until = max(self._stopped.values(), default=0.0)
            if until > now:
                return _refused(decision, until - now)
        return decision


def _refused(decision: Decision, retry: float) -> Decision:
    return Decision(False, decision.limit, 0, retry, retry, decision.window)
