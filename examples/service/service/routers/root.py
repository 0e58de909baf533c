"""The root of the service and its login page."""

from fastapi import APIRouter
from fastapi.responses import HTMLResponse
from pydantic import BaseModel

from service import NAME, __version__
from service.settings import Paths

LOGIN_PAGE = """<!DOCTYPE html>
<html lang="en">
<head><title>Sign in</title></head>
<body><form method="post"><input name="email"><input name="password" type="password"></form></body>
</html>
"""


class Root(BaseModel):
    """Addresses of the service."""

    service: str
    version: str
    health: str
    openapi: str


def root_router(paths: Paths) -> APIRouter:
    """Return ``/`` and the login page, which only the redirect faults link to."""
    router = APIRouter(tags=["root"])

    @router.get(paths.root)
    async def root() -> Root:
        """Name the service and its main addresses."""
        return Root(
            service=NAME, version=__version__, health=paths.health[0], openapi=paths.openapi
        )

    @router.get(paths.login_page, include_in_schema=False)
    async def login_page() -> HTMLResponse:
        return HTMLResponse(LOGIN_PAGE)

    return router
