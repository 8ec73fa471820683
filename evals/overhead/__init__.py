"""What governing costs: our turn against a bare agent with the same model, tools and database."""
