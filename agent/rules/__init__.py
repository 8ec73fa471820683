"""The built-in rules that answer without a language model: intents, dialogue and speech as a LangChain model."""
