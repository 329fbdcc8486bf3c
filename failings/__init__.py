"""Where the authority fell short, and who must be told now."""
