"""The switches and counters of the service itself; not part of its API description."""

from typing import Any

from fastapi import APIRouter, HTTPException, Response

from service.faults.board import Board, FaultError
from service.metrics import CONTENT_TYPE, METRICS_PATH, exposition
from service.stats import Stats


def admin_router(board: Board, stats: Stats) -> APIRouter:
    """Return ``/_faults``, ``/_stats`` and ``/_metrics``."""
    router = APIRouter(include_in_schema=False)

    @router.get("/_faults")
    async def read_faults() -> dict[str, Any]:
        return board.report()

    @router.put("/_faults")
    async def change_faults(body: dict[str, Any]) -> dict[str, Any]:
        try:
            board.change(body)
        except FaultError as error:
            raise HTTPException(422, str(error)) from error
        return board.report()

    @router.delete("/_faults", status_code=204)
    async def clear_faults() -> None:
        board.clear()

    @router.get(METRICS_PATH)
    async def read_metrics() -> Response:
        return Response(exposition(stats), media_type=CONTENT_TYPE)

    @router.get("/_stats")
    async def read_stats() -> dict[str, Any]:
        return stats.report()

    @router.delete("/_stats", status_code=204)
    async def clear_stats() -> None:
        stats.clear()

    return router
