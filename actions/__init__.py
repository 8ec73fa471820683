"""The one governed write path: propose, decide, approve, execute, verify."""
