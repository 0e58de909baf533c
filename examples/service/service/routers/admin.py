"""The switches and counters of the service itself; not part of its API description."""

from typing import Any

from fastapi import APIRouter, HTTPException

from service.faults.board import Board, FaultError
from service.stats import Stats


def admin_router(board: Board, stats: Stats) -> APIRouter:
    """Return ``/_faults`` and ``/_stats``."""
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

    @router.get("/_stats")
    async def read_stats() -> dict[str, Any]:
        return stats.report()

    @router.delete("/_stats", status_code=204)
    async def clear_stats() -> None:
        stats.clear()

    return router
