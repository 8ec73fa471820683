"""What can stop an invoice: rules as data (`rules.toml`) with one small pure function each, and the money they hold."""
