"""Certificates for HTTPS tests, created with the ``openssl`` command."""

from __future__ import annotations

import subprocess
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from pathlib import Path

Kind = Literal["self-signed", "expired", "wrong-name"]

CONFIG = """\
[req]
distinguished_name = name
[name]
[ca]
default_ca = here
[here]
database = index.txt
new_certs_dir = .
rand_serial = yes
default_md = sha256
policy = any
[any]
commonName = supplied
[names]
subjectAltName = {names}
"""


def make_certificate(folder: Path, kind: Kind = "self-signed") -> tuple[Path, Path]:
    """Return a new certificate and its private key, both PEM files in ``folder``.

    Args:
        folder: an existing folder.
        kind: the defect. All certificates are self-signed; in addition, ``expired`` has expired and
            ``wrong-name`` is for the name ``other.test``.

    Raises:
        RuntimeError: ``openssl`` failed; the message contains its output.

    Example:
        >>> cert, key = make_certificate(tmp_path, "expired")
        >>> with running_service(args=("--tls-cert", str(cert), "--tls-key", str(key))): ...
    """
    config, key = folder / "openssl.cnf", folder / "key.pem"
    request, certificate = folder / "request.pem", folder / "certificate.pem"
    names = "DNS:other.test" if kind == "wrong-name" else "DNS:localhost,IP:127.0.0.1"
    config.write_text(CONFIG.format(names=names))
    (folder / "index.txt").write_text("")
    _openssl(
        f"req -new -newkey rsa:2048 -nodes -subj /CN=localhost -config {config.name} "
        f"-keyout {key.name} -out {request.name}",
        folder,
    )
    # `req -x509` cannot create an expired certificate, but `ca` can.
    start, end = (-2, -1) if kind == "expired" else (-1, 30)
    _openssl(
        f"ca -batch -notext -selfsign -config {config.name} -extensions names "
        f"-keyfile {key.name} -in {request.name} -out {certificate.name} "
        f"-startdate {_days_from_now(start)} -enddate {_days_from_now(end)}",
        folder,
    )
    return certificate, key


def _days_from_now(days: int) -> str:
    return (datetime.now(timezone.utc) + timedelta(days=days)).strftime("%Y%m%d%H%M%SZ")


def _openssl(arguments: str, folder: Path) -> None:
    done = subprocess.run(
        ["openssl", *arguments.split()], cwd=folder, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"openssl {arguments}: {done.stderr}")
