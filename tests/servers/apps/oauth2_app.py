"""An OAuth 2.0 server made with Authlib, and a resource behind it. Clients and users are fixed."""

from __future__ import annotations

import itertools
import os
import time
from typing import Any

from authlib.integrations.flask_oauth2 import AuthorizationServer, ResourceProtector
from authlib.oauth2.rfc6749 import ClientMixin, TokenMixin, grants
from authlib.oauth2.rfc6750 import BearerTokenValidator
from flask import Flask, jsonify, request

os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"
LIFETIME = int(os.environ.get("LIFETIME", "60"))
GRANTS = ("client_credentials", "password", "refresh_token")

app = Flask(__name__)
app.config["OAUTH2_TOKEN_EXPIRES_IN"] = dict.fromkeys(GRANTS, LIFETIME)
app.config["OAUTH2_REFRESH_TOKEN_GENERATOR"] = True
issued: list[Token] = []
asked: list[str] = []
items: dict[str, dict[str, Any]] = {}
numbers = itertools.count(1)


class Client(ClientMixin):
    """A client that authenticates in one way only."""

    def __init__(self, name: str, secret: str, method: str) -> None:
        self.client_id, self.secret, self.method = name, secret, method

    def get_client_id(self) -> str:
        return self.client_id

    def get_allowed_scope(self, scope: str) -> str:
        return " ".join(word for word in (scope or "").split() if word in {"read", "write"})

    def check_client_secret(self, client_secret: str) -> bool:
        return self.secret == client_secret

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:  # noqa: ARG002
        return method == self.method

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type in GRANTS


CLIENTS = {
    client.client_id: client
    for client in (
        Client("in header", "he@der:secret", "client_secret_basic"),
        Client("in-body", "body-secret", "client_secret_post"),
    )
}


class Token(TokenMixin):
    """A token that lives in memory."""

    def __init__(self, token: dict[str, Any], client: Client, user: str | None) -> None:
        self.data, self.client, self.user, self.born = token, client, user, time.time()

    def check_client(self, client: Client) -> bool:
        return self.client is client

    def get_scope(self) -> str:
        return str(self.data.get("scope", ""))

    def get_expires_in(self) -> int:
        return LIFETIME

    def is_expired(self) -> bool:
        return time.time() > self.born + LIFETIME

    def is_revoked(self) -> bool:
        return self not in issued

    def get_user(self) -> str | None:
        return self.user

    def get_client(self) -> Client:
        return self.client


METHODS = ["client_secret_basic", "client_secret_post"]


class ClientCredentials(grants.ClientCredentialsGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = METHODS


class Password(grants.ResourceOwnerPasswordCredentialsGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = METHODS

    def authenticate_user(self, username: str, password: str) -> str | None:
        return username if (username, password) == ("alice", "wonderland-1") else None


class Refresh(grants.RefreshTokenGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = METHODS
    INCLUDE_NEW_REFRESH_TOKEN = True

    def authenticate_refresh_token(self, refresh_token: str) -> Token | None:
        return next((t for t in issued if t.data.get("refresh_token") == refresh_token), None)

    def authenticate_user(self, refresh_token: Token) -> str | None:
        return refresh_token.user or "client"

    def revoke_old_credential(self, refresh_token: Token) -> None:
        issued.remove(refresh_token)


class Validator(BearerTokenValidator):
    def authenticate_token(self, token_string: str) -> Token | None:
        return next((t for t in issued if t.data["access_token"] == token_string), None)


server = AuthorizationServer(
    app,
    query_client=CLIENTS.get,
    save_token=lambda token, req: issued.append(Token(token, req.client, req.user)),
)
for grant in (ClientCredentials, Password, Refresh):
    server.register_grant(grant)
protected = ResourceProtector()
protected.register_token_validator(Validator())


@app.get("/health")
def health() -> str:
    return "OK"


@app.post("/oauth/token")
def token() -> Any:
    asked.append(request.form.get("grant_type", ""))
    return server.create_token_response()


@app.get("/asked")
def seen() -> Any:
    return jsonify(asked)


@app.post("/revoke")
def revoke() -> str:
    issued.clear()
    return ""


@app.route("/items", methods=["GET", "POST"])
@protected("read")
def collection() -> Any:
    if request.method == "GET":
        return jsonify(list(items.values()))
    item = {**request.get_json(), "id": str(next(numbers))}
    items[item["id"]] = item
    return item, 201


@app.route("/items/<key>", methods=["GET", "PATCH", "DELETE"])
@protected("read")
def member(key: str) -> Any:
    if request.method == "DELETE":
        del items[key]
        return "", 204
    if request.method == "PATCH":
        items[key].update(request.get_json())
    return items[key]


if __name__ == "__main__":
    app.run("127.0.0.1", int(os.environ["PORT"]), threaded=True)
