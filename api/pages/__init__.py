"""Pages for people: server-rendered, working without JavaScript; one module a place."""

from api.pages import account, actions, audit, readiness, signin

PAGES = (signin.router, account.router, readiness.router, actions.router, audit.router)
