"""A help desk as a single-page application: token login, REST with ETags and cursors, FastAPI."""

from __future__ import annotations

import os
import secrets
import sqlite3
import uuid
from pathlib import Path
from typing import Annotated, Any

import uvicorn
from fastapi import Body, Depends, FastAPI, Header, HTTPException, Query, Response
from fastapi.responses import HTMLResponse

FOLDER = Path(os.environ["FOLDER"])
PASSWORD = os.environ["PASSWORD"]
PAGE = Path(__file__).with_name("desk_page.html").read_text(encoding="utf-8")

base = sqlite3.connect(FOLDER / "desk.sqlite3", check_same_thread=False, isolation_level=None)
base.executescript(
    """
    pragma journal_mode = wal; pragma synchronous = off;
    create table if not exists tickets
      (id text primary key, title text unique, version integer, owner text);
    create table if not exists made (id text, owner text);
    """
)
base.execute("insert or ignore into tickets values ('before', 'There before', 1, 'nobody')")
tokens: dict[str, str] = {}
app = FastAPI()
Json = dict[str, Any]
Content = Annotated[Json, Body()]


def user(authorization: Annotated[str, Header()] = "") -> str:
    name = tokens.get(authorization.removeprefix("Bearer "))
    if name is None:
        raise HTTPException(401)
    return name


User = Annotated[str, Depends(user)]


@app.get("/", response_class=HTMLResponse)
def page() -> str:
    return PAGE


@app.post("/api/login")
def login(body: Content) -> Json:
    if body.get("password") != PASSWORD or "@" not in body.get("email", ""):
        raise HTTPException(403)
    token = secrets.token_urlsafe(32)
    tokens[token] = body["email"]
    return {"access_token": token, "token_type": "bearer", "user": {"role": "agent"}}


@app.get("/api/me")
def me(name: User) -> dict[str, str]:
    return {"name": name, "team": "night"}


@app.get("/api/tickets")
def tickets(name: User, cursor: str = "", limit: Annotated[int, Query(le=50)] = 20) -> Json:
    rows = base.execute(
        "select rowid, id, title, version from tickets where rowid > ? order by rowid limit ?",
        (int(cursor, 36) if cursor else 0, limit),
    ).fetchall()
    items = [{"id": row[1], "title": row[2], "version": row[3]} for row in rows]
    return {"items": items, "next": None}


@app.post("/api/tickets", status_code=201)
def create(name: User, body: Content, response: Response) -> Json:
    key = str(uuid.uuid4())
    try:
        base.execute("insert into tickets values (?, ?, 1, ?)", (key, body["title"], name))
    except sqlite3.IntegrityError:
        raise HTTPException(409, "such a ticket exists") from None
    base.execute("insert into made values (?, ?)", (key, name))
    response.headers["ETag"] = f'"{key}.1"'
    return {"id": key, "title": body["title"], "version": 1, "state": "open"}


def one(key: str) -> tuple[str, int]:
    row = base.execute("select title, version from tickets where id = ?", (key,)).fetchone()
    if row is None:
        raise HTTPException(404)
    return row[0], row[1]


@app.get("/api/tickets/{key}")
def read(key: str, name: User, response: Response) -> Json:
    title, version = one(key)
    response.headers["ETag"] = f'"{key}.{version}"'
    return {"id": key, "title": title, "version": version, "state": "open"}


@app.put("/api/tickets/{key}")
def update(
    key: str,
    name: User,
    body: Content,
    if_match: Annotated[str, Header()],
) -> Json:
    _, version = one(key)
    if if_match != f'"{key}.{version}"' or body["version"] != version:
        raise HTTPException(412)
    base.execute(
        "update tickets set title = ?, version = version + 1 where id = ?", (body["title"], key)
    )
    return {"id": key, "title": body["title"], "version": version + 1}


@app.post("/api/tickets/{key}/comments", status_code=201)
def comment(key: str, name: User, body: Content) -> Json:
    one(key)
    return {"id": str(uuid.uuid4()), "ticket": key, "text": body["text"]}


@app.delete("/api/tickets/{key}", status_code=204)
def delete(key: str, name: User) -> None:
    one(key)
    base.execute("delete from tickets where id = ?", (key,))


if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=int(os.environ["PORT"]), log_level="warning")
