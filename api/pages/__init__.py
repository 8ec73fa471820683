"""Pages for people: server-rendered, working without JavaScript; one module a place."""

from api.pages import (
    account,
    actions,
    audit,
    codes,
    delegations,
    documents,
    execution,
    freezes,
    home,
    policy,
    portfolio,
    proposals,
    readiness,
    signin,
    standing,
    terms,
    threads,
    words,
)

PAGES = (
    signin.router,
    home.router,
    account.router,
    documents.router,
    terms.router,
    standing.router,
    codes.router,
    portfolio.router,
    readiness.router,
    proposals.router,
    threads.router,
    execution.router,  # before the actions' own: dead letters are no action's id
    actions.router,
    words.router,
    delegations.router,
    freezes.router,
    policy.router,
    audit.router,
)
