"""The service's own metrics, for clients that monitor it during a load test."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import APIRouter

from service.metrics import readings

if TYPE_CHECKING:
    from service.settings import Paths


def measures_router(paths: Paths) -> APIRouter:
    """Return ``/metrics`` below the prefix, as JSON; Prometheus' format is at ``/_metrics``."""
    router = APIRouter(include_in_schema=False)

    @router.get(f"{paths.prefix}/metrics")
    async def read_metrics() -> dict[str, dict[str, float]]:
        return readings()

    return router
