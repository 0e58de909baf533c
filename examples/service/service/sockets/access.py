"""Access control of WebSockets."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from service.tokens import TokenError

if TYPE_CHECKING:
    from service.faults.board import Board
    from service.settings import Settings
    from service.tokens import Tokens


class Doorkeeper:
    """Accepts valid tokens and, unless `ws-auth` is on, connections without a token."""

    def __init__(self, settings: Settings, tokens: Tokens, board: Board) -> None:
        self._api_key = settings.api_key
        self._tokens = tokens
        self._board = board

    def admits(self, token: str) -> bool:
        """Tell whether a token grants access."""
        if not token:
            return not self._board.setting("ws-auth", False)
        if token == self._api_key:
            return True
        try:
            self._tokens.subject(token, "access")
        except TokenError:
            return False
        return True


def token_of(query: bytes, authorization: str) -> str:
    """Return the token in the URL (`?token=`) or the header; empty if there is none."""
    from_query = parse_qs(query.decode("latin-1")).get("token", [""])[0]
    scheme, _, from_header = authorization.partition(" ")
    return from_query or (from_header if scheme.lower() == "bearer" else "")
