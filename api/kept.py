"""A form that came when its session was over, or with the token of an earlier one: what was typed is kept, and sent
once its sender has looked at it again.

Only what the browser itself vouches for as sent from a page of ours is kept (Fetch Metadata): another site's form is
not laid before anybody with a button under it. Nor is a deed: who signs in may be another than who left the form, and
nobody decides, delegates or gives rights but on the page that shows on what. Of those forms the words are shown, to be
entered again there.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from fastapi import Request
from pydantic import BaseModel, Field, ValidationError
from starlette.datastructures import UploadFile

from api.forms import FORMS

DOORS = frozenset({"/signin", "/signout"})
NOT_KEPT = frozenset({"csrf", "password"})
MOST = 300
# What only says something: a question, a note beside a proposal.
SAYS = re.compile(r"/threads(/[^/]+)?/messages|/actions/[^/]+/notes")
# What forms carry for the machine: people are not asked to read it.
MACHINE = re.compile(r"^[0-9a-f]{64}$|^[0-9a-f]{8}-[0-9a-f-]{27}", re.ASCII)


class Kept(BaseModel):
    """What a form sent: where to, its text fields, and the names of its files, which are to be chosen again."""

    path: str = Field(max_length=500, pattern=r"^/[^/\\]")
    back: str = Field(max_length=2000, pattern=r"^/([^/\\]|$)")
    fields: list[tuple[str, str]] = Field(max_length=MOST)
    files: list[tuple[str, str]] = Field(default_factory=list[tuple[str, str]], max_length=MOST)

    @property
    def says(self) -> bool:
        """Whether it may be sent as it is, once its sender has seen it."""
        return SAYS.fullmatch(self.path) is not None

    @property
    def shown(self) -> list[tuple[str, str]]:
        """What a person entered or chose."""
        return [(name, text) for name, text in self.fields if text.strip() and not MACHINE.match(text)]


async def kept(request: Request) -> Kept | None:
    """What came with this request, where a page of ours sent it as a form."""
    form = request.headers.get("content-type", "").startswith(FORMS)
    ours = request.headers.get("sec-fetch-site") == "same-origin"
    if request.method != "POST" or not form or not ours or request.url.path in DOORS:
        return None
    sent = (await request.form()).multi_items()
    try:
        return Kept(
            path=request.url.path,
            back=came_from(request),
            fields=[(name, text) for name, text in sent if isinstance(text, str) and name not in NOT_KEPT],
            files=[(name, file.filename) for name, file in sent if isinstance(file, UploadFile) and file.filename],
        )
    except ValidationError:
        return None


def read(text: str) -> Kept | None:
    """What the sign-in form carried along; None where it carried nothing that can be used."""
    try:
        found = Kept.model_validate_json(text) if text else None
    except ValidationError:
        return None
    return None if found is None or found.path in DOORS else found


def came_from(request: Request) -> str:
    """The page of ours that the request was sent from, or home."""
    referrer = urlsplit(request.headers.get("referer", ""))
    if referrer.netloc != request.headers.get("host") or referrer.path in DOORS or referrer.path.startswith("//"):
        return "/"
    return (referrer.path or "/") + (f"?{referrer.query}" if referrer.query else "")
