"""The settings of the service, and the addresses derived from them."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Settings:
    """The settings of one run of the service.

    Attributes:
        host: address to bind.
        port: TCP port, 0 for a free one.
        prefix: path prefix of the API, ``""`` or ``/like/this``.
        api_key: the bearer token that is accepted in place of a login.
        anonymous: answers requests without a token too; a wrong one is still refused.
        token_lifetime: life of an access token in seconds.
        refresh_lifetime: life of a refresh token in seconds.
        items: how many items exist at the start.
        record: how many raw requests ``GET /_stats`` keeps.
        news_interval: seconds between two messages to the subscribers of a channel.
        faults: faults to switch on at the start, each ``name[=value][,parameter=value...]``.
        tls_cert: PEM certificate; with it the service speaks HTTPS.
        tls_key: PEM private key of ``tls_cert``.
        secret: signs the tokens; random, so tokens of an earlier run are refused.
    """

    host: str = "127.0.0.1"
    port: int = 8000
    prefix: str = "/api/v1"
    api_key: str = "test-api-key"
    anonymous: bool = False
    token_lifetime: int = 3600
    refresh_lifetime: int = 7 * 24 * 3600
    items: int = 100
    record: int = 50
    news_interval: float = 0.5
    faults: tuple[str, ...] = ()
    tls_cert: str | None = None
    tls_key: str | None = None
    secret: bytes = field(default_factory=lambda: secrets.token_bytes(32), repr=False)

    @property
    def paths(self) -> Paths:
        """The well-known addresses below this prefix."""
        return Paths(self.prefix)


@dataclass(frozen=True)
class Paths:
    """Well-known paths, shared by routers and faults."""

    prefix: str
    root: str = "/"
    openapi: str = "/openapi.json"
    login_page: str = "/login"
    plain_health: str = "/health"
    channel: str = "/ws"
    socketio: str = "/socket.io/"

    @property
    def health(self) -> tuple[str, ...]:
        """Health with and without the prefix, each path once."""
        return tuple(dict.fromkeys((f"{self.prefix}/health", self.plain_health)))

    @property
    def auth(self) -> str:
        """Prefix of login, refresh and me."""
        return f"{self.prefix}/auth"

    @property
    def login(self) -> str:
        """Tokens for an email address and a password."""
        return f"{self.auth}/login"

    @property
    def refresh(self) -> str:
        """New tokens for a refresh token."""
        return f"{self.auth}/refresh"

    @property
    def me(self) -> str:
        """The current user; also available below ``auth``."""
        return f"{self.prefix}/user/me"

    @property
    def items(self) -> str:
        """The protected resource."""
        return f"{self.prefix}/items"
