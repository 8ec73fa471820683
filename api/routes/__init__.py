"""Routes for programs, under /v1: one module a noun."""

from api.routes import actions, audit, codes, documents, facts, health, log, readiness, threads, tokens

ROUTES = (
    health.router,
    tokens.router,
    documents.router,
    codes.router,
    readiness.router,
    threads.router,
    actions.router,
    facts.router,
    log.router,
    audit.router,
)
