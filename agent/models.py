"""The chat model of the graph: any OpenAI-compatible endpoint when one is configured, else the built-in rules."""

from __future__ import annotations

from dataclasses import dataclass

from langchain_core.language_models import BaseChatModel
from langchain_openai import ChatOpenAI
from pydantic import SecretStr

from agent.rules.model import RulesModel

NO_KEY = SecretStr("")


@dataclass(frozen=True)
class ModelSettings:
    """An OpenAI-compatible endpoint, such as "https://api.openai.com/v1" or a server of the firm's own."""

    url: str = ""
    name: str = ""
    key: SecretStr = NO_KEY
    seconds: float = 45.0
    max_tokens: int = 1_500


def chat_model(settings: ModelSettings | None = None) -> BaseChatModel:
    """The configured model; RulesModel, which needs no key and no network, when none is."""
    if settings is None or not settings.name:
        return RulesModel()
    return ChatOpenAI(
        model=settings.name,
        base_url=settings.url or None,
        # Servers of one's own often want no key at all, but the client insists on having one.
        api_key=settings.key if settings.key.get_secret_value() else SecretStr("none"),
        timeout=settings.seconds,
        max_retries=0,
        max_completion_tokens=settings.max_tokens,
        temperature=0,
        streaming=True,
        stream_usage=True,
        use_responses_api=False,
    )
