"""What a process must have loaded for the second look: imported once by the server that examiners are forked from.

Loading the model takes longer than looking at a short document; forks share it, and its memory.
"""

from __future__ import annotations

from policies.steering import line
from store.embedding import embedding

LOADED = (embedding(), line())
