"""Pages for people: server-rendered, working without JavaScript; one module a place."""

from api.pages import account, signin

PAGES = (signin.router, account.router)
