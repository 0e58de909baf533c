"""Values that no earlier answer holds: typed by a person, made by the client, or secret."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import datetime, timezone
from typing import Any
from urllib.parse import unquote

from .addresses import Addresses
from .model import Exchange
from .routes import graphql
from .secrecy import AUTH_HEADERS, Guard
from .slots import Part, Parts, Slot, slots_of
from .texts import (
    is_date,
    is_email,
    is_id,
    is_name_key,
    is_password_key,
    is_personal_key,
    is_random,
    is_secret_key,
    is_user_key,
    is_uuid,
)  # fmt: skip
from .values import Values

_LOGIN = re.compile(r"log-?_?in|sign-?_?in|auth|token|session|logon|connect/", re.IGNORECASE)
_SIGN_UP = re.compile(
    r"register|registration|sign-?_?up|users?/?$|accounts?/?$|createuser|join", re.IGNORECASE
)
_ISO = re.compile(r"^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?$")
_DAY = 86400
_ANALYTIC_COOKIE = re.compile(r"^(_ga|_gid|_gat|_fbp|_hj|mp_|amplitude|ajs_|intercom|optimizely)")
_BUSTER = re.compile(r"^(_|_?ts?|_?dc|timestamp|cb|_?no_?cache|cache_?bust(er)?)$", re.IGNORECASE)
_TEXT = re.compile(r"[^\W\d_]{2}")
_CONSTANT_KEYS = re.compile(
    r"^(grant_type|response_type|scope|client_id|redirect_uri|type|kind|status|state|action|method|"
    r"_method|op|operation|lang|locale|format|sort|order|order_?by|sort_?by|sort_?order|direction|next|redirect|mode|"
    r"content_?type|role|category|currency|language|timezone|_save|commit|submit|jsonrpc|"
    r"code_challenge_method|response_mode|prompt|view|tab|include|fields|expand|embed)$",
    re.IGNORECASE,
)
MADE_UP = {"mail": "user@example.com", "phone": "+15550100", "zip": "10001", "postal": "10001"}


class Typed:
    """Decides on values that no answer gave, one request after the other."""

    def __init__(self, values: Values, guard: Guard, addresses: Addresses) -> None:
        self.values = values
        self.guard = guard
        self._addresses = addresses
        self._index = 0
        self.made: dict[str, dict[str, str]] = {}
        """Recorded text -> the part that stands for a value that is made anew in each iteration."""
        self.code: Collection[str] = ()
        """Texts in the scripts of the recording: they were not typed by a person."""
        self._known: dict[str, Part] = {}
        self._ticks: dict[str, Part] = {}
        self._started = 0.0
        self._is_login = False
        self._has_password = False
        self._written = False

    def begin(self, index: int, one: Exchange) -> None:
        """Take note of the request whose values come next."""
        self._index = index
        slots = [s for s in slots_of(one.request) if s.where in {"body", "query"}]
        passwords = {slot.value for slot in slots if is_password_key(slot.key)}
        gql = graphql(one)
        name = gql[1] if gql else one.request.parts.path
        self._has_password = bool(passwords)
        repeated = sum(is_password_key(slot.key) for slot in slots) > 1
        self._is_login = (
            bool(passwords)
            and not repeated
            and not _SIGN_UP.search(name)
            and (bool(_LOGIN.search(name)) or len(slots) <= 4)
        )
        self._started = one.started
        self._written = one.request.method in {"POST", "PUT", "PATCH"} and (
            gql is None or gql[0] == "mutation"
        )

    def known(self, slot: Slot) -> Part | None:
        """Return what stands for a value that was decided before; None for a new one."""
        found = self._known.get(slot.value)
        if self._addresses.is_word(slot) and slot.value not in self.made:
            return None
        if found is not None and (len(slot.value) >= 3 or is_password_key(slot.key)):
            return found
        return None

    def holds_secret(self, text: str) -> bool:
        """Tell whether a text must not be written down."""
        return bool(self.guard.first(text))

    def decide(self, slot: Slot, *, has_source: bool, is_named: bool) -> Parts:
        """Return what stands for a value that no answer gave.

        Args:
            slot: of the request.
            has_source: an answer holds it, by accident or as one of several choices.
            is_named: in a field of the same name; then a name refers to something that is there.
        """
        if slot.where == "header":
            return self._header(slot)
        credential = self._credential(slot)
        if credential is not None:
            return [credential]
        clock = self._clock(slot)
        if clock is not None and slot.where == "query" and _BUSTER.match(slot.key):
            return [self._tick(clock)]
        if clock is not None:
            return [self._keep(slot, clock, "a time near that of the recording")]
        if slot.where == "path":
            return self._path(slot)
        if (
            is_secret_key(slot.key)
            and not _CONSTANT_KEYS.match(slot.key)
            and (is_random(slot.value) or self.holds_secret(slot.value))
        ):
            return [self._secret(slot.key, slot.value)]
        made = self._anew(slot, has_source=has_source, is_named=is_named)
        if made is not None:
            return [made]
        if is_personal_key(slot.key) or is_email(slot.value):
            return [self._personal(slot)]
        if self.holds_secret(slot.value):
            return [self._secret(slot.key, slot.value)]
        if is_random(slot.value) and self._written and not has_source:
            return [
                self._keep(
                    slot, {"new": "random", "like": _shape(slot.value)}, "random, and in no answer"
                )
            ]
        return self._plain(slot, has_source=has_source)

    # --- kinds of values --------------------------------------------------------------------------

    def _credential(self, slot: Slot) -> Part | None:
        if slot.where not in {"body", "query"} or not self._has_password:
            return None
        if is_password_key(slot.key):
            if self._is_login:
                return self._keep(slot, {"user": "password"}, "the password of the login")
            return self._keep(slot, {"new": "password"}, "the password of a new account")
        if self._is_login and is_user_key(slot.key):
            return self._keep(slot, {"user": "email"}, "who logs in")
        return None

    def _header(self, slot: Slot) -> Parts:
        name = slot.key.lower()
        if re.search(r"idempotency|request-id|correlation-id|trace-id", name):
            return [self._keep(slot, {"new": "uuid"}, "an ID of the client for one request")]
        if AUTH_HEADERS.match(slot.key) or self.holds_secret(slot.value):
            word, space, rest = slot.value.partition(" ")
            if space and word.isalpha() and len(word) <= 12:
                return [f"{word} ", self._secret(slot.key, rest)]
            return [self._secret(slot.key, slot.value)]
        return [slot.value]

    def _path(self, slot: Slot) -> Parts:
        if self.holds_secret(slot.value) or (
            len(slot.value) >= 20 and is_random(slot.value) and not is_id_like(slot.value)
        ):
            if not is_email(slot.value):
                return [self._secret(slot.key or "path", slot.value)]
            return [self._personal(slot)]
        if is_uuid(slot.value) and self._written:
            return [self._keep(slot, {"new": "uuid"}, "a UUID of the client")]
        return [slot.value]

    def _anew(self, slot: Slot, *, has_source: bool, is_named: bool) -> Part | None:
        value = slot.value
        checked = slot.where == "query" and self._addresses.is_name_later(self._index, value)
        if not (self._written or checked) or slot.where == "path" or self._is_login:
            return None
        if is_uuid(value):
            kind = {"new": "uuid"} if "-" in value else {"new": "random", "like": _shape(value)}
            return self._keep(slot, kind, "a UUID of the client")
        # Whatever its field is called: the thing has this address from now on.
        address = not has_source and self._addresses.is_new(self._index, value)
        # People do not type camelCase; other words may be in a script by accident.
        of_code = bool(re.search("[a-z][A-Z]|_", value)) and value in self.code
        named = (is_name_key(slot.key) or checked) and not is_named and not of_code
        if (named or address) and 3 <= len(value) <= 120:
            if is_email(value):
                return self._keep(slot, {"new": "email"}, "an address that has to differ")
            if slot.kind == "number" or not _TEXT.search(value):
                return None
            hidden = self.holds_secret(value) or is_personal_key(slot.key)
            stem, end = ("user", "") if hidden else _extended(value)
            like = stem[:40]
            made = {"new": "text", "like": like, "join": _joint("" if address else slot.key, like)}
            if end:
                made["end"] = end
            return self._keep(slot, made, "a name that has to differ")
        return None

    def _personal(self, slot: Slot) -> Part:
        low = slot.key.lower()
        made = next((text for key, text in MADE_UP.items() if key in low), "Example")
        if is_email(slot.value):
            made = MADE_UP["mail"]
        elif slot.value.isdigit() or slot.kind == "number":
            made = re.sub(r"\d", "1", slot.value)
        elif is_date(slot.value):
            made = "1990-01-01"
        return self._keep(slot, {"data": ""}, "data of a person; the value is made up", made)

    def _plain(self, slot: Slot, *, has_source: bool) -> Parts:
        value = slot.value
        typed = (
            slot.where in {"body", "query"}
            and slot.kind != "number"
            and not has_source
            and not _CONSTANT_KEYS.match(slot.key)
            and _TEXT.search(value)
            and value.lower() not in {"true", "false", "null", "on", "off", "yes", "none", "all"}
            and len(value) <= 2000
            and slot.place not in {"body", "query"}
            and not slot.key.startswith("_")
            and value not in self.code
        )
        if typed:
            return [self._keep(slot, {"data": ""}, "typed; one row per user", value)]
        return [value]

    def _clock(self, slot: Slot) -> dict[str, Any] | None:
        if self._started <= 0 or slot.where == "path":
            return None
        value = slot.value
        if _ISO.match(value):
            try:
                text = value.replace("Z", "+00:00").replace(" ", "T")
                moment = datetime.fromisoformat(re.sub(r"\.\d+", "", text))
            except ValueError:
                return None
            moment = moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)
            return self._near(moment.timestamp(), {"new": "time", "like": _time_shape(value)})
        if value.isdigit() and len(value) in {10, 13}:
            seconds = int(value) / (1000 if len(value) == 13 else 1)
            return self._near(seconds, {"new": "time", "like": "ms" if len(value) == 13 else "s"})
        return None

    def _tick(self, clock: dict[str, Any]) -> Part:
        """Return what stands for the time of each request; one value for all of them."""
        like = clock["like"]
        if like not in self._ticks:
            made = {"new": "time", "like": like, "each": True}
            why = "the time of each request, which keeps caches from answering"
            self._ticks[like] = self.values.add("time", made, why)
        return self._ticks[like]

    def _near(self, moment: float, definition: dict[str, Any]) -> dict[str, Any] | None:
        gap = moment - self._started
        if abs(gap) > _DAY:
            return None
        return {**definition, "offset": 0 if abs(gap) < 60 else round(gap)}

    def cookie(self, name: str, value: str) -> Parts | None:
        """Return what stands for a cookie that was there before the recording; None: not sent."""
        if _ANALYTIC_COOKIE.match(name):
            return None
        if is_secret_key(name) or is_random(unquote(value)) or self.holds_secret(value):
            return [self._secret(f"cookie {name}", value)]
        return None

    def unset(self, name: str, slot: Slot) -> Part:
        """Return what stands for a variable of a collection without a value.

        Args:
            name: of the variable.
            slot: where it stands first. In a login, that is who logs in.
        """
        if self._has_password and slot.where == "body":
            if is_password_key(slot.key) or (self._is_login and is_user_key(slot.key)):
                found = self._credential(slot)
                assert found is not None  # nosec B101
                return found
            if is_user_key(slot.key):
                kind = {"new": "email"} if "mail" in slot.key.lower() else {"new": "text"}
                return self._keep(slot, {**kind, "like": "user"}, "of a new account")
        if is_secret_key(name):
            return self._secret(name, f"{{{{{name}}}}}")
        return self.values.add(name, {"data": ""}, "a variable without a value: fill in its column")

    def _secret(self, key: str, value: str) -> Part:
        known = self._known.get(value)
        if known is not None:
            return known
        words = re.sub(r"[^A-Z0-9]+", "_", key.upper()).strip("_") or "SECRET"
        part = self.values.add(key, {"setting": ""}, "a secret")
        assert isinstance(part, dict)  # nosec B101
        name = part["v"]
        number = re.search(r"-(\d+)$", name)
        setting = f"TRAFFIC_{words[:40]}{'_' + number[1] if number else ''}"
        if "setting" in self.values.defined[name]:
            self.values.defined[name] = {"setting": setting}
        self._known[value] = part
        return part

    def _keep(self, slot: Slot, definition: dict[str, Any], why: str, row: str = "") -> Part:
        recorded = "" if self.holds_secret(slot.value) else slot.value
        part = self.values.add(slot.key, definition, why, row or recorded)
        assert isinstance(part, dict)  # nosec B101
        self._known[slot.value] = part
        if "new" in self.values.defined[part["v"]] and definition.get("new") in {
            "text",
            "email",
            "uuid",
        }:
            self.made[slot.value] = part
        return part


def _extended(name: str) -> tuple[str, str]:
    """Return a name without the extension of its file, and the extension."""
    found = re.fullmatch(r"(.*[^\s.])(\.[A-Za-z][A-Za-z0-9]{0,7})", name)
    return (found[1], found[2]) if found else (name, "")


def _joint(key: str, like: str) -> str:
    """Return what stands between a name and what makes it differ."""
    for character in " -_":
        if character in like:
            return character
    return (
        " "
        if re.search(r"name|title|subject|headline|label", key, re.IGNORECASE)
        and not re.search(r"user_?name|nick|slug", key, re.IGNORECASE)
        else ""
    )


def is_id_like(value: str) -> bool:
    """Tell whether a random path segment is an ID of something rather than a secret."""
    return (
        is_uuid(value)
        or bool(re.match(r"^[0-9a-fA-F]{24}$|^\d+$", value))
        or (is_id(value) and len(value) <= 26)
    )


def _shape(value: str) -> str:
    """Return a text of the same shape: `a`, `A` and `0` for letters and digits."""
    return "".join(
        "0" if c.isdigit() else "a" if c.islower() else "A" if c.isupper() else c for c in value
    )[:200]


def _time_shape(value: str) -> str:
    digits = re.search(r"\.(\d+)", value)
    zone = re.search(r"(Z|[+-]\d{2}:?\d{2})$", value)
    return (
        ("T" if "T" in value else " ")
        + ("s" if value.count(":") > 1 else "m")
        + (str(len(digits[1])) if digits else "")
        + ("Z" if zone else "")
    )
