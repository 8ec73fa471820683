"""Routes for programs, under /v1: one module a noun."""

from api.routes import health, tokens

ROUTES = (health.router, tokens.router)
