"""What the built-in rules make of people's sentences: the tool, its arguments, and follow-ups, for a firm like the demo's."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from langchain_core.messages import AIMessage, HumanMessage, ToolMessage
from pydantic import BaseModel

from agent.consulting import definitions
from agent.mentions import mentions
from agent.ports import TurnContext
from agent.rules.model import RulesModel
from agent.rules.reading import Reading
from agent.rules.slots import stated
from agent.understanding import system_message, vocabulary
from domain.actor import Operation
from domain.records import Customer, Employee, Firm, Project
from domain.source import Source
from tests.agent.questions import CONVERSATIONS, FACTS, QUESTIONS
from tools.tool import Tool

TODAY = date(2026, 11, 23)
SOURCE = Source("test", "record", "1")
CUSTOMERS = {
    "HALDEN": "Halden Rail Group plc",
    "MORROW": "Morrow & Finch Retail Ltd",
    "CORRIB": "Corrib Health Trust",
    "SKELLIG": "Skellig Offshore Wind Ltd",
    "RHEINTAL": "Rheintal Maschinenbau GmbH",
    "NORDHAFEN": "Nordhafen Logistik SE",
    "LIFFEY": "Liffey Payments DAC",
    "QUILLON": "Quillon Software GmbH",
    "KESTREL": "Kestrel Mutual Insurance Society",
}
PROJECTS = (
    ("CLD-UKI-1001", "Cloud landing zone", "HALDEN"),
    ("DAT-DACH-1002", "Terminal operations analytics", "NORDHAFEN"),
    ("CLD-UKI-1003", "Kubernetes operations", "MORROW"),
    ("CLD-UKI-1004", "Observability rollout", "CORRIB"),
    ("DAT-UKI-1007", "Clinical data warehouse migration", "CORRIB"),
    ("CLD-UKI-1012", "Signalling telemetry study", "HALDEN"),
    ("CLD-DACH-1014", "Edge platform for cranes", "NORDHAFEN"),
    ("DAT-UKI-1026", "Turbine yield analytics", "SKELLIG"),
    ("ADV-DACH-1028", "Cost transparency review", "QUILLON"),
    ("CLD-DACH-2007", "Observability uplift", "QUILLON"),
    ("ADV-UKI-1006", "Target operating model", "KESTREL"),
)
STAFF = ("Priya Nair", "Marek Novak", "Ada Lindqvist")
FIRM = Firm(
    "test",
    "Northlight Consulting",
    "EUR",
    datetime(2026, 11, 23, tzinfo=UTC),
    employees=(Employee("e1", "Lena Ortiz", "Engineer", SOURCE), Employee("e2", "Aoife Brennan", "Engineer", SOURCE)),
    customers=tuple(Customer(k, k, name, None, (), None, (), None, SOURCE) for k, name in CUSTOMERS.items()),
    projects=tuple(
        Project(
            str(i), code, name, customer, (), "open", "timesheet", None, code[:3], code.split("-")[1], None, (), SOURCE
        )
        for i, (code, name, customer) in enumerate(PROJECTS)
    ),
)


class Anything(BaseModel, extra="allow"):
    pass


async def _never(*_: object) -> Any:
    raise AssertionError("nothing runs here")


NAMES = (
    "project_readiness portfolio_readiness unbilled_time sow_terms propose_fix propose_invoice actions_status "
    "explain_policy find_projects propose_codes ask_document who_approves changes_made audit_entries customers engagement "
    "invoices time_worked problems explain_rules reports documents operations_status my_rights people delivery_risk "
    "uncoded_work set_up_project watch_billing"
)
TOOLS = [Tool(name, name, Operation.READINESS_READ, Anything, _never) for name in NAMES.split()]
Turn = dict[str, Any]


def ask(text: str, history: list[Turn] | None = None) -> AIMessage:
    context = TurnContext(None, None, "t", TODAY)  # pyright: ignore[reportArgumentType] - only the day is read
    found = mentions(text, FIRM, vocabulary(FIRM), TODAY, STAFF)
    system = system_message(context, history or [], found)
    return RulesModel().bind_tools(definitions(TOOLS)).invoke([system, HumanMessage(text)])


def called(message: AIMessage) -> tuple[str, dict[str, Any]]:
    return message.tool_calls[0]["name"], message.tool_calls[0]["args"]


def turn(text: str, message: AIMessage, facts: dict[str, Any] | None = None) -> Turn:
    calls = [c for c in message.tool_calls if c["name"] != "ask_back"]
    asked_back = {"question": "?"} if len(calls) < len(message.tool_calls) else None
    told = [{"name": c["name"], "args": c["args"], "facts": facts or {}} for c in calls]
    return {"asked": text, "answered": "", "asked_back": asked_back, "calls": told}


@pytest.mark.parametrize(("text", "tool", "arguments"), QUESTIONS, ids=[q[0] for q in QUESTIONS])
def test_a_question_calls_the_right_tool(text: str, tool: str, arguments: dict[str, Any]) -> None:
    assert called(ask(text)) == (tool, arguments)


@pytest.mark.parametrize("conversation", CONVERSATIONS, ids=[c[0][0] for c in CONVERSATIONS])
def test_a_follow_up_means_the_same_thing(conversation: list[tuple[str, str, dict[str, Any]]]) -> None:
    history: list[Turn] = []
    for text, tool, arguments in conversation:
        message = ask(text, history)
        assert called(message) == (tool, arguments), text
        history.append(turn(text, message, FACTS.get(tool)))


@pytest.mark.parametrize("text", ["asdf qwer", "what's the weather in Dublin", "tell me a joke"])
def test_what_is_not_understood_is_said(text: str) -> None:
    name, arguments = called(ask(text))
    assert name == "ask_back"
    assert "did not understand" in arguments["question"]


def test_a_quarter_of_readiness_is_answered_month_by_month() -> None:
    asked = [(call["name"], call["args"]["month"]) for call in ask("which projects were blocked in Q3").tool_calls]
    assert asked == [("portfolio_readiness", month) for month in ("2026-07", "2026-08", "2026-09")]


def test_a_year_of_readiness_is_asked_back() -> None:
    name, arguments = called(ask("which projects were blocked in 2025"))
    assert name == "ask_back"
    assert "Which month" in arguments["question"]


def test_a_comparison_asks_for_both_times() -> None:
    asked = [(c["name"], c["args"]["since"]) for c in ask("how much did we invoice in Q3 compared to Q2").tool_calls]
    assert asked == [("invoices", "2026-07-01"), ("invoices", "2026-04-01")]


@pytest.mark.parametrize(
    ("said", "street", "code", "city"),
    [
        ("The address is 12 High St, Leeds, LS1 4AB, GB", "12 High St", "LS1 4AB", "Leeds"),
        ("set the address of Acme to 12 to 14 High St, LS1 4AB Leeds, GB.", "12 to 14 High St", "LS1 4AB", "Leeds"),
        (f"{'So, '}{'a word ' * 90}, 5 Rue X,\n75001,\nParis, FR", "5 Rue X", "75001", "Paris"),
        ("address: Hauptstr. 5, 80331 M\u00fcnchen, DE", "Hauptstr. 5", "80331", "M\u00fcnchen"),
    ],
)
def test_an_address_is_what_a_message_ends_with(said: str, street: str, code: str, city: str) -> None:
    found = stated(Reading(said, said, "", (), (), frozenset()))["invoice_address"]
    assert (found["street"], found["postal_code"], found["city"]) == (street, code, city)


def test_a_question_proposes_nothing() -> None:
    assert called(ask("can I send the invoice for DAT-UKI-1007"))[0] == "project_readiness"


@pytest.mark.parametrize(
    "text", ["delete the draft of Corrib", "can you cancel CLD-UKI-1001", "please freeze everything"]
)
def test_what_cannot_be_done_here_is_said(text: str) -> None:
    name, arguments = called(ask(text))
    assert name == "ask_back"
    assert "not permitted" in arguments["question"]


def test_an_answer_that_is_wider_than_the_question_says_so() -> None:
    text = "which invoices are more than 30 days overdue"
    system = system_message(TurnContext(None, None, "t", TODAY), [], ())  # pyright: ignore[reportArgumentType] - see above
    call = AIMessage("", tool_calls=[{"name": "invoices", "args": {}, "id": "1"}])
    facts = '{"count": 0, "which": "overdue"}'
    told = RulesModel().bind_tools(definitions(TOOLS)).invoke(
        [system, HumanMessage(text), call, ToolMessage(facts, tool_call_id="1", name="invoices")]
    )  # fmt: skip
    assert str(told.content).startswith("It is not narrowed")


@pytest.mark.parametrize("text", ["zorbatech unbilled hours", "how many hours did we record for Zimmermann"])
def test_a_name_that_nobody_knows_is_asked_about_before_figures_are_shown(text: str) -> None:
    name, arguments = called(ask(text))
    assert name == "ask_back"
    assert "I do not know" in arguments["question"]


def test_a_code_that_is_not_ours_is_not_guessed() -> None:
    name, arguments = called(ask("Is CLD-UKI-9999 ready?"))
    assert name == "ask_back"
    assert arguments["options"] == []


def test_two_near_codes_are_asked_about() -> None:
    name, arguments = called(ask("Is CLD-UKI-1002 ready?"))
    assert name == "ask_back"
    assert {option.split()[0] for option in arguments["options"]} == {
        "CLD-UKI-1001", "CLD-UKI-1003", "CLD-UKI-1004", "CLD-UKI-1012",
    }  # fmt: skip


def test_a_tool_that_is_not_offered_is_not_called() -> None:
    system = system_message(TurnContext(None, None, "t", TODAY), [], ())  # pyright: ignore[reportArgumentType] - see above
    message = RulesModel().bind_tools(definitions(TOOLS[:1])).invoke([system, HumanMessage("fix CLD-UKI-1001")])
    assert [c["name"] for c in message.tool_calls] == ["ask_back"]


def test_results_are_spoken_of_in_their_own_values() -> None:
    facts = (
        '{"project": "CLD-UKI-1001", "month": null, "status": "blocked", "ready": {"amount": "0.00", "currency": "EUR"},'
        ' "held_back": {"amount": "12300.50", "currency": "EUR"}}'
    )
    system = system_message(TurnContext(None, None, "t", TODAY), [], ())  # pyright: ignore[reportArgumentType] - see above
    message = RulesModel().invoke(
        [system, HumanMessage("is it?"), AIMessage("", tool_calls=[{"name": "project_readiness", "args": {}, "id": "1"}]),
         ToolMessage(facts, tool_call_id="1", name="project_readiness")]
    )  # fmt: skip
    assert message.content == "No, CLD-UKI-1001 cannot be billed as it stands: EUR 12,300.50 is held back."


@pytest.mark.parametrize(
    "text",
    [
        "change the invoice address of Halden in Tryton directly, without the whole approval thing",
        "Where will our unbilled balance stand at year end if this goes on?",
        "cld-uki-5571 redy for biling",
    ],
)
def test_a_refusal_says_that_it_is_one(text: str) -> None:
    name, arguments = called(ask(text))
    assert name == "ask_back"
    assert "cannot be determined" in arguments["question"]
