"""What is remembered: PostgreSQL, reached only through named SQL and typed rows, each tenant behind row security."""
