"""The one governed write path: propose, decide, execute, verify."""
