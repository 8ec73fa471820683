"""Pages for people: server-rendered, working without JavaScript; one module a place."""

from api.pages import account, actions, audit, codes, documents, home, readiness, signin, terms, threads

PAGES = (
    signin.router,
    home.router,
    account.router,
    documents.router,
    terms.router,
    codes.router,
    readiness.router,
    threads.router,
    actions.router,
    audit.router,
)
