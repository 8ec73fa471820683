"""The agent that a firm would get without us: LangChain's own over PostgreSQL, with nothing around it."""

from __future__ import annotations

import json
import uuid
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from time import monotonic
from typing import Any

from langchain.agents import create_agent
from langchain_core.language_models import BaseChatModel
from langchain_core.tools import StructuredTool
from langgraph.checkpoint.postgres.aio import AsyncPostgresSaver
from psycopg import AsyncConnection
from psycopg.rows import DictRow, dict_row
from psycopg_pool import AsyncConnectionPool

from agent.turns import DURABILITY
from domain.canonical import plain
from prompts.library import prompt
from tools.tool import Tool, ToolContext


@dataclass(frozen=True)
class Bare:
    """One compiled agent; each question is a thread of its own."""

    graph: Any

    async def ask(self, text: str) -> tuple[float, float]:
        """Seconds until the first result of a tool is streamed, and until the end."""
        began, first = monotonic(), 0.0
        given = {"messages": [("user", text)]}
        config = {"configurable": {"thread_id": str(uuid.uuid4())}}
        said = ""
        async for part in self.graph.astream(given, config, stream_mode="updates", durability=DURABILITY):
            first = first or ("tools" in part) * (monotonic() - began)
            said = str(part["model"]["messages"][-1].text) if "model" in part else said
        if not said:
            raise ValueError("the bare agent gave no answer")
        return first, monotonic() - began


@asynccontextmanager
async def bare(url: str, model: BaseChatModel, tools: Sequence[Tool], context: ToolContext) -> AsyncGenerator[Bare]:
    """The agent with these tools and checkpoints in the database at `url`, which it may own."""
    options = {"autocommit": True, "prepare_threshold": 0, "row_factory": dict_row}
    pool: AsyncConnectionPool[AsyncConnection[DictRow]] = AsyncConnectionPool(
        url, min_size=2, max_size=10, kwargs=options, open=False, timeout=120
    )
    async with pool:
        saver = AsyncPostgresSaver(pool)
        await saver.setup()
        wrapped = [_wrapped(tool, context) for tool in tools]
        graph: Any = create_agent(model, wrapped, system_prompt=prompt("agent").text, checkpointer=saver)
        yield Bare(graph)


def _wrapped(tool: Tool, context: ToolContext) -> StructuredTool:
    async def call(**arguments: Any) -> str:
        result = await tool.run(context, tool.arguments.model_validate(arguments))
        return json.dumps(plain(result.facts), ensure_ascii=False)

    return StructuredTool.from_function(
        coroutine=call, name=tool.name, description=tool.description, args_schema=tool.arguments
    )
