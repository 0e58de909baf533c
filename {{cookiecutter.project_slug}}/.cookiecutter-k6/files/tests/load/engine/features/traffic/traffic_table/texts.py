"""Words about names and values: what is a secret, what is an ID, what is a time."""

from __future__ import annotations

import math
import re

MOST_SHOWN = 80

_SECRET_KEY = re.compile(
    r"passw|passphrase|passcode|^pwd$|^pass$|secret|token|api[-_]?key|access[-_]?key|authoriz|"
    r"^auth$|session|^sid$|jwt|credential|private[-_]?key|signature|^otp$|^pin$|cvv|cvc|csrf|xsrf|"
    r"nonce|authenticity|assertion|samlresponse|^code$",
    re.IGNORECASE,
)
_PASSWORD_KEY = re.compile(r"passw|passphrase|passcode|^pwd$|^pass$", re.IGNORECASE)
_USER_KEY = re.compile(
    r"^(user|user_?name|e?-?mail|login|log|identifier|account|user_?id|user_?login|identity)$"
    r"|(_|-|\b)(username|email|login)$",
    re.IGNORECASE,
)
_PERSONAL_KEY = re.compile(
    r"e?-?mail|phone|mobile|first_?-?name|last_?-?name|full_?-?name|surname|given_?name|family_?name|"
    r"street|address|postal|zip|^city$|birth|^dob$|^ssn$|iban|card_?number|passport|tax_?id|"
    r"^fax$|^vat|latitude|longitude",
    re.IGNORECASE,
)
_NAME_KEY = re.compile(
    r"^(.*[_-])?(name|title|username|login|e?mail|slug|sku|handle|label|subject|headline|"
    r"identifier|reference|nickname)$|Name$|Title$",
)
_ID_KEY = re.compile(
    r"^(id|ids|pk|uuid|guid|key|uid|_id|oid|rev|_rev|version|etag|cursor|after|before|next|"
    r"endcursor|upload_?id)$|(_|-)(id|ids|pk|uuid|guid|uid|key)$|(Id|Ids|Uuid|Guid|ID|IDs)$|^id_",
)
_THING_KEY = re.compile(
    r"^(id|ids|pk|uuid|guid|oid|_id)$|(_|-)(id|ids|pk|uuid|guid)$|[a-z](Id|Ids|Uuid|ID|IDs)$|^id_"
)
_UUID = re.compile(
    r"^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$", re.IGNORECASE
)
_HEX = re.compile(r"^[0-9a-f]{16,}$", re.IGNORECASE)
_ULID = re.compile(r"^[0-9A-HJKMNP-TV-Z]{26}$")
_DATE = re.compile(r"^\d{4}-\d{2}-\d{2}$")
_EMAIL = re.compile(r"^[^@\s]+@[^@\s]+\.[^@\s]+$|^[^@\s]+@localhost$")
_TOKEN = re.compile(r"^[A-Za-z0-9+/=_\-.~:%|]+$")
_WORDS = re.compile(r"^[a-z]+([-_. ][a-z]+)*$|^[A-Z]+(_[A-Z]+)*$|^[A-Z][a-z]+([A-Z][a-z]+)*$")


def clean(text: str, most: int = MOST_SHOWN) -> str:
    """Return a text fit for one line of a terminal or a name: no control characters."""
    shown = "".join(c if c.isprintable() else " " for c in text)
    return shown if len(shown) <= most else shown[: most - 3] + "..."


def is_secret_key(key: str) -> bool:
    """Tell whether a field of this name may hold a secret."""
    return bool(_SECRET_KEY.search(key))


def is_password_key(key: str) -> bool:
    """Tell whether a field of this name holds a password."""
    return bool(_PASSWORD_KEY.search(key))


def is_user_key(key: str) -> bool:
    """Tell whether a field of this name says who logs in."""
    return bool(_USER_KEY.search(key))


def is_personal_key(key: str) -> bool:
    """Tell whether a field of this name holds data about a person."""
    return bool(_PERSONAL_KEY.search(key))


def is_name_key(key: str) -> bool:
    """Tell whether values of a field of this name often have to differ."""
    return bool(_NAME_KEY.search(key))


def is_id_key(key: str) -> bool:
    """Tell whether a field of this name holds an ID."""
    return bool(_ID_KEY.search(key))


def names_thing(key: str) -> bool:
    """Tell whether a field of this name says which thing a request is about."""
    return bool(_THING_KEY.search(key))


def is_uuid(value: str) -> bool:
    """Tell whether a value is a UUID."""
    return bool(_UUID.match(value))


def is_date(value: str) -> bool:
    """Tell whether a value is a date such as 2026-01-31."""
    return bool(_DATE.match(value))


def is_email(value: str) -> bool:
    """Tell whether a value is an e-mail address."""
    return bool(_EMAIL.match(value))


def is_id(value: str) -> bool:
    """Tell whether a path segment looks like an ID rather than a word of the route."""
    if not value or len(value) > 200:
        return len(value) > 200
    return (
        value.isdigit()
        or is_uuid(value)
        or bool(_HEX.match(value))
        or bool(_ULID.match(value))
        or is_date(value)
        or is_email(value)
        or is_random(value)
    )


def is_random(value: str) -> bool:
    """Tell whether a value is too random to be there twice by accident: a token, a key, a UUID."""
    if len(value) < 8 or not _TOKEN.match(value) or _WORDS.match(value) or is_date(value):
        return False
    if is_uuid(value) or _HEX.match(value):
        return True
    kinds = sum(map(bool, (re.search(p, value) for p in ("[a-z]", "[A-Z]", r"\d"))))
    if len(value) < 16:
        digits = sum(c.isdigit() for c in value)
        return kinds >= 2 and digits >= 2 and entropy(value) >= 2.7 and not _is_version(value)
    return kinds >= 2 and entropy(value) >= 3.0 and not re.search(r"[a-z]{12}", value)


def is_strong(value: str) -> bool:
    """Tell whether an equal value elsewhere is no accident, random or not."""
    return is_random(value) or (len(value) >= 12 and len(set(value)) >= 6)


def _is_version(value: str) -> bool:
    return bool(re.match(r"^v?\d+(\.\d+)+", value))


def entropy(value: str) -> float:
    """Return the entropy of a text, bits per character."""
    counts = [value.count(c) / len(value) for c in set(value)]
    return -sum(share * math.log2(share) for share in counts)


def slug(text: str, fallback: str = "value") -> str:
    """Return a short name of lower-case letters, digits and hyphens."""
    words = re.sub(r"[^A-Za-z0-9]+", "-", re.sub(r"([a-z])([A-Z])", r"\1-\2", text)).strip("-")
    return words.lower()[:40].strip("-") or fallback
