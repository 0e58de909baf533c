"""The mix of an access log: routes with weights, and the arrival rate over time.

Memory does not grow with the log: routes, samples and minutes are bounded.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from .logs import Hit
from .routes import Routes, fit_name
from .texts import is_email, is_personal_key, is_random, is_secret_key, is_uuid

MOST_WORDS = 60
"""Different words at one place of a path; beyond, they are names of things, not of routes."""

MOST_ROUTES = 2000
MOST_SAMPLES = 20
_MOST_MINUTES = 100_000
_MOST_PATHS = 4_000  # whose route is kept: popular ones come again
_OTHER = ("GET", "(other)")
_SAFE = {"GET", "HEAD"}
_UNLIKELY = re.compile(r"^[A-Z]{3,10}$")
_ASSET = re.compile(
    r"\.(css|m?js|map|png|jpe?g|gif|svg|ico|webp|avif|woff2?|ttf|eot|mp[34]|webm)$", re.IGNORECASE
)

Key = tuple[str, str]


@dataclass
class Route:
    """What a log says about a route."""

    count: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    samples: list[str] = field(default_factory=list)
    offered: int = 0


class Mix:
    """Takes the requests of a log, one after the other.

    Args:
        routes: names routes, by an OpenAPI table if there is one.
        assets: whether images, styles and scripts count.
    """

    def __init__(self, routes: Routes, *, assets: bool = False) -> None:
        self.requests = 0
        self.unreadable = 0
        self.assets = 0
        self.found: dict[Key, Route] = {}
        self.minutes: Counter[int] = Counter()
        self._keep_assets = assets
        self._routes = routes
        self._words: dict[tuple[str, ...], set[str]] = {}
        self._wild: set[tuple[str, ...]] = set()
        self._templates: dict[tuple[str, str], str] = {}
        # The same log gives the same samples.
        self._random = random.Random(1)  # noqa: S311 - no secret # nosec B311

    def take(self, hits: Iterable[Hit | None]) -> None:
        """Take requests; None counts as a line that cannot be read."""
        for hit in hits:
            if hit is None or not _UNLIKELY.match(hit.method) or not hit.target.startswith("/"):
                self.unreadable += 1
                continue
            path = hit.target.partition("?")[0]
            if not self._keep_assets and hit.method in _SAFE and _ASSET.search(path):
                self.assets += 1
                continue
            self._take(hit, path)

    def _take(self, hit: Hit, path: str) -> None:
        self.requests += 1
        if hit.time > 0 and len(self.minutes) < _MOST_MINUTES:
            self.minutes[int(hit.time // 60)] += 1
        route = self._route(hit.method, self._template(hit.method, path))
        route.count += 1
        if len(route.statuses) < 20 or hit.status in route.statuses:
            route.statuses[hit.status] += 1
        if hit.method in _SAFE and 200 <= hit.status < 400:
            self._sample(route, hit.target)

    def _route(self, method: str, template: str) -> Route:
        found = self.found.get((method, template))
        if found is None:
            key = (method, template) if len(self.found) < MOST_ROUTES else _OTHER
            found = self.found.setdefault(key, Route())
        return found

    def _sample(self, route: Route, target: str) -> None:
        """Keep a few addresses, each with the same chance."""
        route.offered += 1
        if len(route.samples) < MOST_SAMPLES:
            place = len(route.samples)
        else:
            place = self._random.randrange(route.offered)
            if place >= MOST_SAMPLES:
                return
        clean = without_secrets(target)
        if clean is None:
            return
        if place < len(route.samples):
            route.samples[place] = clean
        elif clean not in route.samples:
            route.samples.append(clean)

    # --- routes -----------------------------------------------------------------------------------

    def _template(self, method: str, path: str) -> str:
        known = self._templates.get((method, path))
        if known is not None:
            return known
        words = self._routes.template(method, path[:2000]).strip("/").split("/")[:30]
        made: list[str] = []
        for word in words:
            prefix = tuple(made)
            if prefix not in self._wild:
                seen = self._words.setdefault(prefix, set())
                seen.add(word)
                if len(seen) > MOST_WORDS and made:
                    self._wild.add(prefix)
                    del self._words[prefix]
                    self._merge(prefix)
            made.append("{name}" if prefix in self._wild and not word.startswith("{") else word)
        end = "/" if path.endswith("/") and path != "/" else ""
        template = "/" + "/".join(made) + end
        if len(self._templates) >= _MOST_PATHS:
            self._templates.clear()
        self._templates[method, path] = template
        return template

    def _merge(self, prefix: tuple[str, ...]) -> None:
        """Put routes together that only differ in a name."""
        self._templates.clear()
        for key in list(self.found):
            words = key[1].strip("/").split("/")
            at = len(prefix)
            if tuple(words[:at]) != prefix or len(words) <= at or words[at].startswith("{"):
                continue
            words[at] = "{name}"
            end = "/" if key[1].endswith("/") else ""
            target = self.found.setdefault((key[0], "/" + "/".join(words) + end), Route())
            moved = self.found.pop(key)
            target.count += moved.count
            target.statuses.update(moved.statuses)
            target.samples = [*target.samples, *moved.samples][:MOST_SAMPLES]
            target.offered += moved.offered

    # --- results ----------------------------------------------------------------------------------

    def rows(self) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        """Return the routes that can be requested by the log alone, and the others, by share."""
        sent, left = [], []
        for (method, template), route in sorted(self.found.items(), key=lambda one: -one[1].count):
            share = round(100 * route.count / max(1, self.requests), 3)
            name = fit_name(f"{method} {template}")
            if method in _SAFE and route.samples:
                statuses = sorted(
                    status
                    for status, count in route.statuses.items()
                    if count >= 0.01 * route.count and 200 <= status < 400
                )
                sent.append(
                    {
                        "name": name, "method": method, "weight": route.count, "share": share,
                        # What a browser had cached, a new one gets whole.
                        "ok": sorted({200 if s == 304 else s for s in statuses} or {200}),
                        "targets": sorted(route.samples),
                    }
                )  # fmt: skip
                continue
            reason = (
                "an access log has no bodies; record this request"
                if method not in _SAFE
                else (
                    "it was never answered with success"
                    if route.offered == 0
                    else "its addresses hold secrets"
                )
            )
            left.append({"name": name, "share": share, "reason": reason})
        return sent, left

    def rates(self, slices: int) -> list[float]:
        """Return the mean rate in each slice of the log's time, requests per second."""
        if not self.minutes:
            return []
        first, last = min(self.minutes), max(self.minutes)
        span = last - first + 1
        count = min(slices, span)
        totals = [0.0] * count
        lengths = [0] * count
        for minute in range(first, last + 1):
            place = (minute - first) * count // span
            totals[place] += self.minutes.get(minute, 0)
            lengths[place] += 60
        return [total / length for total, length in zip(totals, lengths, strict=True)]

    def peak(self) -> tuple[int, float]:
        """Return the busiest minute (since the epoch) and its rate, requests per second."""
        minute, count = max(self.minutes.items(), key=lambda one: (one[1], -one[0]), default=(0, 0))
        return minute, count / 60


def without_secrets(target: str) -> str | None:
    """Return an address without query values that are secret or personal; None if its path is."""
    path, _, query = target.partition("?")
    for word in path.split("/"):
        text = unquote(word)
        if is_email(text) or (len(text) >= 20 and is_random(text) and not is_uuid(text)):
            return None
    kept = []
    for pair in query.split("&") if query else []:
        key, _, value = pair.partition("=")
        text = unquote(value)
        named = is_secret_key(unquote(key)) or is_personal_key(unquote(key))
        if not named and not is_email(text) and not is_random(text):
            kept.append(pair)
    return path + (f"?{'&'.join(kept)}" if kept else "")
