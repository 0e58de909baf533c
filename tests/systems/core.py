"""The web service of the core document: a health document, an OpenAPI document, no root page."""

from __future__ import annotations

from tests.systems.frame import Request, System

PATHS = {"/api/v1/health": {"get": {"responses": {"200": {"description": "healthy"}}}}}


def prepare(system: System) -> None:
    """Add the routes."""

    def health(_: Request) -> tuple[int, object]:
        return 200, {"status": "degraded" if "degraded" in system.broken else "healthy"}

    def openapi(_: Request) -> tuple[int, object]:
        info = {"title": "Service", "version": "1"}
        return 200, {"openapi": "3.1.0", "info": info, "paths": PATHS}

    system.routes = {"GET /api/v1/health": health, "GET /openapi.json": openapi}
