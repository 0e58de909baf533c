"""The secrets of a recording: they must not reach a file. What stands for them is a setting."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from urllib.parse import quote, quote_plus, unquote

from .model import Exchange
from .slots import slots_of
from .sources import sources_of
from .texts import is_email, is_password_key, is_personal_key, is_random, is_secret_key

_SHORTEST = 6
_WORDS = {"bearer", "basic", "token", "digest", "apikey", "true", "false", "null", "undefined"}
_PLAIN = re.compile(r"^[a-z_]+$|^\{\{.*\}\}$|^https?$", re.IGNORECASE)

AUTH_HEADERS = re.compile(
    r"^(authorization|proxy-authorization|x-.*(key|token|auth|secret|session|signature).*|api-?key)$",
    re.IGNORECASE,
)


def request_cookies(one: Exchange) -> list[tuple[str, str]]:
    """Return the cookies that a request sends: names and values."""
    found = []
    for name, value in one.request.headers:
        if name.lower() == "cookie":
            for pair in value.split(";"):
                key, equals, text = pair.strip().partition("=")
                if equals and key:
                    found.append((key, text.strip('"')))
    return found


def secrets_of(exchanges: Sequence[Exchange], named: Iterable[str] = ()) -> list[str]:
    """Return the texts that must not reach a file, the longest first.

    Args:
        exchanges: all of a recording, also those that are left out.
        named: values that the file itself calls secret.
    """
    found = set(named)
    for one in exchanges:
        found.update(_of(one))
    kept = {text for text in found if _counts(text)}
    return sorted(kept, key=lambda text: (-len(text), text))


def _counts(text: str) -> bool:
    return len(text) >= _SHORTEST and text.lower() not in _WORDS


def _of(one: Exchange) -> Iterator[str]:
    for _, value in [*request_cookies(one), *one.answer.cookies()]:
        if is_random(value) or len(value) >= 12:
            yield value
            yield unquote(value)
    for name, value in one.request.headers:
        if AUTH_HEADERS.match(name):
            word, _, rest = value.partition(" ")
            yield rest.strip() or word
            yield from _basic(word, rest)
    for slot in slots_of(one.request):
        if is_password_key(slot.key) or (
            is_secret_key(slot.key) and slot.where != "path" and not _PLAIN.match(slot.value)
        ):
            yield slot.value
        if is_email(slot.value) or (is_personal_key(slot.key) and slot.where in {"body", "query"}):
            yield slot.value
    for source in sources_of(one.answer, 0):
        place = source.place["in"]
        named = place in {"json", "meta", "field", "header"} and is_secret_key(source.key)
        if named and not _PLAIN.match(source.value):
            yield source.value


def _basic(word: str, rest: str) -> Iterator[str]:
    if word.lower() == "basic":
        try:
            user, _, password = base64.b64decode(rest).decode().partition(":")
        except (binascii.Error, ValueError):
            return
        yield password
        if is_email(user):
            yield user


class Guard:
    """Finds secrets in a text, however they are written there."""

    def __init__(self, secrets: Sequence[str]) -> None:
        self.secrets = secrets
        self._spellings = {
            spelling: secret
            for secret in secrets
            for spelling in (
                secret, quote(secret, safe=""), quote(secret), quote_plus(secret),
                json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1],
            )
        }  # fmt: skip

    def first(self, text: str) -> str:
        """Return the first secret found in a text; empty if there is none."""
        return next((s for spelling, s in self._spellings.items() if spelling in text), "")

    def masked(self, value: Any) -> Any:
        """Return a JSON value with `***` for every secret in its texts."""
        if isinstance(value, str):
            for spelling in self._spellings:
                value = value.replace(spelling, "***")
            return value
        if isinstance(value, list):
            return [self.masked(item) for item in value]
        if isinstance(value, dict):
            return {self.masked(key): self.masked(item) for key, item in value.items()}
        return value
