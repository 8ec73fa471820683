"""A deceitful model against the demo firm: what of it a person is shown."""
