"""The web application: routes under /v1 for programs, pages for people, one set of rules for both."""

from __future__ import annotations

from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.staticfiles import StaticFiles

from api import errors
from api.access import present
from api.headers import BodyLimit, Facts, SecurityHeaders, Traced
from api.pages import PAGES
from api.routes import ROUTES
from api.services import Services


def create_app(services: Services) -> FastAPI:
    """The application over these services; opening and closing them is the caller's."""
    app = FastAPI(
        title="Countersign",
        version="1",
        description="A governed copilot for project billing. Every write is a proposal that people decide on.",
        docs_url=None,
        redoc_url=None,
        openapi_url="/v1/openapi.json",
    )
    app.state.services = services
    errors.install(app)
    for router in ROUTES:
        app.include_router(router, prefix="/v1")
    for router in PAGES:
        app.include_router(router, include_in_schema=False)
    app.mount("/static", StaticFiles(directory=Path(__file__).parent / "static"), name="static")

    async def known(request: Request) -> bool:
        return await present(request, services) is not None

    app.add_middleware(BodyLimit, uploads=services.web.upload_bytes, known=known)
    app.add_middleware(SecurityHeaders, https=services.web.secure_cookies)
    app.add_middleware(Facts)
    app.add_middleware(Traced)
    return app
