"""Routes for programs, under /v1: one module a noun."""

from api.routes import actions, audit, codes, documents, execution, facts, health, log, readiness, threads, tokens

ROUTES = (
    health.router,
    tokens.router,
    documents.router,
    codes.router,
    readiness.router,
    threads.router,
    execution.router,  # before the actions' own: dead letters are no action's id
    actions.router,
    facts.router,
    log.router,
    audit.router,
)
