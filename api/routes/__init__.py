"""Routes for programs, under /v1: one module a noun."""

from api.routes import actions, audit, codes, documents, facts, health, readiness, session, threads, tokens

ROUTES = (
    health.router,
    session.router,
    tokens.router,
    documents.router,
    codes.router,
    readiness.router,
    threads.router,
    actions.router,
    facts.router,
    audit.router,
)
