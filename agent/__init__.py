"""The LangGraph agent: model providers, graph, chat turns, guardrails."""
