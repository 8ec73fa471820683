"""Parties: who receives the services and pays, who performs and is paid.

The alias that a preamble gives a party tells its role ("Client", "Contractor"); where it does not, what the party does
in the rest of the document tells it, and in a letter who writes of "our invoices".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from sow.finders.introductions import Party, called, introduced
from sow.finders.names import LEGAL, clean, cut, is_name
from sow.labels import Pair, labelled, pairs
from sow.rules import rule
from sow.view import Candidate, View

CLIENTS = frozenset({
    "client", "customer", "buyer", "purchaser", "recipient", "principal", "licensee", "sponsor", "auftraggeber",
    "employer", "owner", "shipper", "distributor", "reseller", "franchisee", "lessee", "tenant", "end user",
    "end-user", "subscriber", "sublicensee", "dealer", "contracting authority",
})  # fmt: skip
PROVIDERS = frozenset({
    "vendor", "supplier", "consultant", "contractor", "service provider", "provider", "developer",
    "service company", "independent contractor", "subcontractor", "seller", "licensor", "advisor", "adviser",
    "manufacturer", "employee", "outsourcer", "auftragnehmer", "agent", "franchisor", "lessor", "landlord",
    "transporter", "carrier", "repairer", "manager", "operator", "host", "servicer", "executive", "sublicensor",
    "endorser", "talent", "promoter",
})  # fmt: skip
LABEL = rule(
    r"(?:(?:^|\n|\| ?)[ \t*#-]*(?:(?:first|second) party ?\((?:the )?)?|\b(?:acceptance"
    r"|accepted|agreed) by )(?P<role>employer|client|customer|buyer|purchaser"
    r"|vendor|supplier|"
    r"consultant|contractor|service provider|provider|developer|auftraggeber|auftragnehmer)"
    r"(?: name| company| legal name)?\)?[ *]*(?::|\|)[ *]*(?P<name>[^\n|]{3,90})"
)
CLIENT_LABEL = rule(
    r"(?:the )?(?:client|customer|buyer|purchaser|ordering party|auftraggeber|principal|employer|sponsor|issued by"
    r"|contracting (?:authority|body|entity)|authority"
    r"|recipient(?: of the services)?|(?:using|ordering) agency|prepared for"
    r"|sold to|bill to)(?: name| legal name| company| organi[sz]ation)?"
)
PROVIDER_LABEL = rule(
    r"(?:the )?(?:vendor|supplier|seller|consultant|contractor|(?:service )?provider|auftragnehmer|issued to|awarded to"
    r"|prepared by"
    r"|consulting firm)(?: name| legal name| company| organi[sz]ation)?"
)
LABELS = re.compile(f"{CLIENT_LABEL.pattern}|{PROVIDER_LABEL.pattern}", re.IGNORECASE)
AGENCY = rule(r"(?:the )?agency(?: name)?")  # an authority where it has a provider, else the provider itself
# what beside a label is a name although it has no legal form: capitals, and no word of what forms hold otherwise
TITLED = re.compile(r"[A-Z][\w.'&-]*(?:,? (?:(?:of|and|for|the|de|du|&) )*[A-Z][\w.'&-]*){1,8}")
NO_NAME = rule(
    r"\b(?:project|manager|sponsor|lead|team|director|officer|date|services?|name|address|approv\w*|review|reports?"
    r"|responsib\w*|weekly|monthly|contact|e-?mail|phone|title|signature|representative|deliverables?|agreement)\b"
)
COVER = 4_000  # characters: forms name their parties first
BOTH = 2  # parties: the role of one decides that of the other
UNSURE = 0.5  # two names whose roles nothing tells: a person must say
SHORTEST = 4
GENERIC = frozenset({"international", "national", "general", "first", "united", "american", "global"})
PAYS = rule(r"\b(?:shall|will|agrees to|must) (?:\w+ )?(?:pay|reimburse|compensate|engage|retain)")
SERVES = rule(r"\b(?:shall|will|agrees to|must) (?:\w+ )?(?:perform|provide|render|deliver|invoice|develop)")
SERVED = rule(r"\b(?:invoice|bill|provide|deliver|submit|services)\b")
PAID = rule(r"\b(?:pay|paid|payable|reimburse|compensate)\b")
NEAR = 80  # characters beside a deed in which a name stands
PRONOUN = re.compile(
    r"(?P<name>[A-Z][\w.'-]*(?:,? (?:& |and |of )?[A-Z][\w.'-]*){1,6})\s*"
    r"\((?:[^()]{0,40}?[\", ])?(?P<who>we|us|our|you)\b[^()]{0,30}\)"
)
# "We, Peak Consulting Limited, set out": and whom such a letter is written to
WE_ARE = re.compile(rf"\b[Ww]e, (?P<name>[A-Z][\w.&' -]{{2,60}}?\b{LEGAL}\b\.?),")
ADDRESSED = re.compile(
    rf"\n[ \t]*(?P<name>[A-Z][\w.,&' -]{{2,60}}?\b{LEGAL}\b\.?)[ \t]*\n(?:[^\n]{{0,80}}\n){{0,6}}?\s*Dear\b"
)
# "what Ekholm AB will do for Fjordline AS", "the services we are to provide Lakeshore Alliance"
FORM = rf"(?:{LEGAL}|AS|A/S)\b\.?"
CAPITALS = r"[A-Z][\w.&'-]*(?:,? (?:(?:of|and|for|&) )?[A-Z][\w.&'-]*){0,6}"
DOES = re.compile(
    rf"(?P<provider>{CAPITALS} {FORM}) (?:will|shall|is to|agrees to) (?:do|perform|provide|carry\s+out|deliver)\b"
    rf"[^.;\n]{{0,60}}?\b(?:for|to) (?P<client>{CAPITALS} {FORM})"
)
FOR_WHOM = re.compile(
    r"\b(?:services|work) (?:that )?we (?:are to|will|shall) (?:provide|perform|do|render)(?: to| for)?\s+"
    rf"(?P<client>{CAPITALS})(?= (?:for|in|as|during)\b|[.,])"
)
LETTERHEAD = re.compile(rf"\s*(?P<name>[A-Z][\w.,&' -]{{2,60}}?\b{LEGAL}\b\.?)[ \t]*\n")
SPACED = re.compile(r"\W+")
WE_SERVE = (
    r"\b(?:we (?:will |shall )?(?:invoice|bill|charge)"
    r"|our (?:invoices?|fees|services|retainer)|you (?:will |shall )?pay)\b"
)
WE_PAY = r"\b(?:we (?:will |shall )?pay|your (?:invoices?|fees|services)|you (?:will |shall )?(?:invoice|bill))\b"


def find(view: View) -> Iterator[Candidate]:
    """Candidates of the topic."""
    parties = introduced(view, CLIENTS | PROVIDERS | {"company"})
    known = {alias.casefold(): party for party in parties for alias in party.aliases}
    labels = (*_labelled(view), *_in_form(view))
    if len(parties) < BOTH:
        yield from _speaking(view)
        yield from _doing(view)
    if len({found.field for found in labels}) == 1 and not parties:
        yield from _other(view, labels[0])
    for found in labels:
        party = known.get(found.value.casefold())  # "Client: Acme", where a preamble says who Acme is
        name = clean(view.text[party.start : party.end]) if party else found.value
        yield replace(found, value=name)
    for party, (field, confidence) in zip(parties, _roles(view, parties), strict=True):
        name = clean(view.text[party.start : party.end])
        if field and name.lower() not in CLIENTS | PROVIDERS:
            yield Candidate(field, name, party.start, party.end, confidence)


def _roles(view: View, parties: list[Party]) -> list[tuple[str | None, float]]:
    """Each party's role: stated by an alias, else by what it does; of two parties, one role decides the other."""
    stated = [_stated(party) for party in parties]
    roles = [(role, 0.9) if role else (None, 0.0) for role in stated]
    if len(parties) == BOTH and not all(stated) and any(stated):
        return [known if known[0] else (_opposite(next(filter(None, stated))), 0.8) for known in roles]
    roles = [known if known[0] else _acting(view, party) for known, party in zip(roles, parties, strict=True)]
    told = next((field for field, _ in roles if field), None)
    if len(parties) == BOTH and told:
        return [known if known[0] else (_opposite(told), 0.62) for known in roles]
    if len(parties) == BOTH:
        return _by_letter(view) or [("client", UNSURE), ("provider", UNSURE)]
    fewer = "provider" if told != "provider" else "client"
    return [known if known[0] else (fewer, UNSURE) for known in roles]


