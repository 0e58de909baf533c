"""The table of faults. A new fault is a row here and, when needed, an effect in ``effects``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from service.faults import effects
from service.faults.effects import HTML, JSON, Effect
from service.faults.values import (
    Kind,
    Parameter,
    Value,
    choice,
    flag,
    integer,
    number,
    paths,
    text,
)
from service.limits import ALGORITHMS, WINDOW
from service.settings import Paths

Where = Callable[[Paths], tuple[str, ...]]
Stage = Literal["pause", "answer", "socket", "setting", "start"]
SWITCH = flag()


@dataclass(frozen=True)
class Fault:
    """A fault that can be switched on.

    Attributes:
        name: the switch.
        help: what the client sees.
        stage: ``pause`` (the request continues), ``answer`` (ends the request), ``socket``
            (applies to WebSockets, see ``sockets.middleware``), ``setting`` (read by a part of
            the service), ``start`` (before the service listens; not at run time).
        effect: the function that applies it, for ``pause`` and ``answer``.
        kind: the kind of its value.
        default: its default value; None if a value is required.
        parameters: further values.
        where: its default paths, overridden by ``only``; None means all.
    """

    name: str
    help: str
    stage: Stage = "answer"
    effect: Effect | None = None
    kind: Kind = SWITCH
    default: Value | None = True
    parameters: tuple[Parameter, ...] = ()
    where: Where | None = None

    @property
    def all_parameters(self) -> tuple[Parameter, ...]:
        """Its value, its parameters, and the parameters common to all faults of requests."""
        own = Parameter(self.name, self.kind, self.default, self.help)
        common = COMMON if self.stage in ("pause", "answer", "socket") else ()
        return (own, *self.parameters, *common)


COMMON = (
    Parameter("only", paths(), "", "these paths and everything below them; / is only the root"),
    Parameter("method", text("HTTP methods, separated by |"), "", "only these methods"),
    Parameter("rate", number(0, 1, "share"), 1.0, "this fraction of the requests, at random"),
    Parameter("skip", integer(0, 10**9, "requests"), 0, "skips this many requests first"),
    Parameter(
        "count", integer(0, 10**9, "requests"), 0, "ends after this many requests, 0 for never"
    ),
)
"""Parameters of every fault that applies to requests."""


def _root(paths: Paths) -> tuple[str, ...]:
    return (paths.root,)


def _openapi(paths: Paths) -> tuple[str, ...]:
    return (paths.openapi,)


def _login(paths: Paths) -> tuple[str, ...]:
    return (paths.login,)


def _refresh(paths: Paths) -> tuple[str, ...]:
    return (paths.refresh,)


def _order_details(paths: Paths) -> tuple[str, ...]:
    return (f"{paths.prefix}/reports/order-details",)


def _products(paths: Paths) -> tuple[str, ...]:
    return (f"{paths.prefix}/products",)


def _health(paths: Paths) -> tuple[str, ...]:
    return paths.health


_NOT_FOUND = b'{"detail":"Not Found"}'
_OTHER_SERVICE = b'{"app":"billing","state":"UP","build":1842}'
_LOGIN_KIND = choice("401", "500", "no-token")

FAULTS: tuple[Fault, ...] = (
    # Time.
    Fault(
        "slow",
        "waits before it answers",
        "pause",
        effects.slow,
        number(0, 3_600_000, "milliseconds"),
        1000,
        (
            Parameter(
                "jitter", number(0, 3_600_000, "milliseconds"), 0, "random variation, plus or minus"
            ),
        ),
    ),
    Fault(
        "capacity",
        "answers this many requests per second, queues others, rejects those that wait too long",
        "pause",
        effects.capacity,
        number(0.1, 1_000_000, "requests per second"),
        100,
        (Parameter("queue", number(0, 3600, "seconds"), 1, "maximum wait before it answers 503"),),
    ),
    Fault(
        "slow-join",
        "waits before it answers requests for order details",
        "pause",
        effects.slow_join,
        number(0, 3_600_000, "milliseconds"),
        2000,
        where=_order_details,
    ),
    Fault("hang", "never answers", effect=effects.hang),
    Fault(
        "drip",
        "sends the body one byte at a time, with this pause in between",
        effect=effects.drip,
        kind=number(0, 3600, "seconds"),
        default=1,
    ),
    # Status.
    Fault(
        "error",
        "answers with this status code",
        effect=effects.error,
        kind=integer(200, 599, "status code"),
        default=500,
        parameters=(Parameter("size", integer(0, 10**7, "bytes"), 0, "length of the text"),),
    ),
    Fault(
        "other-status",
        "does what the request asks for, but answers with this status code",
        effect=effects.other_status,
        kind=integer(200, 599, "status code"),
        default=200,
    ),
    Fault(
        "rate-limit",
        "answers 429 with Retry-After after this many requests in a window",
        effect=effects.rate_limit,
        kind=integer(0, 10**9, "requests"),
        default=100,
        parameters=(
            Parameter("window", number(0.1, 86400, "seconds"), 10, "length of the window"),
        ),
    ),
    Fault(
        "root-missing",
        "answers 404 on the root",
        effect=effects.instead(404, JSON, _NOT_FOUND),
        where=_root,
    ),
    # Body.
    Fault("garbage", "answers 200 with HTML", effect=effects.instead(200, HTML, effects.PAGE)),
    Fault("empty", "answers 200 with an empty body", effect=effects.instead(200, JSON, b"")),
    Fault("null", "answers 200 with null", effect=effects.instead(200, JSON, b"null")),
    Fault("list", "answers 200 with []", effect=effects.instead(200, JSON, b"[]")),
    Fault("no-content", "answers 204", effect=effects.instead(204, b"", b"")),
    Fault(
        "wrong-types",
        "answers with numbers instead of text, and text instead of everything else",
        effect=effects.rewritten(effects.with_wrong_types),
    ),
    Fault(
        "empty-list",
        "answers with an empty list",
        effect=effects.rewritten(effects.with_empty_list),
    ),
    Fault(
        "wrong-shape",
        'answers with [...] instead of {"data": [...]}, and vice versa',
        effect=effects.rewritten(effects.with_other_shape),
    ),
    Fault(
        "lost-writes",
        "confirms creations without storing them, so the id does not exist",
        effect=effects.lost_writes,
    ),
    Fault(
        "duplicate-ids",
        "answers every creation with the id of the first one",
        effect=effects.duplicate_ids,
    ),
    Fault(
        "stale",
        "answers with the first requested entry, regardless of the id",
        effect=effects.stale,
    ),
    Fault(
        "bom",
        "puts a byte order mark before the JSON",
        effect=effects.rewritten(effects.with_bom),
    ),
    Fault("nan", "answers with NaN for every value", effect=effects.rewritten(effects.with_nan)),
    Fault(
        "wrong-content-type",
        "sends the correct body with another content type",
        effect=effects.wrong_content_type,
        kind=text("content type"),
        default="text/html",
    ),
    Fault(
        "huge",
        "answers 200 with a JSON body of this size",
        effect=effects.huge,
        kind=number(0.001, 10_000, "megabytes"),
        default=300,
        parameters=(Parameter("gzip", flag(), False, "sends it compressed"),),
    ),
    # Connection.
    Fault(
        "truncated",
        "sends only half of the announced content-length, then closes",
        effect=effects.truncated,
        parameters=(Parameter("hold", flag(), False, "keeps the connection open instead"),),
    ),
    Fault("close", "closes the connection without an answer", effect=effects.close),
    Fault(
        "lost-reply",
        "does what the request asks for, then closes the connection without an answer",
        effect=effects.lost_reply,
    ),
    Fault(
        "reset",
        "resets the connection (RST)",
        effect=effects.reset,
        kind=choice("before", "middle"),
        default="before",
    ),
    Fault("not-http", "sends bytes that are not HTTP, then closes", effect=effects.not_http),
    Fault(
        "die",
        "ends the process with this exit code",
        effect=effects.die,
        kind=integer(0, 255, "exit code"),
        default=1,
    ),
    # Redirects.
    Fault("redirect-loop", "redirects to the same address", effect=effects.redirect_loop),
    Fault(
        "redirect-login",
        "redirects to an HTML login page that answers 200",
        effect=effects.redirect_login,
    ),
    Fault(
        "redirect-host",
        "redirects to the same path on another host",
        effect=effects.redirect_host,
        kind=text("base URL, or auto: this service as localhost or 127.0.0.1"),
        default="auto",
    ),
    # Health and description.
    Fault(
        "unhealthy",
        "makes health report this status",
        effect=effects.unhealthy,
        kind=text("word"),
        default="degraded",
        where=_health,
    ),
    Fault(
        "late",
        "makes health answer 503 for the first seconds",
        effect=effects.late,
        kind=number(0, 86400, "seconds"),
        default=5,
        where=_health,
    ),
    Fault(
        "wrong-service",
        "makes health answer 200 with the JSON of another service",
        effect=effects.instead(200, JSON, _OTHER_SERVICE),
        where=_health,
    ),
    Fault(
        "openapi-broken",
        "answers with an API description that is not JSON",
        effect=effects.instead(200, JSON, b'{"openapi": "3.1.0", "paths": {'),
        where=_openapi,
    ),
    # Login.
    Fault(
        "login",
        "fails the login: 401, 500, or 200 without a token",
        effect=effects.login,
        kind=_LOGIN_KIND,
        default="401",
        where=_login,
    ),
    Fault(
        "refresh",
        "fails the refresh: 401, 500, or 200 without a token",
        effect=effects.login,
        kind=_LOGIN_KIND,
        default="401",
        where=_refresh,
    ),
    Fault(
        "token-life",
        "lets new access tokens expire after this time, although expiresIn is unchanged",
        "setting",
        kind=number(0, 86400, "seconds"),
        default=1,
    ),
    Fault(
        "token-clock",
        "stamps and judges tokens by a clock that is ahead or behind; expiresIn is left out",
        "setting",
        kind=number(-86400, 86400, "seconds"),
        default=-600,
    ),
    Fault("stranger", "answers signed-in callers with the data of somebody else", "setting"),
    # WebSockets.
    Fault(
        "ws-refuse",
        "answers the WebSocket upgrade with this status code",
        "socket",
        kind=integer(200, 599, "status code"),
        default=403,
    ),
    Fault("ws-hang", "never answers the WebSocket upgrade", "socket"),
    Fault(
        "ws-close",
        "closes a WebSocket immediately with this code",
        "socket",
        kind=integer(1000, 4999, "close code"),
        default=1011,
    ),
    Fault(
        "ws-drop",
        "drops a WebSocket's connection after this time",
        "socket",
        kind=number(0, 3600, "seconds"),
        default=0.5,
    ),
    Fault("ws-never-close", "never completes the closing handshake of a WebSocket", "socket"),
    Fault(
        "ws-silent",
        "sends no news over WebSockets, or nothing at all",
        "socket",
        kind=choice("news", "all"),
        default="news",
    ),
    Fault(
        "ws-late",
        "sends news over WebSockets with this delay",
        "socket",
        kind=number(0, 3_600_000, "milliseconds"),
        default=1000,
    ),
    Fault("ws-garbage", "sends HTML instead of news over WebSockets", "socket"),
    Fault("ws-binary", "sends news over WebSockets as binary messages", "socket"),
    Fault("ws-duplicate", "sends news over WebSockets twice", "socket"),
    Fault(
        "ws-heartbeat",
        "announces this Socket.IO ping interval, but keeps the usual one",
        "socket",
        kind=number(0.1, 3600, "seconds"),
        default=0.5,
    ),
    Fault(
        "ws-skew",
        "sends WebSocket timestamps from a clock this far ahead",
        "setting",
        kind=number(-3_600_000_000, 3_600_000_000, "milliseconds"),
        default=5000,
    ),
    Fault("ws-auth", "requires a token to open a WebSocket", "setting"),
    # Memory.
    Fault(
        "leak",
        "leaks this much memory per request",
        "pause",
        effects.leak,
        number(0, 100_000, "kilobytes"),
        64,
        where=_products,
    ),
    Fault(
        "memory-noise",
        "allocates more and more memory, then frees it at once, like a garbage collector",
        "pause",
        effects.memory_noise,
        number(0, 10_000, "megabytes"),
        20,
        where=_products,
    ),
    # Tenants and their shop.
    Fault(
        "limits",
        "counts the requests of tenants with this algorithm",
        "setting",
        kind=choice(*ALGORITHMS),
        default="fixed",
        parameters=(
            Parameter("window", number(0.1, 86400, "seconds"), WINDOW, "length of the window"),
        ),
    ),
    Fault("no-limit", "lets tenants make any number of requests", "setting"),
    Fault(
        "wrong-limit",
        "allows tenants this many times their limit",
        "setting",
        kind=number(0.01, 100, "factor"),
        default=0.5,
    ),
    Fault("shared-limit", "limits all tenants when one of them has used up its limit", "setting"),
    Fault("stuck-limit", "never resets the limit of a tenant that has used it up", "setting"),
    Fault("silent-limit", "sends no rate-limit headers", "setting"),
    Fault(
        "oversell",
        "checks the stock, but updates it only after this time",
        "setting",
        kind=number(0, 60_000, "milliseconds"),
        default=50,
    ),
    Fault("stuck-report", "never finishes a report", "setting"),
    Fault(
        "lost-import",
        "loses this fraction of the rows of an import",
        "setting",
        kind=number(0, 1, "share"),
        default=0.5,
    ),
    # Start.
    Fault(
        "start-delay",
        "binds the port only after this time",
        "start",
        kind=number(0, 3600, "seconds"),
        default=10,
    ),
)
