"""Routes for programs, under /v1: one module a noun."""

from api.routes import actions, audit, facts, health, readiness, tokens

ROUTES = (health.router, tokens.router, readiness.router, actions.router, facts.router, audit.router)
