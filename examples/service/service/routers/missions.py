"""Missions and specs. Lists are bare arrays."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from service.missions import Mission, Missions, NewMission, Spec
from service.routers.auth import Caller
from service.routers.lookup import found, missing
from service.settings import Paths


def missions_router(paths: Paths, missions: Missions, caller: Caller) -> APIRouter:
    """Return the endpoints of missions and specs; all of them require a token or the API key."""
    router = APIRouter(prefix=paths.prefix, tags=["missions"], dependencies=[Depends(caller)])

    @router.get("/missions")
    async def list_missions(
        limit: Annotated[int, Query(ge=1, le=1000)] = 50,
        offset: Annotated[int, Query(ge=0)] = 0,
    ) -> list[Mission]:
        """Return the newest missions."""
        return missions.missions.newest(limit, offset)

    @router.post("/missions", status_code=201)
    async def start_mission(body: NewMission) -> Mission:
        """Start a mission."""
        return missions.start(body)

    @router.get("/missions/{mission_id}")
    async def read_mission(mission_id: str) -> Mission:
        """Return one mission."""
        return found(missions.missions.get(mission_id), "mission", mission_id)

    @router.delete("/missions/{mission_id}", status_code=204)
    async def delete_mission(mission_id: str) -> None:
        """Remove a mission."""
        if not missions.missions.remove(mission_id):
            raise missing("mission", mission_id)

    @router.get("/specs/search")
    async def search_specs(q: Annotated[str, Query(min_length=1, max_length=100)]) -> list[Spec]:
        """Return the specs that contain a word."""
        return missions.search_specs(q)

    @router.get("/specs/{spec_id}")
    async def read_spec(spec_id: str) -> Spec:
        """Return one spec."""
        return found(missions.specs.get(spec_id), "spec", spec_id)

    return router
