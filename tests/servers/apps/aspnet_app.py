"""As ASP.NET Core answers: health checks in plain text, the identity API's login."""

from __future__ import annotations

import itertools
import secrets
import time
from typing import Annotated, Any

from fastapi import Body, Depends, FastAPI, HTTPException
from fastapi.responses import PlainTextResponse
from fastapi.security import HTTPBearer

LIFETIME = 3600
app = FastAPI(openapi_url=None)
tokens: dict[str, float] = {}
refresh_tokens: set[str] = set()
items: dict[str, dict[str, Any]] = {}
numbers = itertools.count(1)
scheme = HTTPBearer(auto_error=False)


def user(credentials: Annotated[Any, Depends(scheme)]) -> None:
    if credentials is None or tokens.get(credentials.credentials, 0) < time.monotonic():
        raise HTTPException(401, headers={"WWW-Authenticate": "Bearer"})


@app.get("/health")
def health() -> PlainTextResponse:
    return PlainTextResponse("Healthy")


@app.post("/revoke")
def revoke() -> None:
    tokens.clear()


def session() -> dict[str, Any]:
    token, refresh = secrets.token_urlsafe(), secrets.token_urlsafe()
    tokens[token] = time.monotonic() + LIFETIME
    refresh_tokens.add(refresh)
    return {
        "tokenType": "Bearer",
        "accessToken": token,
        "expiresIn": LIFETIME,
        "refreshToken": refresh,
    }


@app.post("/login")
def login(email: Annotated[str, Body()], password: Annotated[str, Body()]) -> dict[str, Any]:
    if (email, password) != ("alice", "wonderland-1"):
        raise HTTPException(401)
    return session()


@app.post("/refresh")
def refresh(refreshToken: Annotated[str, Body(embed=True)]) -> dict[str, Any]:  # noqa: N803
    if refreshToken not in refresh_tokens:
        raise HTTPException(401)
    refresh_tokens.discard(refreshToken)
    return session()


@app.get("/items", dependencies=[Depends(user)])
def listed() -> list[dict[str, Any]]:
    return list(items.values())


@app.post("/items", status_code=201, dependencies=[Depends(user)])
def create(body: Annotated[dict[str, Any], Body()]) -> dict[str, Any]:
    item = {**body, "id": str(next(numbers))}
    items[item["id"]] = item
    return item


@app.get("/items/{key}", dependencies=[Depends(user)])
def read(key: str) -> dict[str, Any]:
    return items[key]


@app.patch("/items/{key}", dependencies=[Depends(user)])
def change(key: str, body: Annotated[dict[str, Any], Body()]) -> dict[str, Any]:
    items[key].update(body)
    return items[key]


@app.delete("/items/{key}", dependencies=[Depends(user)])
def delete(key: str) -> None:
    del items[key]
