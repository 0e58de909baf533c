"""Which exchanges of a recording are left out, and why. Each rule can be turned round."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from typing import NamedTuple

from .model import Exchange

_ASSET_KINDS = {"image", "font", "stylesheet", "script", "media", "manifest", "texttrack"}
_ASSET_TYPES = re.compile(
    r"^(image|font|audio|video)/|^text/(css|javascript)$|javascript$|^application/(font|wasm)"
)
_ASSET_PATHS = re.compile(
    r"\.(css|m?js|map|png|jpe?g|gif|svg|ico|webp|avif|woff2?|ttf|eot|otf|mp[34]|webm|wasm)$"
    r"|/(favicon[^/]*|robots\.txt|manifest\.json|site\.webmanifest)$|/@(vite|id|fs|react-refresh)\b"
    r"|/node_modules/|hot-update|/__webpack|/_next/static/|/sockjs-node",
    re.IGNORECASE,
)
_ANALYTICS_HOSTS = re.compile(
    r"google-analytics|googletagmanager|double-?click|analytics\.|segment\.(io|com)|mixpanel|hotjar"
    r"|sentry\.io|bugsnag|datadoghq|nr-data|newrelic|amplitude|facebook\.com|plausible\.io|posthog"
    r"|clarity\.ms|intercom|fullstory|matomo|logrocket|optimizely",
)
_ANALYTICS_PATHS = re.compile(
    r"/(collect|beacon|analytics|telemetry|rum|pageview|csp-report)(/|$)|/matomo\.php|/piwik\.php"
    r"|/envelope/$",
    re.IGNORECASE,
)


class Left(NamedTuple):
    """An exchange that is left out, and the rule that says so."""

    exchange: Exchange
    rule: str
    reason: str


def _asset(one: Exchange) -> bool:
    path = one.request.parts.path
    if one.request.method not in {"GET", "HEAD"}:
        return False
    return (
        one.kind in _ASSET_KINDS
        or bool(_ASSET_TYPES.search(one.answer.type))
        or bool(_ASSET_PATHS.search(path))
    )


def _analytics(one: Exchange) -> bool:
    return bool(
        one.kind in {"ping", "cspviolationreport", "beacon"}
        or _ANALYTICS_HOSTS.search(one.request.host)
        or _ANALYTICS_PATHS.search(one.request.parts.path)
    )


def _preflight(one: Exchange) -> bool:
    return one.kind == "preflight" or (
        one.request.method == "OPTIONS"
        and bool(one.request.header("access-control-request-method"))
    )


def _stream(one: Exchange) -> bool:
    return one.kind == "eventsource" or one.answer.type == "text/event-stream"


def _socket(one: Exchange) -> bool:
    return one.kind == "websocket" or one.request.parts.scheme in {"ws", "wss"}


RULES: dict[str, tuple[Callable[[Exchange], bool], str]] = {
    "websocket": (_socket, "a WebSocket: test it with the option websocket"),
    "stream": (_stream, "a stream of events, which does not end"),
    "preflight": (_preflight, "a preflight of the browser"),
    "analytics": (_analytics, "analytics"),
    "asset": (_asset, "an asset: image, style, script or font"),
    "unanswered": (lambda one: one.answer.status == 0, "it was not answered"),
}
"""Rules by name, apart from `foreign`. The first that applies counts."""

TURNABLE = ("foreign", "preflight", "analytics", "asset", "unanswered")
"""Rules that `--keep` turns round; WebSockets and streams cannot be replayed as requests."""


def main_host(exchanges: Sequence[Exchange]) -> str:
    """Return the host under test: it answers most of what is no asset and no analytics."""
    counts: Counter[str] = Counter()
    for one in exchanges:
        if one.request.parts.scheme in {"http", "https"} and not (_asset(one) or _analytics(one)):
            counts[one.request.host] += 2 if one.request.method != "GET" else 1
    return counts.most_common(1)[0][0] if counts else ""


def choose(
    exchanges: Sequence[Exchange], host: str, keep: Collection[str]
) -> tuple[list[Exchange], list[Left]]:
    """Return what is replayed, and what is left out with the rule that says so.

    Args:
        exchanges: of a recording.
        host: host and port under test.
        keep: names of rules that are turned round.
    """
    kept, left = [], []
    for one in exchanges:
        found = _rule(one, host, keep)
        if found is None:
            kept.append(one)
        else:
            left.append(Left(one, *found))
    return kept, left


def _rule(one: Exchange, host: str, keep: Collection[str]) -> tuple[str, str] | None:
    if one.request.parts.scheme not in {"http", "https", "ws", "wss"}:
        return "scheme", f"no HTTP ({one.request.parts.scheme[:20]}:)"
    for name, (applies, reason) in RULES.items():
        if (name not in keep or name not in TURNABLE) and applies(one):
            return name, reason
    if one.request.host != host and "foreign" not in keep:
        return "foreign", f"another host: {one.request.host}"
    if one.request.host != host:
        return "foreign", f"another host: {one.request.host}; import it with --host, on its own"
    if one.request.method in {"CONNECT", "TRACE"}:
        return "method", f"{one.request.method} is not replayed"
    return None
