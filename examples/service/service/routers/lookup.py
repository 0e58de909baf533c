"""The 404 response of all resources."""

from __future__ import annotations

from typing import TypeVar

from fastapi import HTTPException

Record = TypeVar("Record")


def found(record: Record | None, kind: str, record_id: object) -> Record:
    """Return the record; raise a 404 that names it if it does not exist."""
    if record is None:
        raise missing(kind, record_id)
    return record


def missing(kind: str, record_id: object) -> HTTPException:
    """Return the 404 for a missing record."""
    return HTTPException(404, f"no {kind} {record_id}")
