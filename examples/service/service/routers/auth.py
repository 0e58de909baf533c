"""Login, refresh and who am I."""

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel

from service.items import Model
from service.settings import Settings
from service.tokens import TokenError, Tokens
from service.users import User, Users

CurrentUser = Callable[..., Awaitable[User]]


class Login(BaseModel):
    """The body of a login."""

    email: str
    password: str


class Refresh(Model):
    """The body of a refresh."""

    refresh_token: str


class Session(Model):
    """Tokens; ``expiresIn`` is the life of the access token in seconds."""

    access_token: str
    refresh_token: str
    token_type: str = "Bearer"
    expires_in: int


class Me(BaseModel):
    """The caller."""

    id: int
    email: str
    name: str


def unauthorized(reason: str) -> HTTPException:
    """Returns the 401 that says why."""
    return HTTPException(401, reason, headers={"WWW-Authenticate": "Bearer"})


def current_user(settings: Settings, users: Users, tokens: Tokens) -> CurrentUser:
    """Returns the dependency that finds the caller by access token or API key, or answers 401."""
    bearer = HTTPBearer(auto_error=False)

    async def find(
        credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)],
    ) -> User:
        if credentials is None:
            raise unauthorized("send 'Authorization: Bearer <access token or API key>'")
        if credentials.credentials == settings.api_key:
            return users.api_user
        return _user_of(credentials.credentials, users, tokens)

    return find


def _user_of(token: str, users: Users, tokens: Tokens) -> User:
    try:
        user = users.find(tokens.subject(token, "access"))
    except TokenError as error:
        raise unauthorized(str(error)) from error
    if user is None:
        raise unauthorized("unknown user")
    return user


def auth_router(settings: Settings, users: Users, tokens: Tokens, caller: CurrentUser) -> APIRouter:
    """Returns the endpoints below ``/auth``."""
    router = APIRouter(prefix=settings.paths.auth, tags=["auth"])

    def session(user: User) -> Session:
        return Session(
            access_token=tokens.issue(user.email, "access"),
            refresh_token=tokens.issue(user.email, "refresh"),
            # The configured life, also while the token-life fault hands out shorter ones.
            expires_in=settings.token_lifetime,
        )

    @router.post("/login")
    async def login(body: Login) -> Session:
        """Returns tokens for an address and a password."""
        user = users.login(body.email, body.password)
        if user is None:
            raise unauthorized("wrong email or password")
        return session(user)

    @router.post("/refresh")
    async def refresh(body: Refresh) -> Session:
        """Returns new tokens for a refresh token."""
        try:
            user = users.find(tokens.subject(body.refresh_token, "refresh"))
        except TokenError as error:
            raise unauthorized(str(error)) from error
        if user is None:
            raise unauthorized("unknown user")
        return session(user)

    @router.get("/me")
    async def me(user: Annotated[User, Depends(caller)]) -> Me:
        """Returns the caller."""
        return Me(id=user.id, email=user.email, name=user.name)

    return router
