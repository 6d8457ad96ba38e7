"""Near-duplicate and syndicated text in news: passages, captions, quotations, and who carried them."""

__version__ = "0.1.0"
