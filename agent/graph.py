"""The agent's one graph: understand → consult → (ask back | call tools → consult) → check → compose → wait.

A chat model only ever chooses: which tool, which arguments, which words. What runs, what is shown and what is waited
for is decided here. Approval is a row and never a value passed to the graph: whoever resumes it, with whatever value,
only makes it read the rows again.
"""

from __future__ import annotations

import asyncio
from functools import cache
from typing import Any, Literal

from langchain_core.messages import AIMessage, SystemMessage
from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.runtime import Runtime
from langgraph.types import interrupt

from agent import events
from agent.calling import call_all
from agent.consulting import (
    ASK_BACK,
    MOST_TOKENS,
    SECONDS,
    AskBack,
    ModelFailed,
    consult,
    definitions_size,
    taken,
)
from agent.outcomes import followed, is_final, outcome_blocks
from agent.ports import TurnContext
from agent.rules.model import RulesModel
from agent.state import TurnState, Update
from agent.understanding import context_of, opening_messages
from agent.veil import Veil
from domain.actions import ActionState
from domain.blocks import Choices, Text
from domain.canonical import plain
from policies.grounding import claims

MAX_CONSULTATIONS = 6
STEP_SECONDS = 120.0
WITHHELD = (
    "A sentence of the language model was withheld: it stated something that no record read for this answer says."
)
NOTHING = "I cannot tell that from the connected systems."
CALLED = {"portfolio_readiness": "Checking all projects", "project_readiness": "Checking the billing prerequisites"}

TurnGraph = CompiledStateGraph[TurnState, TurnContext, TurnState, TurnState]


def build(saver: BaseCheckpointSaver[str]) -> TurnGraph:
    """The compiled graph with its checkpoints in `saver`."""
    return _compiled().copy({"checkpointer": saver})


@cache
def _compiled() -> TurnGraph:
    """Compiling takes longer than most turns' own work: once a process."""
    graph = StateGraph(TurnState, context_schema=TurnContext)
    graph.add_node("understand", understand)
    graph.add_node("consult", consult_model)
    graph.add_node("ask_back", ask_back)
    graph.add_node("call_tools", call_tools)
    graph.add_node("check", check)
    graph.add_node("compose", compose)
    graph.add_node("wait", wait)
    graph.add_edge(START, "understand")
    graph.add_edge("understand", "consult")
    graph.add_conditional_edges("consult", after_consult)
    graph.add_edge("call_tools", "consult")
    graph.add_edge("ask_back", END)
    graph.add_edge("check", "compose")
    graph.add_conditional_edges("compose", after_proposal)
    graph.add_conditional_edges("wait", after_proposal)
    compiled = graph.compile()
    compiled.step_timeout = STEP_SECONDS
    return compiled


async def understand(state: TurnState, runtime: Runtime[TurnContext]) -> Update:
    """Resolve the person's words against the firm's records, and lay out what a model is told."""
    runtime.stream_writer(events.status("Reading the question"))
    return {"messages": list(await opening_messages(runtime.context, state))}


async def consult_model(state: TurnState, runtime: Runtime[TurnContext]) -> Update:
    """Ask the configured model; when it fails or may not see this text, ask the built-in rules, and say so."""
    context = runtime.context
    tried = state["consultations"] + 1
    configured = context.ports.model
    # What shows signs of an injection is answered by rules, which no wording can talk into anything.
    steered = any(flag.startswith(("fallback", "injection")) for flag in state["flags"])
    if isinstance(configured, RulesModel) or steered:
        return await _by_rules(state, runtime, tried, [])
    try:
        answer = await _by_model(context, runtime, state)
    except ModelFailed as error:
        note = f"The configured language model was not used because {error.detail}. The built-in rules answer instead."
        runtime.stream_writer(events.status(note))
        runtime.stream_writer(events.block(plain(Text(note)), 1 + len(state["blocks"])))
        answered = await _by_rules(state, runtime, tried, [f"fallback:{error.detail}"])
        return {**answered, "blocks": [plain(Text(note))]}
    return {"messages": [answer], "consultations": tried, "engine": model_name(configured)}


