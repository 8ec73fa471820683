"""A firm's own look: readable in both themes or refused, and only its own people's."""

from __future__ import annotations

import base64

import pytest

from api.look import LEAST, _pairs, checked, contrast, grounds
from domain.errors import InvalidInput
from tests.api.conftest import Door

BRAND = {"accent": "#0b5d3b", "accent_dark": "#7fd4ae"}
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 4 4"><path d="M0 0h4v4z"/></svg>'


def test_contrast_is_that_of_the_standard() -> None:
    assert round(contrast("#000000", "#ffffff"), 2) == 21
    assert round(contrast("#767676", "#ffffff"), 2) == 4.54
    for theme in ("light", "dark"):  # our own passes its own check
        assert min(contrast(a, b) for _, a, b in _pairs(grounds()[theme]["accent"], theme)) >= LEAST


@pytest.mark.parametrize(
    ("accent", "dark", "logo", "said"),
    [
        ("#ffd84d", "#a3bdf3", None, "light theme"),
        ("#23427c", "#23427c", None, "dark theme"),
        ("blue", "#a3bdf3", None, "no colour"),
        ("#23427c", "#a3bdf3", SVG.replace(b"<path", b"<script/><path"), "PNG, or an SVG"),
        ("#23427c", "#a3bdf3", b"GIF89a", "PNG, or an SVG"),
        ("#23427c", "#a3bdf3", b"<!---->" * 14_000 + b"x", "PNG, or an SVG"),  # known at one look
    ],
)
def test_what_cannot_be_read_or_shown_is_refused(accent: str, dark: str, logo: bytes | None, said: str) -> None:
    with pytest.raises(InvalidInput, match=said):
        checked("Firm", accent, dark, logo)


def test_an_svg_may_begin_with_what_programs_write_there() -> None:
    drawn = b'\n<?xml version="1.0"?>\n<!-- by hand -->\n<!-- > -- -->\n' + SVG
    assert checked("Firm", "#23427c", "#a3bdf3", drawn).logo_type == "image/svg+xml"


def test_the_colour_that_is_offered_instead_passes() -> None:
    with pytest.raises(InvalidInput) as refused:
        checked("Firm", "#ffd84d", "#a3bdf3", None)
    offered = refused.value.detail.rpartition("such as ")[2].rstrip(".")
    assert checked("Firm", offered, "#a3bdf3", None).accent == offered


@pytest.mark.anyio
async def test_a_firm_has_its_own_name_colour_and_logo(door: Door) -> None:
    tom, finn = await door.of("tom"), await door.of("finn")
    assert (await finn.post("/admin/look", data=BRAND)).status_code == 403
    refused = await tom.post("/admin/look", data={**BRAND, "accent": "#ffd84d"})
    assert (refused.status_code, "WCAG AA" in refused.text) == (422, True)
    assert "/look.css" not in (await finn.get("/account")).text
    sent = await tom.post("/admin/look", data={**BRAND, "name": "Northlight & Co"}, files={"logo": ("l.svg", SVG)})
    assert sent.status_code == 303
    page = (await finn.get("/account")).text
    assert "Northlight &amp; Co" in page
    assert "/look.css?v=" in page
    assert "--accent: #0b5d3b" in (await finn.get("/look.css")).text
    logo = await finn.get("/look/logo")
    assert (logo.content, logo.headers["content-type"]) == (SVG, "image/svg+xml")
    assert "sandbox" in logo.headers["content-security-policy"]
    assert (await (await door.of("sara")).get("/look.css")).status_code == 404
    async with door.nobody() as stranger:
        assert "Northlight &amp; Co" in (await stranger.get("/signin")).text
        assert "--accent: #0b5d3b" in (await stranger.get("/signin/look.css")).text
        assert (await stranger.get("/signin/logo")).content == SVG
    said = (await tom.get("/v1/look")).json()
    assert (said["name"], said["logo"], said["has_logo"]) == ("Northlight & Co", None, True)
    assert (await tom.put("/v1/look", json={**BRAND, "accent": "#ffd84d"})).status_code == 422
    assert (await tom.put("/v1/look", json={**BRAND, "logo": base64.b64encode(b"GIF89a").decode()})).status_code == 422
    assert (await tom.put("/v1/look", json={**BRAND, "name": "Light"})).status_code == 204
    assert (await finn.get("/look/logo")).content == SVG  # not named, so it stays
    await tom.post("/admin/look", data=BRAND)  # the logo stays until it is taken away
    assert (await finn.get("/look/logo")).status_code == 200
    await tom.post("/admin/look/shipped")
    assert "/look.css" not in (await finn.get("/account")).text
