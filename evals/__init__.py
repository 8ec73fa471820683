"""Harnesses that measure what Countersign promises; each ends with one JSON object."""
