"""Routes for programs, under /v1: one module a noun."""

from api.routes import actions, audit, health, tokens

ROUTES = (health.router, tokens.router, actions.router, audit.router)
