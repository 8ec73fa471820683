"""From a won opportunity and its statement of work to all that has to be set up: each field with its source."""
