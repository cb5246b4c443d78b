"""The pages and the API: they only read, but for what comes in by a token."""
