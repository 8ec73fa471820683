"""What the model is told: Markdown templates and their digests."""