async def _by_model(context: TurnContext, runtime: Runtime[TurnContext], state: TurnState) -> AIMessage:
    """The configured model's answer, within what the turn, the person and the firm may take of it."""
    model, meter = context.ports.model, context.meter
    if meter is None or meter.seconds_left <= 0:
        raise ModelFailed("it took too long")
    most = int(getattr(model, "max_tokens", None) or MOST_TOKENS)
    veil = Veil(context.known.register)
    shown = veil.covered(state["messages"])
    await meter.reserve(model_name(model), shown, definitions_size(context.tools), most)
    try:
        answer = await consult(
            model,
            context.tools,
            shown,
            seconds=min(SECONDS, meter.seconds_left),
            patience=min(meter.limits.patience, meter.seconds_left),
            waiting=lambda pause: runtime.stream_writer(
                events.status(f"The language model is busy; it is asked again in {pause:.1f} seconds")
            ),
        )
    except ModelFailed as error:
        meter.note(error.tokens)
        raise
    except asyncio.CancelledError:
        meter.note(None)
        raise
    meter.note(taken(answer))
    return veil.lifted(answer)


async def _by_rules(state: TurnState, runtime: Runtime[TurnContext], tried: int, flags: list[str]) -> Update:
    answer = await consult(RulesModel(), runtime.context.tools, state["messages"])
    return {"messages": [answer], "consultations": tried, "engine": model_name(RulesModel()), "flags": flags}


async def after_consult(state: TurnState) -> Literal["ask_back", "call_tools", "check"]:
    """Where the model's answer leads; a model that never stops asking for tools is stopped."""
    answer = _last(state)
    if any(call["name"] == ASK_BACK for call in answer.tool_calls):
        return "ask_back"
    wants = bool(answer.tool_calls or answer.invalid_tool_calls)
    return "call_tools" if wants and state["consultations"] < MAX_CONSULTATIONS else "check"


async def ask_back(state: TurnState, runtime: Runtime[TurnContext]) -> Update:
    """End the turn with a question to the person."""
    call = next(call for call in _last(state).tool_calls if call["name"] == ASK_BACK)
    asked = AskBack.model_validate(call["args"])
    known = [*_facts(state), *(message.content for message in state["messages"] if message.type == "system")]
    problems = _withheld(runtime.context, state, " ".join([asked.question, *asked.options]), known)
    question = "Which one do you mean?" if problems else asked.question
    block = plain(Choices(question, () if problems else tuple(asked.options)))
    runtime.stream_writer(events.block(block, 1 + len(state["blocks"])))
    return {"blocks": [block], "flags": [f"withheld:{problem}" for problem in problems]}


async def call_tools(state: TurnState, runtime: Runtime[TurnContext]) -> Update:
    """Run what was asked for, and stream each rendered block as soon as it is there."""
    answer = _last(state)
    offered = {tool.name for tool in runtime.context.tools}
    for name in dict.fromkeys(call["name"] for call in answer.tool_calls if call["name"] in offered):
        runtime.stream_writer(events.status(CALLED.get(name, name.replace("_", " ").capitalize())))
    said = (*(str(turn["asked"]) for turn in state["history"]), state["text"])
    called = await call_all(runtime.context, answer, said)
    records = [one.record() for one in called]
    runtime.stream_writer(events.called(records))
    blocks = [block for one in called for block in one.blocks if block not in state["blocks"]]
    for position, block in enumerate(blocks, 1 + len(state["blocks"])):
        runtime.stream_writer(events.block(block, position))
    return {
        "messages": [one.message() for one in called],
        "calls": records,
        "blocks": blocks,
        "waiting": [*state["waiting"], *(action for one in called for action in one.proposed)],
        "flags": [f"refused:{one.name}:{one.refused}" for one in called if one.refused],
    }


