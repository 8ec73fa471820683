"""A document is named by its number or its title, and means the contract that holds it."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from langchain_core.messages import HumanMessage

from agent.consulting import definitions
from agent.mentions import mentions
from agent.papers import papers
from agent.ports import TurnContext
from agent.register import register
from agent.rules.model import RulesModel
from agent.understanding import system_message, vocabulary
from domain.money import Money
from domain.records import Contract
from store.titles import Title
from tests.agent.test_rules import FIRM, SOURCE, STAFF, TODAY, TOOLS, called

NOTHING = Money(Decimal(0), "EUR")
CONTRACT = Contract(
    "7", "C-00004", "CORRIB", "confirmed", None, None, "EUR", None, None, (), NOTHING, NOTHING, (), (), SOURCE
)
HOLDING = replace(
    FIRM,
    contracts=(CONTRACT,),
    projects=tuple(replace(p, contract_ids=("7",)) if p.code == "CLD-UKI-1004" else p for p in FIRM.projects),
)
TITLES = (
    Title("d1", "SOW-0427 Corrib Health Observability.pdf", "C-00004"),
    Title("d2", "SOW-0427 Amendment 1 Corrib Health.pdf", "C-00004"),
    Title("d3", "Thornbury Reservoirs SOW-0452 Dam Telemetry.docx", None),
    Title("d4", "Kestrel Mutual SOW 4 Procurement Transformation.docx", None),
    Title("d5", "Work Order WO-7802 Nordhafen.pdf", None),
)
HELD, DAM, BUYING = {"contract": "C-00004"}, {"document": "d3"}, {"document": "d4"}


def _called(text: str) -> tuple[str, dict[str, Any]]:
    context = TurnContext(None, None, "t", TODAY)  # pyright: ignore[reportArgumentType] - only the day is read
    found = mentions(text, HOLDING, vocabulary(HOLDING), TODAY, STAFF, papers(TITLES, register(HOLDING).customers))
    system = system_message(context, [], found)
    return called(RulesModel().bind_tools(definitions(TOOLS)).invoke([system, HumanMessage(text)]))


@pytest.mark.parametrize(
    ("text", "tool", "whose"),
    [
        ("What are the day rates in SOW-0427?", "sow_terms", HELD),
        ("payment terms of sow 427", "sow_terms", HELD),
        ("how much has been invoiced under SOW-0427", "invoices", HELD),
        ("is SOW 0427 ready to bill", "project_readiness", {"project": "CLD-UKI-1004"}),
        ("how much unbilled time is there on SOW-0427", "unbilled_time", {"project": "CLD-UKI-1004"}),
        ("payment terms in WO-7802?", "sow_terms", {"document": "d5"}),
        ("what is the notice period in the dam telemetry SOW", "sow_terms", DAM),
        ("Which code should SOW-0452 get?", "propose_codes", DAM),
        ("payment terms of the procurement transformation sow", "sow_terms", BUYING),
        ("rates in the SOW of 1004", "sow_terms", {"project": "CLD-UKI-1004"}),
    ],
)
def test_a_document_is_what_it_belongs_to(text: str, tool: str, whose: dict[str, str]) -> None:
    name, arguments = _called(text)
    scope = {key: value for key, value in arguments.items() if key in {"project", "contract", "customer", "document"}}
    assert (name, scope) == (tool, whose)


def test_nothing_is_shown_for_a_number_that_no_document_has() -> None:
    name, arguments = _called("payment terms in SOW-9999")
    assert name == "ask_back"
    assert "no document with that number" in arguments["question"]


@pytest.mark.parametrize("text", ["is SOW-0452 ready to bill", "unbilled time on the thornbury job"])
def test_what_no_contract_holds_has_no_figures(text: str) -> None:
    name, arguments = _called(text)
    assert name == "ask_back"
    assert "cannot be determined" in arguments["question"]
