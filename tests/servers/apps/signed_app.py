"""A service that checks signatures with well-kept packages.

KIND is hmac, aws, HS256, RS256, ES256 or digest.
"""

from __future__ import annotations

import hashlib
import hmac
import itertools
import os
import re
import secrets
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import jwt
from botocore.auth import S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from flask import Flask, Response, abort, jsonify, request
from flask_httpauth import HTTPDigestAuth

KIND = os.environ["KIND"]
SECRET = "s3cret/of+ours-and-long-enough-for-HS256"
LIFETIME = 60

app = Flask(__name__)
app.config["SECRET_KEY"] = SECRET
items: dict[str, dict[str, Any]] = {}
numbers = itertools.count(1)
tokens: set[str] = set()
digest = HTTPDigestAuth(realm="items of ours", algorithm=os.environ.get("ALGORITHM", "MD5"))


@digest.get_password
def password(name: str) -> str | None:
    return {"alice": "wonderland-1"}.get(name)


# Its default keeps the nonce in a cookie, as no other server does.
nonces: set[str] = set()


@digest.generate_nonce
def new_nonce() -> str:
    nonce = secrets.token_hex()
    nonces.add(nonce)
    return nonce


@digest.verify_nonce
def is_nonce(nonce: str) -> bool:
    return nonce in nonces


@digest.generate_opaque
def opaque() -> str:
    return "items"


@digest.verify_opaque
def is_opaque(text: str) -> bool:
    return text == "items"


def make_key() -> Any:
    """Return the key that checks tokens; write the one that signs them for the test."""
    if KIND not in ("RS256", "ES256"):
        return SECRET
    key: Any = (
        rsa.generate_private_key(65537, 2048)
        if KIND == "RS256"
        else ec.generate_private_key(ec.SECP256R1())
    )
    formats = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8)
    pem = key.private_bytes(*formats, serialization.NoEncryption())
    (Path(os.environ["FOLDER"]) / "signing.pem").write_bytes(pem)
    return key.public_key()


KEY = make_key()


def full_path() -> str:
    """Return path and query as they were sent."""
    return str(request.environ["RAW_URI"])


def check_hmac() -> bool:
    sent = request.headers.get("X-Time", "0")
    if not abs(time.time() - int(sent)) < LIFETIME:
        return False
    body = hashlib.sha256(request.get_data()).hexdigest()
    text = "\n".join([request.method, full_path(), sent, body])
    wanted = hmac.new(SECRET.encode(), text.encode(), "sha256").hexdigest()
    return hmac.compare_digest(wanted, request.headers.get("X-Signature", ""))


def check_aws() -> bool:
    pattern = (
        r"AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/\d{8}/eu-central-1/(\S+)/aws4_request, "
        r"SignedHeaders=(\S+), Signature=(\w+)"
    )
    match = re.fullmatch(pattern, request.headers.get("Authorization", ""))
    if match is None:
        return False
    service, names, signature = match.groups()
    signed = {name: request.headers[name] for name in names.split(";") if name != "host"}
    asked = AWSRequest(
        request.method, f"http://{request.host}{full_path()}", signed, request.get_data()
    )
    asked.context["timestamp"] = request.headers["X-Amz-Date"]
    kind = S3SigV4Auth if service == "s3" else SigV4Auth
    auth = kind(Credentials("AKIDEXAMPLE", SECRET), service, "eu-central-1")
    canonical = auth.canonical_request(asked)
    return bool(auth.signature(auth.string_to_sign(asked, canonical), asked) == signature)


def check_jwt() -> bool:
    token = request.headers.get("Authorization", "").removeprefix("Bearer ")
    try:
        claims = jwt.decode(token, KEY, algorithms=[KIND], audience="items", leeway=1)
    except jwt.InvalidTokenError:
        return False
    tokens.add(token)
    return bool(claims["sub"] and jwt.get_unverified_header(token)["kid"] == "test-key")


CHECKS = {"hmac": check_hmac, "aws": check_aws}


@app.before_request
def guard() -> Response | None:
    if urlsplit(request.path).path in ("/health", "/tokens", "/openapi.json"):
        return None
    if KIND == "digest":
        return digest.login_required(lambda: None)()
    if not CHECKS.get(KIND, check_jwt)():
        abort(401)
    return None


@app.get("/health")
def health() -> dict[str, str]:
    return {"status": "ok"}


@app.get("/tokens")
def seen() -> Response:
    return jsonify(len(tokens))


@app.get("/items")
def listed() -> Response:
    return jsonify(list(items.values()))


@app.post("/items")
def create() -> tuple[dict[str, Any], int]:
    item = {**request.get_json(), "id": str(next(numbers))}
    items[item["id"]] = item
    return item, 201


@app.route("/items/<key>", methods=["GET", "PATCH"])
def member(key: str) -> dict[str, Any]:
    if request.method == "PATCH":
        items[key].update(request.get_json())
    return items[key]


@app.delete("/items/<key>")
def delete(key: str) -> tuple[str, int]:
    del items[key]
    return "", 204


if __name__ == "__main__":
    app.run(port=int(os.environ["PORT"]), threaded=True)
