"""What the tools and pages know of a firm: one reading of the ERP with the newest reports and the documents' terms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from actions.rulebook import files_of
from domain.terms import SEVERAL, Term
from erp.mirror import Mirror
from policies.prerequisites.items import words
from policies.prerequisites.outside import Outside
from policies.prerequisites.own import rule_settings
from policies.prerequisites.portfolio import Dossier
from policies.prerequisites.settings import RuleSettings
from sow.families import Family
from sow.held import Held, InForce
from sow.linking import Files, files, hold
from store import facts, rulebook, waivers
from store.database import Connection, Database
from store.documents import TermRow


async def load(database: Database, firm: Mirror, tenant: str, *, fresh: bool = False) -> Dossier:
    """Everything that readiness needs. Raises ErpUnavailable, StoreUnavailable."""
    known = await firm.get(fresh=fresh)
    async with database.tenant(tenant) as connection:
        reports = await facts.newest(connection)
        terms = await terms_by_contract(connection, known.fetched_at.date())
        settings = await settings_of(connection)
        agreed = await waivers.in_force(connection, known.fetched_at.date())
    outside = Outside.of(reports, settings.precedence)
    return Dossier.of(known, outside, terms, settings, [row.waiver for row in agreed])


async def settings_of(connection: Connection) -> RuleSettings:
    """How the connection's firm sets the prerequisites, by the policy in force. Raises ConfigurationError."""
    found = await rulebook.in_force(connection)
    return rule_settings((await files_of(connection, found.version))["prerequisites.toml"])


async def terms_by_contract(connection: Connection, on: date) -> Mapping[str, tuple[Term, ...]]:
    """The terms in force on a day by contract number, amendments applied to what they amend.

    Where several documents of a contract do not amend each other, the later one's word stands before the earlier's. A
    master agreement speaks through the documents under it, once a person confirmed that they are.
    """
    filed = await files(connection)
    above = _above(filed)
    mine = ((_contract(family), family) for family in filed.families.values())
    found = [family for contract, family in mine if contract and (contract, family.root.row.id) not in above]
    held = list(zip(found, await hold(connection, filed, found, on), strict=True))
    by_contract: dict[str, list[tuple[Family, InForce]]] = {}
    for family, in_force in held:
        by_contract.setdefault(_contract(family), []).append((family, in_force))
    return {
        contract: tuple(_speaking([one.held for _, one in sorted(mine, key=_stands, reverse=True)]))
        for contract, mine in sorted(by_contract.items())
    }


def _contract(family: Family) -> str:
    """The contract of the amended document, or the one that an amendment alone was attached to."""
    papers_ = (family.root, *family.amendments)
    return next((paper.row.contract for paper in papers_ if paper.row.contract), "") or ""


def _above(filed: Files) -> frozenset[tuple[str, str]]:
    """Contract and master agreement wherever a document of that contract is under it, as was said or found."""
    below = ((filed.families.get(document), link.target) for document, link in filed.masters.items())
    return frozenset((_contract(family), master) for family, master in below if family is not None and master)


def _stands(one: tuple[Family, InForce]) -> tuple[str, str]:
    """By the date from which a document holds, as far as it says so; then by when it came."""
    return one[0].root.begins, one[0].root.row.uploaded_at.isoformat()


def _speaking(of_documents: Sequence[Sequence[Held]]) -> list[Term]:
    """Newest document first: its value of a field silences earlier ones, of a list its entry the earlier entry.

    What a document takes from its master agreement silences no other document's own word.
    """
    found: list[Term] = []
    taken: set[tuple[str, str]] = set()
    own = [[one for one in mine if not one.master] for mine in of_documents]
    for mine in (*own, *([one for one in mine if one.master] for mine in of_documents)):
        found += [term_of(one.term, one.master) for one in mine if (one.term.field, _entry(one.term)) not in taken]
        taken |= {(one.term.field, _entry(one.term)) for one in mine}
    return found


def _entry(row: TermRow) -> str:
    """What makes two values of a list the same entry: the role of a rate, the name of a milestone."""
    if row.field not in SEVERAL or not isinstance(row.value, dict):
        return ""
    return words(str(row.value.get("role") or row.value.get("name") or ""))


def term_of(row: TermRow, master: str = "") -> Term:
    """A term as rules and proposals use it, with the name of the master agreement that it is taken from."""
    return Term(row.field, row.value, row.evidence, row.confidence, row.method, row.status, row.alternatives, master)
