"""What a form brings beside the fields that its route names: the CSRF token, and the password for a decision."""

from __future__ import annotations

from fastapi import Request

FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


async def form_field(request: Request, name: str) -> str:
    """One text field of the request's form; empty when it has none, or is no form."""
    if not request.headers.get("content-type", "").startswith(FORMS):
        return ""
    value = (await request.form()).get(name)
    return value if isinstance(value, str) else ""


# What an address or a form may name a thing by: no control characters, of which PostgreSQL cannot hold NUL.
VISIBLE = r"^[^\x00-\x1f\x7f]*$"
