"""The tools for other agents, over the Model Context Protocol: the caller's own rights, the same refusals and records.

A server is made anew for each request, over the person behind its token: no session, no identity that a later request
could inherit. What a person alone can say (a purchase order number that nobody can look up) is neither asked for nor
taken: a program has no words of its own. See https://modelcontextprotocol.io/specification.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel import Server
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from mcp_types import (
    CallToolRequestParams,
    CallToolResult,
    ListToolsResult,
    PaginatedRequestParams,
    TextContent,
    ToolAnnotations,
)
from mcp_types import Tool as Offered
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from agent.calling import Called, call_one
from agent.ports import AgentPorts, TurnContext
from agent.stating import STATED
from api.headers import SMALL_BODY
from api.sessions import SignedIn
from domain.actor import OTHER_AGENT, Operation
from policies.privacy import mask
from prompts.library import prompt
from tools.tool import Tool

RESULT_LIMIT = 200_000  # characters
Context = ServerRequestContext[Any, Any]


class McpResponse(Response):
    """The answer to one request of the protocol, given by the SDK's own transport."""

    def __init__(self, server: Server[Any]) -> None:
        super().__init__()
        self.server = server

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve this one request; nothing outlives it."""
        manager = StreamableHTTPSessionManager(
            self.server, json_response=True, stateless=True, max_request_body_size=SMALL_BODY
        )
        async with manager.run():
            await manager.handle_request(scope, receive, send)


async def server_for(ports: AgentPorts, signed_in: SignedIn) -> Server[Any]:
    """A server with the tools that policy permits this person at this moment."""
    actor = signed_in.actor.through_agent(f"{OTHER_AGENT}{signed_in.credential.id}")
    context = await ports.context(actor, None)
    turn = TurnContext(ports, actor, "", context.today, ports.tools(context.policies, actor), context)
    calls = _Calls(turn, f"token:{signed_in.credential.id}")
    return Server(
        "countersign",
        version=version("countersign"),
        title="Countersign",
        instructions=prompt("other_agents").text,
        on_list_tools=calls.listing,
        on_call_tool=calls.call,
    )


@dataclass(frozen=True)
class _Calls:
    turn: TurnContext
    subject: str

    async def listing(self, context: Context, params: PaginatedRequestParams | None) -> ListToolsResult:
        del context, params  # all of them fit on one page, and who asks is known already
        return ListToolsResult(tools=[offered(tool) for tool in self.turn.tools])

    async def call(self, context: Context, params: CallToolRequestParams) -> CallToolResult:
        del context
        return _result(await call_one(self.turn, params.name, params.arguments or {}, self.subject))


def offered(tool: Tool) -> Offered:
    """The tool as the protocol describes one, without the arguments that only a person can state."""
    reads = tool.operation is not Operation.ACTION_PROPOSE
    return Offered(
        name=tool.name,
        description=tool.description,
        input_schema=_schema(tool),
        annotations=ToolAnnotations(read_only_hint=reads, destructive_hint=False, open_world_hint=False),
    )


def _schema(tool: Tool) -> dict[str, Any]:
    schema = tool.arguments.model_json_schema()
    schema["properties"] = {n: p for n, p in schema.get("properties", {}).items() if n not in STATED}
    used = json.dumps(schema["properties"])
    schema["$defs"] = {n: d for n, d in schema.get("$defs", {}).items() if f"#/$defs/{n}" in used}
    return schema if schema["$defs"] else {key: value for key, value in schema.items() if key != "$defs"}


def _result(called: Called) -> CallToolResult:
    """Facts alone: the blocks that people see may quote documents and the ERP, and no agent is shown those."""
    facts = masked(called.facts)
    text = json.dumps(facts, ensure_ascii=False, default=str)
    failed = bool(called.refused)
    if len(text) > RESULT_LIMIT:
        facts = {"error": {"code": "too_large", "detail": "The answer is too large; ask for less at a time."}}
        text, failed = json.dumps(facts), True
    return CallToolResult(
        content=[TextContent(type="text", text=text)], structured_content=json.loads(text), is_error=failed
    )


def masked(value: Any) -> Any:
    """The same facts with personal and bank data masked in every text."""
    match value:
        case str():
            return mask(value)[0]
        case dict():
            return {key: masked(one) for key, one in value.items()}
        case list() | tuple():
            return [masked(one) for one in value]
        case _:
            return value
