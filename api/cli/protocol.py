"""`mcp`: lets a local agent that speaks the Model Context Protocol over stdio reach a running Countersign.

It only carries messages: who asks and what they may do is decided where the access token is known.
"""

from __future__ import annotations

import asyncio
from typing import Any

import click
import httpx2
from mcp import Client, MCPError
from mcp.client.streamable_http import streamable_http_client
from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server
from mcp_types import CallToolRequestParams, CallToolResult, ListToolsResult, PaginatedRequestParams

from api.cli.answers import TOKEN
from api.settings import Settings
from domain.errors import ConfigurationError

SECONDS = 90.0


@click.command()
@TOKEN
def mcp(*, token: str) -> None:
    """Serve your tools to a local agent over stdio (Model Context Protocol), with your access token."""
    if not token:
        raise ConfigurationError("Set COUNTERSIGN_TOKEN: make one on your account page (Account → Access tokens).")
    try:
        asyncio.run(_carry(f"{Settings().address}/v1/mcp", token))
    except* (httpx2.HTTPError, MCPError, OSError) as group:
        raise ConfigurationError(
            f"Countersign at {Settings().address} did not let this token in: it is away, or the token has ended."
        ) from group


async def _carry(url: str, token: str) -> None:
    headers = {"authorization": f"Bearer {token}"}
    async with (
        httpx2.AsyncClient(headers=headers, timeout=SECONDS, trust_env=False) as http,
        Client(streamable_http_client(url, http_client=http)) as client,
        stdio_server() as (incoming, outgoing),
    ):
        server = carrier(client)
        await server.run(incoming, outgoing, server.create_initialization_options())


def carrier(client: Client) -> Server[Any]:
    """A server that hands every request on to this client's server, and its answers back."""

    async def listing(_: ServerRequestContext[Any, Any], params: PaginatedRequestParams | None) -> ListToolsResult:
        del params
        return await client.list_tools()

    async def call(_: ServerRequestContext[Any, Any], params: CallToolRequestParams) -> CallToolResult:
        return await client.call_tool(params.name, params.arguments or {})

    return Server("countersign", instructions=client.instructions, on_list_tools=listing, on_call_tool=call)
