"""What the agent can call: typed, scoped, read-only; plus `propose`, which writes a proposal row and nothing else."""
