"""FastAPI as its tutorial writes it: an OAuth 2.0 password form, bearer tokens, items."""

from __future__ import annotations

import itertools
import secrets
import time
from typing import Annotated, Any

from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import OAuth2PasswordBearer, OAuth2PasswordRequestForm

LIFETIME = 60.0
USERS = {"alice": "wonderland-1", "bob": "builder-22"}

app = FastAPI()
scheme = OAuth2PasswordBearer(tokenUrl="token")
tokens: dict[str, float] = {}
logins: list[str] = []
items: dict[str, dict[str, Any]] = {}
numbers = itertools.count(1)


def user(token: Annotated[str, Depends(scheme)]) -> str:
    if tokens.get(token, 0) < time.monotonic():
        raise HTTPException(401, "Invalid token", {"WWW-Authenticate": "Bearer"})
    return token


User = Annotated[str, Depends(user)]


@app.get("/health")
def health() -> dict[str, str]:
    return {"status": "ok"}


@app.get("/logins")
def seen() -> list[str]:
    return logins


@app.post("/revoke")
def revoke() -> None:
    tokens.clear()


@app.post("/token")
def login(form: Annotated[OAuth2PasswordRequestForm, Depends()]) -> dict[str, str]:
    logins.append(form.username)
    if USERS.get(form.username) != form.password:
        raise HTTPException(400, "Incorrect username or password")
    token = secrets.token_urlsafe(16)
    tokens[token] = time.monotonic() + LIFETIME
    return {"access_token": token, "token_type": "bearer"}


@app.get("/items")
def listed(_: User) -> list[dict[str, Any]]:
    return list(items.values())


@app.post("/items", status_code=201)
def create(_: User, item: dict[str, Any]) -> dict[str, Any]:
    item["id"] = str(next(numbers))
    items[item["id"]] = item
    return item


@app.get("/items/{key}")
def read(_: User, key: str) -> dict[str, Any]:
    return items[key]


@app.patch("/items/{key}")
def change(_: User, key: str, item: dict[str, Any]) -> dict[str, Any]:
    items[key].update(item)
    return items[key]


@app.delete("/items/{key}", status_code=204)
def delete(_: User, key: str) -> None:
    del items[key]
