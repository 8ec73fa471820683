"""The built-in rules that answer without a language model: intents, dialogue and speech behind LangChain's interface."""