def _by_letter(view: View) -> list[tuple[str | None, float]] | None:
    """In a letter, whoever's name stands first writes it: "our invoices" are the provider's, "we pay" the client's."""
    if _count(view, WE_SERVE) > _count(view, WE_PAY):
        return [("client", 0.66), ("provider", 0.66)]
    return None


def _opposite(field: str) -> str:
    return "provider" if field == "client" else "client"


def _stated(party: Party) -> str | None:
    """The role that an alias states. "Company" states none: consultants' clients and vendors are both called so."""
    for alias in party.aliases:
        word = alias.lower().removeprefix("the ").strip()
        if word in PROVIDERS:
            return "provider"
        if word in CLIENTS:
            return "client"
    return None


def _acting(view: View, party: Party) -> tuple[str | None, float]:
    """Whoever pays is the client, whoever performs the provider; "Company" breaks a tie."""
    names = tuple(_spaced(name) for name in _called(view, party))
    client = _acts(view, PAYS, names) * 2 + _addressed(view, SERVED, names, between=True)
    provider = _acts(view, SERVES, names) * 2 + _addressed(view, PAID, names) * 2
    if client == provider:
        return ("client", 0.6) if "company" in {alias.lower() for alias in party.aliases} else (None, 0.0)
    return ("client", 0.7) if client > provider else ("provider", 0.7)


