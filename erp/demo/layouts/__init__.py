"""How the demo firm's statements of work look: one module per layout, each with `draw(paper, ...) -> bytes`."""
