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
    policy,
    readiness,
    session,
    threads,
    time_to_bill,
    tokens,
    waivers,
    work_codes,
)

ROUTES = (
    health.router,
    session.router,
    tokens.router,
    documents.router,
    codes.router,
    work_codes.router,
    readiness.router,
    time_to_bill.router,
    waivers.router,
    threads.router,
    execution.router,  # before the actions' own: dead letters are no action's id
    actions.router,
    delegations.router,
    freezes.router,
    policy.router,
    facts.router,
    log.router,
    audit.router,
)
