"""A firm's own name, colour and logo on its pages: a colour that people could not read is refused, with what would do.

The contrast is that of WCAG 2.2, 1.4.3 (level AA, 4.5 to 1), against every ground of `tokens.css` on which the accent
stands as text, and of the text that stands on it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from api.services import Services
from domain.actor import Actor
from domain.errors import InvalidInput
from store import audit, look
from store.look import Look

LEAST = 4.5
LINEAR = 0.04045  # sRGB is linear up to there
MOST_BYTES = 100_000
COLOUR = re.compile(r"#[0-9a-f]{6}")
# Possessive throughout: what cannot be an SVG is known at the first look, whatever comments it begins with.
SVG = re.compile(rb"\s*+(?:<\?xml[^>]*+>\s*+)?+(?:(?><!--.*?-->)\s*+)*+<svg[\s>]", re.DOTALL)
TOKEN = re.compile(r"--([a-z-]+): (#[0-9a-f]{6});")
WHITE, BLACK = "#ffffff", "#000000"
# What a logo that is text must not hold: it is only ever shown as an image, which runs none of it, and yet.
LIVELY = re.compile(
    rb"<script|<foreignobject|<!entity|\son[a-z]+\s*=|javascript:|href\s*=\s*[\"']?(?!#)", re.IGNORECASE
)


@dataclass(frozen=True)
class Theme:
    """The colours that follow from an accent in one theme."""

    accent: str
    hover: str
    wash: str
    on: str


def contrast(one: str, other: str) -> float:
    """The contrast of two colours, from 1 to 21."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def checked(name: str, accent: str, accent_dark: str, logo: bytes | None) -> Look:
    """A look that can be read in both themes. Raises InvalidInput: which colour fails where, or what the logo is."""
    light, dark = accent.strip().lower(), accent_dark.strip().lower()
    for colour, title in ((light, "light"), (dark, "dark")):
        if not COLOUR.fullmatch(colour):
            raise InvalidInput(f"The colour of the {title} theme is no colour; write it like #23427c.")
        if found := _unreadable(colour, title):
            raise InvalidInput(found)
    return Look(" ".join(name.split())[:60], light, dark, logo, kind_of(logo) if logo else None)


async def keep(wired: Services, actor: Actor, wanted: Look | None) -> None:
    """Give the actor's firm this look, or Countersign's own."""
    async with wired.database.tenant(actor.tenant) as connection:
        if wanted is None:
            await look.drop(connection)
        else:
            await look.put(connection, actor.tenant, wanted)
        facts = (
            {"accent": wanted.accent, "accent_dark": wanted.accent_dark, "logo": bool(wanted.logo)} if wanted else {}
        )
        await audit.append(connection, actor, "look.changed", f"tenant:{actor.tenant}", facts)


async def at_the_door(wired: Services) -> Look | None:
    """The look of the firm that this installation is for, with its name; None where it has none of its own."""
    if not wired.web.firm:
        return None
    async with wired.database.tenant(wired.web.firm) as connection:
        return await look.named(connection)


def kind_of(logo: bytes) -> str:
    """The media type of a logo. Raises InvalidInput for what is no PNG or plain SVG, or too large."""
    if len(logo) > MOST_BYTES:
        raise InvalidInput(f"The logo has {len(logo):,} bytes; the limit is {MOST_BYTES:,}.")
    if logo.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if SVG.match(logo) and not LIVELY.search(logo):
        return "image/svg+xml"
    raise InvalidInput("The logo must be a PNG, or an SVG without scripts, links and entities.")


def _unreadable(accent: str, title: str) -> str:
    """What is wrong with an accent in a theme, and what would do; empty where nothing is."""
    worst = min(_pairs(accent, title), key=lambda pair: contrast(pair[1], pair[2]))
    if (found := contrast(worst[1], worst[2])) >= LEAST:
        return ""
    towards, side = (BLACK, "darker") if title == "light" else (WHITE, "lighter")
    others = (mixed(towards, accent, share / 100) for share in range(4, 100, 4))
    fits = next((one for one in others if all(contrast(a, b) >= LEAST for _, a, b in _pairs(one, title))), towards)
    return (
        f"{accent} has a contrast of {found:.1f} to 1 on {worst[0]} in the {title} theme; text needs {LEAST} to 1 "
        f"(WCAG AA). Choose a {side} one, such as {fits}."
    )


def _pairs(accent: str, title: str) -> list[tuple[str, str, str]]:
    """Each place where an accent meets text: its name, the text and what it stands on."""
    ground, theme = grounds()[title], themed(accent, title)
    return [
        ("the page", accent, ground["paper"]),
        ("cards", accent, ground["surface"]),
        ("the chosen place", accent, theme.wash),
        ("its own buttons", theme.on, accent),
        ("a button that is pointed at", theme.on, theme.hover),
    ]


def themed(accent: str, title: str) -> Theme:
    """What follows from an accent in the light or dark theme."""
    surface = grounds()[title]["surface"]
    hover = mixed(BLACK, accent, 0.25) if title == "light" else mixed(WHITE, accent, 0.35)
    return Theme(accent, hover, mixed(accent, surface, 0.1 if title == "light" else 0.16), _on(accent))


def _on(accent: str) -> str:
    return max((WHITE, "#10182a"), key=lambda text: contrast(text, accent))


def stylesheet(found: Look) -> str:
    """The look as custom properties, for both themes; on paper everything stays black."""
    light, dark = (_properties(themed(c, t)) for c, t in ((found.accent, "light"), (found.accent_dark, "dark")))
    return (
        f"@media screen {{ :root {{ {light} }} }}\n"
        f"@media screen and (prefers-color-scheme: dark) {{ :root {{ {dark} }} }}\n"
    )


def _properties(theme: Theme) -> str:
    named = {"": theme.accent, "-hover": theme.hover, "-wash": theme.wash}
    return " ".join(f"--accent{name}: {colour};" for name, colour in named.items()) + f" --on-accent: {theme.on};"


@cache
def grounds() -> Mapping[str, Mapping[str, str]]:
    """The shipped colours of both themes, by the names of their properties."""
    text = (Path(__file__).parent / "static" / "css" / "tokens.css").read_text("utf-8")
    light, _, dark = text.partition("@media (prefers-color-scheme: dark)")
    return {"light": dict(TOKEN.findall(light)), "dark": dict(TOKEN.findall(light)) | dict(TOKEN.findall(dark))}


def mixed(one: str, other: str, share: float) -> str:
    """So much of one colour in the other."""
    parts = zip(_rgb(one), _rgb(other), strict=True)
    return "#" + "".join(f"{round(a * share + b * (1 - share)):02x}" for a, b in parts)


def _rgb(colour: str) -> tuple[int, ...]:
    return tuple(int(colour[at : at + 2], 16) for at in (1, 3, 5))


def _luminance(colour: str) -> float:
    """Relative luminance, as WCAG 2.2 defines it."""
    channels = [value / 255 for value in _rgb(colour)]
    red, green, blue = (c / 12.92 if c <= LINEAR else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
