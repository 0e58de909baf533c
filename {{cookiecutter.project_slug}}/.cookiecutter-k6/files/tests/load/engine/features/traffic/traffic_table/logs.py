"""Access logs: one line after the other, in constant memory."""

from __future__ import annotations

import gzip
import json
import re
import sys
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta, timezone
from typing import IO, Any, NamedTuple
from urllib.parse import urlsplit

from .model import Refused

_MONTHS = {
    name: number
    for number, name in enumerate("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(), 1)
}
_LONGEST_LINE = 100_000

# Common and combined (Apache, nginx, Traefik, gunicorn), also behind a syslog prefix.
_COMMON = re.compile(
    r"\[(\d{2})/(\w{3})/(\d{4}):(\d{2}):(\d{2}):(\d{2})(?:\.\d+)? ([+-]\d{4})\] "
    r'"([A-Z]+) (\S+)(?: HTTP/[\d.]+)?" (\d{3})'
)
# AWS application load balancer: type time elb client target ... status ... "METHOD URL VERSION".
_ALB = re.compile(
    r"^(?:https?|h2|grpcs?|wss?) (\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})[\d.]*Z \S+ \S+ \S+ "
    r'\S+ \S+ \S+ (\d{3}|-) \S+ \S+ \S+ "([A-Z]+) (\S+)'
)
# uvicorn: INFO: 127.0.0.1:5000 - "GET / HTTP/1.1" 200; there may be a time in front.
_UVICORN = re.compile(
    r'^(?:(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}:\d{2})[^"]*)?(?:.*?)'
    r'"([A-Z]+) (\S+) HTTP/[\d.]+" (\d{3})'
)
_TIMES = ("time_iso8601", "timestamp", "@timestamp", "time_local", "time", "ts", "StartUTC", "msec",
          "StartLocal", "date")  # fmt: skip
_METHODS = ("request_method", "method", "RequestMethod", "http_method", "verb")
_PATHS = ("request_uri", "uri", "RequestPath", "path", "url", "uri_path")
_STATUSES = ("status", "OriginStatus", "DownstreamStatus", "status_code", "response_status", "code")


class Hit(NamedTuple):
    """One request of a log. time: seconds since the epoch, 0 if the log has none."""

    time: float
    method: str
    target: str
    status: int


def read(paths: Sequence[str]) -> Iterator[Hit | None]:
    """Yield the requests of logs; None for a line that is no request."""
    for path in paths:
        if path == "-":
            yield from _lines(sys.stdin.buffer)
            continue
        try:
            with open(path, "rb") as file:
                start = file.read(2)
            opened: IO[bytes] = gzip.open(path) if start == b"\x1f\x8b" else open(path, "rb")  # type: ignore[assignment]  # noqa: SIM115
            with opened as lines:
                yield from _lines(lines)
        except OSError as error:
            raise Refused(f"{path}: {error.strerror or error}") from None
        except EOFError:
            raise Refused(f"{path}: the compressed file ends too early") from None


def _lines(lines: IO[bytes]) -> Iterator[Hit | None]:
    while True:
        line = lines.readline(_LONGEST_LINE)
        if not line:
            return
        if line.strip():
            yield parse(line.decode("utf-8", errors="replace"))


def parse(line: str) -> Hit | None:
    """Return the request of a line, whatever format it has; None if it is none."""
    match = _COMMON.search(line)
    if match:
        return _hit(_common_time(match), match[8], match[9], match[10])
    if line.lstrip()[:1] == "{":
        return _json(line)
    match = _ALB.match(line)
    if match:
        return _hit(_iso(match[1] + "+00:00"), match[3], match[4], match[2])
    match = _UVICORN.match(line)
    if match:
        time = _iso(f"{match[1]}T{match[2]}+00:00") if match[1] else 0.0
        return _hit(time, match[3], match[4], match[5])
    return None


_DAYS: dict[tuple[str, str, str, str], float] = {}


def _common_time(match: re.Match[str]) -> float:
    # A log has few days and zones: only their first line pays for the calendar.
    key = (match[1], match[2], match[3], match[7])
    day = _DAYS.get(key)
    if day is None:
        try:
            zone = timedelta(hours=int(match[7][:3]), minutes=int(match[7][0] + match[7][3:]))
            moment = datetime(int(match[3]), _MONTHS.get(match[2], 1), int(match[1]))  # noqa: DTZ001
            day = (moment.replace(tzinfo=timezone.utc) - zone).timestamp()
        except (ValueError, OverflowError):
            return 0.0
        if len(_DAYS) < 1000:
            _DAYS[key] = day
    return day + int(match[4]) * 3600 + int(match[5]) * 60 + int(match[6])


def _iso(text: str) -> float:
    try:
        return datetime.fromisoformat(re.sub(r"\.\d+", "", text.replace("Z", "+00:00"))).timestamp()
    except (ValueError, OverflowError, OSError):
        return 0.0


def _hit(time: float, method: str, target: str, status: str) -> Hit | None:
    try:
        path = target
        if "://" in target[:10]:
            split = urlsplit(target)
            path = split.path + (f"?{split.query}" if split.query else "")
        return Hit(time, method, path or "/", int(status) if status.isdigit() else 0)
    except ValueError:
        return None


def _json(line: str) -> Hit | None:
    try:
        entry = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if not isinstance(entry, dict):
        return None
    # Caddy keeps the request in an object of its own.
    request = entry.get("request")
    both: dict[str, Any] = {**entry, **request} if isinstance(request, dict) else entry
    method, target = _first(both, _METHODS), _first(both, _PATHS)
    if isinstance(request, str) and not method:
        words = request.split(" ")
        method, target = words[0], words[1] if len(words) > 1 else ""
    if not method.isalpha() or not target:
        return None
    return _hit(_json_time(both), method.upper(), target, _first(both, _STATUSES))


def _first(entry: dict[str, Any], names: Sequence[str]) -> str:
    for name in names:
        value = entry.get(name)
        if isinstance(value, str) and value:
            return value
        if isinstance(value, int | float) and not isinstance(value, bool):
            return str(int(value))
    return ""


def _json_time(entry: dict[str, Any]) -> float:
    for name in _TIMES:
        value = entry.get(name)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return float(value) / (1000 if value > 1e11 else 1)
        if isinstance(value, str) and value:
            try:
                number = float(value)
                return number / (1000 if number > 1e11 else 1)
            except ValueError:
                match = re.match(
                    r"(\d{2})/(\w{3})/(\d{4}):(\d\d):(\d\d):(\d\d)(?:\.\d+)? ([+-]\d{4})", value
                )
                return _common_time(match) if match else _iso(value)
    return 0.0