def _called(view: View, party: Party) -> list[str]:
    """What the document calls a party: its aliases, its whole name, and the first word of it."""
    name = clean(view.text[party.start : party.end])
    first = name.split()[0].strip(",.") if name else ""
    short = [first] if len(first) >= SHORTEST and first.lower() not in GENERIC else []
    return [alias for alias in (*party.aliases, name, *short) if len(alias) > 1]


def _acts(view: View, deeds: re.Pattern[str], names: tuple[str, ...]) -> int:
    """How often one of these does a deed: "the Client shall pay"."""
    return sum(before.endswith(names) for before in _beside(view, deeds, -NEAR))


def _addressed(view: View, deeds: re.Pattern[str], names: tuple[str, ...], *, between: bool = False) -> int:
    """How often a deed is done to one of these: "pay the Client"; `between` allows a word: "services to the Client"."""
    heads = tuple(to + the + name for name in names for to in ("", " to") for the in ("", " the"))
    told = _beside(view, deeds, NEAR)
    return sum(
        after.startswith(heads) or (between and after[max(0, after.find(" ", 1)) :].startswith(heads)) for after in told
    )


def _beside(view: View, deeds: re.Pattern[str], near: int) -> list[str]:
    """What stands before each deed (`near` is negative) or after it."""

    def made(seen: View) -> list[str]:
        spans = [match.span() for match in seen.search(deeds)]
        if near < 0:
            return [_spaced(seen.text[max(0, start + near) : start]) for start, _ in spans]
        return [_spaced(seen.text[end : end + near]) for _, end in spans]

    return view.once(deeds.pattern, made)


def _spaced(text: str) -> str:
    """The words of a text in small letters, a space around each: what names are compared by."""
    return f" {SPACED.sub(' ', text.casefold()).strip()} "


def _count(view: View, pattern: str) -> int:
    return sum(1 for _ in view.search(rule(pattern)))


