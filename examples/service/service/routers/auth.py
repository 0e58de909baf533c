"""Login, refresh and the current user."""

from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.security import HTTPBearer
from pydantic import BaseModel

from service.faults.board import Board
from service.items import Model
from service.settings import Settings
from service.tokens import TokenError, Tokens
from service.users import User, Users


class Login(BaseModel):
    """The body of a login."""

    email: str
    password: str


class Refresh(Model):
    """The body of a refresh."""

    refresh_token: str


class Session(Model):
    """Tokens; ``expiresIn`` is the lifetime of the access token in seconds."""

    access_token: str
    refresh_token: str
    token_type: str = "Bearer"  # noqa: S105 -- a word, not a secret
    expires_in: int | None


class Me(BaseModel):
    """The current user."""

    id: int
    email: str
    name: str


def unauthorized(reason: str) -> HTTPException:
    """Return a 401 with the reason."""
    return HTTPException(401, reason, headers={"WWW-Authenticate": "Bearer"})


class Caller(HTTPBearer):
    """The dependency that finds the caller by access token or API key, or answers 401.

    One class and not a function that depends on ``HTTPBearer``: each further dependency costs a
    tenth of a request.
    """

    def __init__(self, settings: Settings, users: Users, tokens: Tokens, board: Board) -> None:
        super().__init__(description="An access token of the login, or the API key")
        self._api_key = settings.api_key
        self._anonymous = settings.anonymous
        self._users = users
        self._tokens = tokens
        self._board = board

    async def __call__(self, request: Request) -> User:  # type: ignore[override]
        """Returns the caller, and stores it as the state's ``user``."""
        user = self._caller(request)
        if self._board.setting("stranger", False):
            user = self._users.other_than(user)
        request.state.user = user
        return user

    def _caller(self, request: Request) -> User:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            if self._anonymous and not scheme:
                return self._users.anonymous
            raise unauthorized("send 'Authorization: Bearer <access token or API key>'")
        if token == self._api_key:
            return self._users.api_user
        return self._users.of_key(token) or self._user_of(token)

    def _user_of(self, token: str) -> User:
        try:
            user = self._users.find(self._tokens.subject(token, "access"))
        except TokenError as error:
            raise unauthorized(str(error)) from error
        if user is None:
            raise unauthorized("unknown user")
        return user


def auth_router(
    settings: Settings, users: Users, tokens: Tokens, caller: Caller, board: Board
) -> APIRouter:
    """Return login, refresh, and the current user at both of its usual addresses."""
    router = APIRouter(tags=["auth"])
    prefix = settings.paths.auth

    def session(user: User) -> Session:
        return Session(
            access_token=tokens.issue(user.email, "access"),
            refresh_token=tokens.issue(user.email, "refresh"),
            # The configured lifetime, even if the token-life fault makes it shorter.
            expires_in=None if board.setting("token-clock", 0) else settings.token_lifetime,
        )

    @router.post(f"{prefix}/login")
    async def login(body: Login) -> Session:
        """Return tokens for an email address and a password."""
        user = users.login(body.email, body.password)
        if user is None:
            raise unauthorized("wrong email or password")
        return session(user)

    @router.post(f"{prefix}/refresh")
    async def refresh(body: Refresh) -> Session:
        """Return new tokens for a refresh token."""
        try:
            user = users.find(tokens.subject(body.refresh_token, "refresh"))
        except TokenError as error:
            raise unauthorized(str(error)) from error
        if user is None:
            raise unauthorized("unknown user")
        return session(user)

    @router.get(settings.paths.me)
    @router.get(f"{prefix}/me")
    async def me(user: Annotated[User, Depends(caller)]) -> Me:
        """Return the caller."""
        return Me(id=user.id, email=user.email, name=user.name)

    return router
