"""Questions to the agent about the demo firm, scored on tool, arguments, result and the facts of the answer."""
