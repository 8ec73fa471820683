"""What may happen: authorization, approval chains, billing prerequisites and guardrails, as data with pure engines."""
