"""String formats: which values are valid, and which formats k6 can make values of."""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import ipaddress
import random
import re
import string
import uuid
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

# Other names that documents use for the formats below.
ALIASES = {
    "datetime": "date-time",
    "timestamp": "date-time",
    "url": "uri",
    "iri": "uri",
    "uri-reference": "uri",
    "iri-reference": "uri",
    "idn-email": "email",
    "idn-hostname": "hostname",
    "guid": "uuid",
    "uuid4": "uuid",
    "uuid1": "uuid",
    "ip": "ipv4",
    "partial-time": "time",
    "base64": "byte",
    "base64url": "byte",
    "domain": "hostname",
}

# Formats for which one fixed value is enough.
FIXED = {
    "json-pointer": "/name",
    "relative-json-pointer": "0",
    "regex": "^[a-z]+$",
    "uri-template": "https://example.com/{id}",
    "int32": "42",
    "int64": "42",
    "integer": "42",
    "double": "1.5",
    "float": "1.5",
    "decimal": "1.50",
    "number": "1.5",
    "phone": "+493023125000",
    "phone-number": "+493023125000",
    "language": "en",
    "currency": "EUR",
    "country-code": "DE",
    "char": "a",
    "color": "#336699",
    "mac": "02:00:5e:10:00:01",
    "cidr": "192.0.2.0/24",
}

_HOST = re.compile(r"(?!-)[A-Za-z0-9-]{1,63}(?<!-)(?:\.(?!-)[A-Za-z0-9-]{1,63}(?<!-))*\.?")
_EMAIL = re.compile(r"[^@\s]{1,64}@[A-Za-z0-9.-]+")
_DATE_TIME = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)")
_TIME = re.compile(r"\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)")
_DURATION = re.compile(
    r"P(?=.)(?:\d+Y)?(?:\d+M)?(?:\d+W)?(?:\d+D)?(?:T(?=.)(?:\d+H)?(?:\d+M)?(?:\d+(?:\.\d+)?S)?)?"
)
_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


def _is_date(text: str) -> bool:
    return re.fullmatch(r"\d{4}-\d\d-\d\d", text) is not None and bool(dt.date.fromisoformat(text))


def _is_date_time(text: str) -> bool:
    return _DATE_TIME.fullmatch(text) is not None and _is_date(text[:10]) and int(text[11:13]) < 24


def _is_uri(text: str) -> bool:
    parts = urlsplit(text)
    return (
        bool(parts.scheme)
        and re.fullmatch(r"[!-~]+", text) is not None
        and not set(text) & set('<>"{}|\\^`')
    )


def _is_byte(text: str) -> bool:
    try:
        base64.b64decode(text.replace("-", "+").replace("_", "/"), validate=True)
    except (binascii.Error, ValueError):
        return False
    return True


_CHECKS: dict[str, Callable[[str], Any]] = {
    "date-time": _is_date_time,
    "date": _is_date,
    "time": _TIME.fullmatch,
    "duration": _DURATION.fullmatch,
    "email": _EMAIL.fullmatch,
    "uuid": _UUID.fullmatch,
    "uri": _is_uri,
    "hostname": lambda text: len(text) < 254 and _HOST.fullmatch(text),
    "ipv4": ipaddress.IPv4Address,
    "ipv6": ipaddress.IPv6Address,
    "byte": _is_byte,
}
MADE = tuple(_CHECKS)
# Formats whose values are checked; names such as "url" are used loosely and are not.
_EXACT = {
    "date-time",
    "date",
    "time",
    "duration",
    "email",
    "uuid",
    "uri",
    "hostname",
    "ipv4",
    "ipv6",
    "byte",
}


def known(name: Any) -> str:
    """Return the canonical name of a format: aliases resolved, empty for anything but a string."""
    if not isinstance(name, str):
        return ""
    low = name.lower()
    return ALIASES.get(low, low)


def has_format(name: str, text: str) -> bool:
    """Tell whether a text is valid for a format; formats unknown to JSON Schema accept any."""
    if name not in _EXACT:
        return True
    try:
        return bool(_CHECKS[name](text))
    except ValueError:
        return False


def _letters(rng: random.Random, count: int) -> str:
    return "".join(rng.choice(string.ascii_lowercase) for _ in range(count))


def _moment(rng: random.Random) -> dt.datetime:
    start = dt.datetime(2024, 1, 1, tzinfo=dt.timezone.utc)
    return start + dt.timedelta(seconds=rng.randrange(2 * 365 * 86400))


# Lengths of the values that values.js makes, at least and at most.
_LENGTHS = {
    "date-time": (20, 20),
    "date": (10, 10),
    "time": (9, 9),
    "duration": (3, 3),
    "uuid": (36, 36),
    "email": (13, 60),
    "uri": (21, 60),
    "hostname": (13, 40),
    "ipv4": (14, 14),
    "ipv6": (14, 14),
    "byte": (4, 4096),
}


def lengths(name: str) -> tuple[int, int]:
    """Return the least and greatest length that values of a format can be made to have."""
    return _LENGTHS[name]


def sample(name: str, low: int, high: int, rng: random.Random) -> str:
    """Return a value of a format with low..high characters, as k6 makes them."""
    least, most = lengths(name)
    size = rng.randint(max(low, least), max(low, least, min(high, most, max(low, least) + 8)))
    moment = _moment(rng)
    if name == "byte":
        size = max(4, size // 4 * 4 if size // 4 * 4 >= low else -(-size // 4) * 4)
        return base64.b64encode(rng.randbytes(size // 4 * 3)).decode("ascii")
    makers: dict[str, Callable[[], str]] = {
        "date-time": lambda: moment.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "date": lambda: moment.strftime("%Y-%m-%d"),
        "time": lambda: moment.strftime("%H:%M:%SZ"),
        "duration": lambda: f"P{rng.randint(1, 9)}D",
        "email": lambda: _letters(rng, size - 12) + "@example.com",
        "uuid": lambda: str(uuid.UUID(int=rng.getrandbits(128), version=4)),
        "uri": lambda: "https://example.com/" + _letters(rng, size - 20),
        "hostname": lambda: _letters(rng, size - 12) + ".example.com",
        "ipv4": lambda: f"198.51.100.{rng.randint(100, 254)}",
        "ipv6": lambda: f"2001:db8::{rng.randint(0x1000, 0xFFFF):x}",
    }
    return makers[name]()
