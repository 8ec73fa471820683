"""Routes for programs, under /v1: one module a noun."""

from api.routes import (
    actions,
    audit,
    codes,
    delegations,
    documents,
    execution,
    facts,
    freezes,
    health,
    log,
    monitors,
    policy,
    protocol,
    readiness,
    session,
    threads,
    tokens,
    waivers,
)

ROUTES = (
    health.router,
    session.router,
    tokens.router,
    documents.router,
    codes.router,
    readiness.router,
    waivers.router,
    threads.router,
    protocol.router,
    monitors.router,
    execution.router,  # before the actions' own: dead letters are no action's id
    actions.router,
    delegations.router,
    freezes.router,
    policy.router,
    facts.router,
    log.router,
    audit.router,
)