async def check(state: TurnState, runtime: Runtime[TurnContext]) -> Update:
    """Keep the model's prose only if all that it states occurs in this turn's results."""
    stopped = ["stopped:consultations"] if _last(state).tool_calls else []
    prose = str(_last(state).text).strip()
    problems = _withheld(runtime.context, state, prose, _facts(state)) if prose else ()
    return {"prose": "" if problems else prose, "flags": stopped + [f"withheld:{problem}" for problem in problems]}


async def compose(state: TurnState, runtime: Runtime[TurnContext]) -> Update:
    """Put the prose before the rendered blocks, and drop what needs no waiting for."""
    prose = state["prose"]
    if not prose and not state["blocks"]:
        prose = NOTHING
    elif not prose and any(flag.startswith("withheld") for flag in state["flags"]):
        prose = WITHHELD
    block = plain(Text(prose))
    if prose:
        runtime.stream_writer(events.block(block, 0))
    told, waiting = await _read_rows(runtime.context, state["waiting"])
    return {"prose": prose, "told": told, "waiting": waiting}


async def after_proposal(state: TurnState) -> Literal["wait", "__end__"]:
    """Wait as long as a proposal of this turn is undecided or unfinished."""
    return "wait" if state["waiting"] else "__end__"


async def wait(state: TurnState, runtime: Runtime[TurnContext]) -> Update:
    """Sleep until someone says that an action moved; then believe the rows alone and tell what they say."""
    moved = interrupt({"actions": state["waiting"]})
    told = dict(state["told"])
    blocks: list[dict[str, Any]] = []
    waiting: list[str] = []
    for action_id in state["waiting"]:
        if moved in state["waiting"] and action_id != moved:  # a hint where to look, and never more than that
            waiting.append(action_id)
            continue
        action = await runtime.context.ports.action(runtime.context.actor.tenant, action_id)
        if told.get(action_id) != action.state.value:
            told[action_id] = action.state.value
            blocks += outcome_blocks(action)
        if not is_final(action):
            waiting.append(action_id)
        elif newer := followed(action):
            waiting.append(newer)
            told[newer] = ActionState.AWAITING_APPROVAL.value
    return {"blocks": blocks, "told": told, "waiting": waiting}


async def _read_rows(context: TurnContext, actions: list[str]) -> tuple[dict[str, str], list[str]]:
    rows = [await context.ports.action(context.actor.tenant, action) for action in dict.fromkeys(actions)]
    return {row.id: row.state.value for row in rows}, [row.id for row in rows if not is_final(row)]


def model_name(model: Any) -> str:
    """What the trace calls a model."""
    return str(getattr(model, "model_name", None) or getattr(model, "name", None) or type(model).__name__)


def _facts(state: TurnState) -> list[Any]:
    # What was refused may repeat the model's own words, and those prove nothing.
    return [call["facts"] for call in state["calls"] if not call["refused"]]


def _withheld(context: TurnContext, state: TurnState, prose: str, facts: list[Any]) -> tuple[str, ...]:
    """Why prose is not shown. The rules' own sentences are made of the facts; an outside model's may be anything."""
    if state["engine"] == RulesModel().name:
        return context.ports.guardrails.outgoing(prose, facts)
    return context.ports.guardrails.outgoing(prose, facts, expected=_asked_about(state))


def _asked_about(state: TurnState) -> list[str]:
    """Codes of the person's own words, and of names that can mean one record only."""
    told = state["messages"][0]
    mentions = context_of(told)["mentions"] if isinstance(told, SystemMessage) else []
    single = [one["candidates"][0]["value"] for one in mentions if len(one["candidates"]) == 1]
    return [code for text in [state["text"], *map(str, single)] for code in claims(text).codes]


def _last(state: TurnState) -> AIMessage:
    message = state["messages"][-1]
    if not isinstance(message, AIMessage):
        raise TypeError("the last message is not the model's")
    return message
