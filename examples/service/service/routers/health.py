"""The health endpoints."""

import time

from fastapi import APIRouter
from pydantic import BaseModel

from service import NAME, __version__
from service.settings import Paths


class Health(BaseModel):
    """The answer of the health endpoints; ``uptime`` in seconds."""

    status: str
    service: str
    version: str
    uptime: float


def health_router(paths: Paths) -> APIRouter:
    """Return the health endpoints, with and without the prefix of the API."""
    router = APIRouter(tags=["health"])
    started = time.monotonic()

    async def health() -> Health:
        """Report that the service is healthy."""
        uptime = round(time.monotonic() - started, 3)
        return Health(status="healthy", service=NAME, version=__version__, uptime=uptime)

    for path in paths.health:
        router.add_api_route(path, health, methods=["GET"])
    return router
