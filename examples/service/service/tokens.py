"""Signed access and refresh tokens (JWT, HS256), using only the standard library."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import itertools
import json
import time
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Callable

Kind = Literal["access", "refresh"]


class TokenError(Exception):
    """An invalid token; the message says why."""


class Tokens:
    """Issues and verifies the tokens of one service run.

    Args:
        secret: key of the signature.
        lifetime: returns the life in seconds of a token of a kind, asked for each new token, so
            that a fault can shorten it while the service runs.
        clock: returns the time in seconds.

    Example:
        >>> tokens = Tokens(b"secret", lambda kind: 60.0)
        >>> tokens.subject(tokens.issue("ann@example.com", "access"), "access")
        'ann@example.com'
    """

    def __init__(
        self,
        secret: bytes,
        lifetime: Callable[[Kind], float],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._secret = secret
        self._lifetime = lifetime
        self._clock = clock
        self._numbers = itertools.count(1)
        self._head = _encode(json.dumps({"alg": "HS256", "typ": "JWT"}).encode())

    def issue(self, subject: str, kind: Kind) -> str:
        """Return a new token; tokens are unique, even within one second."""
        now = self._clock()
        claims = {
            "sub": subject,
            "kind": kind,
            "iat": now,
            "exp": now + self._lifetime(kind),
            "jti": next(self._numbers),
        }
        signed = self._head + b"." + _encode(json.dumps(claims).encode())
        return (signed + b"." + self._sign(signed)).decode()

    def subject(self, token: str, kind: Kind) -> str:
        """Return the owner of a token.

        Raises:
            TokenError: not ours, of the other kind, or expired.
        """
        signed, _, signature = token.encode("utf-8", "replace").rpartition(b".")
        if not hmac.compare_digest(self._sign(signed), signature):
            raise TokenError("invalid token")
        claims = _claims(signed)
        if claims["kind"] != kind:
            raise TokenError(f"this is not a {kind} token")
        if claims["exp"] <= self._clock():
            raise TokenError("token expired")
        return str(claims["sub"])

    def _sign(self, signed: bytes) -> bytes:
        return _encode(hmac.digest(self._secret, signed, hashlib.sha256))


def _claims(signed: bytes) -> dict[str, Any]:
    """Return the claims of a token with a valid signature."""
    payload = signed.partition(b".")[2]
    try:
        claims = json.loads(base64.urlsafe_b64decode(payload + b"=" * (-len(payload) % 4)))
    except (ValueError, binascii.Error) as error:
        raise TokenError("invalid token") from error
    return dict(claims)


def _encode(data: bytes) -> bytes:
    return base64.urlsafe_b64encode(data).rstrip(b"=")