def _labelled(view: View) -> Iterator[Candidate]:
    for match in view.search(LABEL):
        start = match.start("name")
        end = start + len(cut(match["name"]))
        name = clean(view.text[start:end])
        formed = re.search(rf"\b{LEGAL}\b\.?$", name)
        if is_name(name) and re.match(r"[A-Z0-9]", name) and (formed or not NO_NAME.search(name)):
            field = "client" if match["role"].lower() in CLIENTS else "provider"
            yield Candidate(field, name, start, end, 0.8)


def _below(view: View) -> Iterator[Pair]:
    """Each cell of a table with the one below it: "Prepared for | Prepared by" above two names."""
    for table in view.tables:
        for head, row in zip(table.rows, table.rows[1:], strict=False):
            for label, value in zip(head, row, strict=False):
                if value.text and LABELS.fullmatch(label.text):
                    start, end = view.flat.offset(value.start), view.flat.offset(value.end - 1) + 1
                    yield Pair(label.text, value.text, start, end)


def _in_form(view: View) -> Iterator[Candidate]:
    """A label above or beside a name; the legal form tells a name from a heading, or else its capitals on the cover."""
    found = [*pairs(view), *_below(view)]
    served = any(True for _ in labelled(found, PROVIDER_LABEL))
    of_agency = ("client" if served else "provider", AGENCY)
    for field, label in (("client", CLIENT_LABEL), ("provider", PROVIDER_LABEL), of_agency):
        for pair in labelled(found, label):
            name = clean(cut(pair.value))
            if is_name(name) and re.search(rf"\b{LEGAL}\b\.?$", name):
                yield Candidate(field, name, pair.start, pair.end, 0.86)
            elif pair.start < COVER and TITLED.fullmatch(name) and is_name(name) and not NO_NAME.search(name):
                yield Candidate(field, name, pair.start, pair.end, 0.78)


def _speaking(view: View) -> Iterator[Candidate]:
    """In a letter the party that says "we", the one it calls "you", and where only one is told so, the other."""
    said = [(match, match["who"].lower()) for match in PRONOUN.finditer(view.text, 0, COVER) if is_name(match["name"])]
    ours = next((match for match, who in said if who != "you"), None)
    yours = next((match for match, who in said if who == "you"), None) or ADDRESSED.search(view.text, 0, COVER)
    ours = ours or WE_ARE.search(view.text, 0, COVER)
    if ours is None:
        return
    serving = _count(view, WE_SERVE) >= _count(view, WE_PAY)
    mine, theirs = ("provider", "client") if serving else ("client", "provider")
    yield Candidate(mine, clean(ours["name"]), *ours.span("name"), 0.8)
    if yours:
        yield Candidate(theirs, clean(yours["name"]), *yours.span("name"), 0.8)
    else:
        yield from _other(view, Candidate(mine, clean(ours["name"]), *ours.span("name"), 0.8))


def _doing(view: View) -> Iterator[Candidate]:
    """In a letter, who is to do something for whom; where it says "we", the name at its head is the provider's."""
    if both := DOES.search(view.text, 0, COVER):
        for field in ("provider", "client"):
            yield Candidate(field, clean(both[field]), *both.span(field), 0.76)
        return
    if whom := FOR_WHOM.search(view.text, 0, COVER):
        yield Candidate("client", clean(whom["client"]), *whom.span("client"), 0.74)
        if head := LETTERHEAD.match(view.text):
            yield Candidate("provider", clean(head["name"]), *head.span("name"), 0.74)


def _other(view: View, known: Candidate) -> Iterator[Candidate]:
    """The party that the text gives a short name, where the other one is known already."""
    for party in called(view):
        name = clean(view.text[party.start : party.end])
        alike = name.casefold() in known.value.casefold() or known.value.casefold() in name.casefold()
        if not alike and _stated(party) in {None, _opposite(known.field)}:
            yield Candidate(_opposite(known.field), name, party.start, party.end, 0.66)
            return
