"""FastAPI: settings, wiring, sign-in, /v1 routes, server-rendered pages, worker entry, command line."""
