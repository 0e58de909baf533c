"""What the name of a property tells about the texts that a service accepts.

Documents often say only `string`. The table is the place to add a name; the first row that fits
wins. A value of `formats` is made anew each time, any other text is sent as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple


class Known(NamedTuple):
    """A rule. format: of texts with such a name. value: instead, one text that services accept."""

    names: re.Pattern[str]
    format: str = ""
    value: str = ""


def _ends(*words: str) -> re.Pattern[str]:
    """Return an expression for names that end in a word: `city`, `home_city`, `homeCity`."""
    listed = "|".join(words)
    return re.compile(rf"(?:^|[_.\-\[])(?i:{listed})\]?$|[a-z0-9](?:{_capitals(words)})$")


def _capitals(words: tuple[str, ...]) -> str:
    return "|".join(word[0].upper() + word[1:].replace("_?", "") for word in words)


TABLE = (
    Known(re.compile(r"e?mail(_?address)?$", re.IGNORECASE), "email"),
    Known(
        re.compile(r"(^|_|[a-z](?=U))(url|uri|website|homepage|href)$|Ur[li]$", re.IGNORECASE),
        "uri",
    ),
    Known(_ends("uuid", "guid"), "uuid"),
    Known(_ends("host_?name", "fqdn", "domain", "domain_?name"), "hostname"),
    Known(_ends("ip", "ip_?address", "ipv4", "ip_?v4"), "ipv4"),
    Known(_ends("ipv6", "ip_?v6"), "ipv6"),
    Known(re.compile(r"(_at|_on|[a-z]At|[a-z]On|timestamp|datetime)$"), "date-time"),
    Known(re.compile(r"(^|_)date$|[a-z]Date$|birthday$|^dob$"), "date"),
    Known(_ends("phone", "mobile", "tel", "phone_?number", "fax"), value="+493023125000"),
    Known(_ends("currency", "currency_?code"), value="EUR"),
    Known(_ends("language", "lang", "locale", "language_?code"), value="en"),
    Known(_ends("country", "country_?code"), value="DE"),
    Known(_ends("time_?zone", "tz"), value="UTC"),
    Known(_ends("colou?r", "hex_?colou?r"), value="#336699"),
    Known(_ends("iban"), value="DE89370400440532013000"),
    Known(_ends("bic", "swift"), value="COBADEFFXXX"),
    Known(_ends("zip", "zip_?code", "postal_?code", "postcode"), value="10115"),
    Known(_ends("city", "town"), value="Berlin"),
    Known(_ends("street", "address_?line1?"), value="Hauptstrasse 1"),
    Known(_ends("first_?name", "given_?name"), value="Ada"),
    Known(_ends("last_?name", "family_?name", "surname"), value="Lovelace"),
    Known(_ends("mime_?type", "content_?type", "media_?type"), value="text/plain"),
    Known(_ends("semver"), value="1.0.0"),
    Known(_ends("cron", "cron_?expression"), value="0 0 * * *"),
    Known(_ends("mac", "mac_?address"), value="02:00:5e:10:00:01"),
    Known(_ends("cidr", "subnet"), value="192.0.2.0/24"),
    # Upper and lower case, a digit, another character, no word of a list.
    Known(_ends("password", "passwd", "pass_?phrase"), value="Tq7-vexil-Qua9"),
)

# What begins, or is least -> what ends, or is most.
_PAIRS = (
    ("start", "end"),
    ("start", "stop"),
    ("start", "finish"),
    ("begin", "end"),
    ("starts", "ends"),
    ("begins", "ends"),
    ("started", "ended"),
    ("started", "finished"),
    ("opens", "closes"),
    ("from", "to"),
    ("from", "until"),
    ("from", "till"),
    ("since", "until"),
    ("after", "before"),
    ("min", "max"),
    ("minimum", "maximum"),
    ("least", "most"),
    ("lower", "upper"),
    ("low", "high"),
    ("check_in", "check_out"),
    ("arrival", "departure"),
    ("valid_from", "expires"),
)

_UNIQUE = re.compile(
    r"(^|_|\b)(user_?name|login|e?mail(_?address)?|name|slug|title|code|sku|handle|nick_?name|key|identifier|label)$"
    r"|(userName|Email|Name|Slug|Title|Code|Sku|Key)$",
    re.IGNORECASE,
)
# Texts that are sent as they are, though no document shows them.
TEXTS = [row.value for row in TABLE if row.value]
# Letters and digits only, and not long: what every service takes.
_HANDLE = re.compile(r"user_?name$|login$|handle$|nick_?name$|(^|_)(slug|sku|code)$", re.IGNORECASE)
HANDLE_LENGTH = 11


def known(name: str) -> Known | None:
    """Return what a name tells, None for one that tells nothing.

    >>> known("homeCity").value, known("ip").format, known("x")
    ('Berlin', 'ipv4', None)
    """
    return next((row for row in TABLE if row.names.search(name)), None) if name else None


def is_unique(name: str) -> bool:
    """Tell whether services often want a property to be unique.

    A second create with the same value would be rejected, so each value is made anew.
    """
    return bool(name) and _UNIQUE.search(name) is not None


def is_handle(name: str) -> bool:
    """Tell whether a service is likely to refuse anything but letters and digits."""
    return bool(name) and _HANDLE.search(name) is not None


def pairs_of(names: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield the names that belong together, with the earlier or smaller one first.

    >>> list(pairs_of(["startDate", "endDate", "price_min", "price_max", "to"]))
    [('startDate', 'endDate'), ('price_min', 'price_max')]
    """
    known = {_plain(name): name for name in names}
    for name, written in known.items():
        for first, last in _PAIRS:
            other = re.sub(rf"(?<![^_]){first}(?![^_])", last, name, count=1)
            if other != name and other in known:
                yield written, known[other]
                break


def _plain(name: str) -> str:
    """Return a name with underscores between its words, in lower case."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|[-. ]", "_", name).lower()
