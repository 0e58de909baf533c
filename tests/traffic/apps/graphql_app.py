"""A GraphQL service with token login: Strawberry on FastAPI, SQLite."""

from __future__ import annotations

import os
import secrets
import sqlite3
from pathlib import Path

import strawberry
import uvicorn
from fastapi import FastAPI
from fastapi.responses import HTMLResponse
from strawberry.fastapi import GraphQLRouter
from strawberry.types import Info

PASSWORD = os.environ["PASSWORD"]
base = sqlite3.connect(
    Path(os.environ["FOLDER"]) / "graphql.sqlite3", check_same_thread=False, isolation_level=None
)
base.executescript(
    """
    pragma journal_mode = wal; pragma synchronous = off;
    create table if not exists books (id integer primary key autoincrement, title text unique);
    insert or ignore into books (title) values ('There before');
    """
)
tokens: set[str] = set()


def required(info: Info) -> None:
    token = info.context["request"].headers.get("authorization", "").removeprefix("Bearer ")
    if token not in tokens:
        raise PermissionError("not logged in")


@strawberry.type
class Book:
    id: strawberry.ID
    title: str


@strawberry.type
class Session:
    token: str


def book(row: tuple[int, str] | None) -> Book:
    if row is None:
        raise LookupError("no such book")
    return Book(id=strawberry.ID(str(row[0])), title=row[1])


@strawberry.type
class Query:
    @strawberry.field
    def books(self, info: Info) -> list[Book]:
        required(info)
        newest = "select id, title from books order by id desc limit 50"
        return [book(row) for row in base.execute(newest)]

    @strawberry.field
    def book(self, info: Info, id: strawberry.ID) -> Book:  # noqa: A002
        required(info)
        return book(base.execute("select id, title from books where id = ?", (id,)).fetchone())


@strawberry.type
class Mutation:
    @strawberry.mutation
    def login(self, email: str, password: str) -> Session:  # noqa: ARG002
        if password != PASSWORD:
            raise PermissionError("wrong password")
        token = secrets.token_urlsafe(32)
        tokens.add(token)
        return Session(token=token)

    @strawberry.mutation
    def create_book(self, info: Info, title: str) -> Book:
        required(info)
        key = base.execute("insert into books (title) values (?)", (title,)).lastrowid
        return Book(id=strawberry.ID(str(key)), title=title)

    @strawberry.mutation
    def rename_book(self, info: Info, id: strawberry.ID, title: str) -> Book:  # noqa: A002
        required(info)
        base.execute("update books set title = ? where id = ?", (title, id))
        return book(base.execute("select id, title from books where id = ?", (id,)).fetchone())

    @strawberry.mutation
    def delete_book(self, info: Info, id: strawberry.ID) -> bool:  # noqa: A002
        required(info)
        return base.execute("delete from books where id = ?", (id,)).rowcount == 1


app = FastAPI()
app.include_router(GraphQLRouter(strawberry.Schema(Query, Mutation)), prefix="/graphql")


@app.get("/", response_class=HTMLResponse)
def page() -> str:
    return "<!doctype html><title>Books</title><h1>Books</h1>"


if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=int(os.environ["PORT"]), log_level="warning")
