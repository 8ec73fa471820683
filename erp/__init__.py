"""The systems of record: a reader port, a writer port, and one folder per vendor."""
