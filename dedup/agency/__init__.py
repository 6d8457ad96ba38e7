"""Which agency a text credits, and which names mean one agency."""
