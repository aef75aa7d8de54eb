"""One module a system; each reads what the system wrote and yields granules. None sees the store or GraphQL."""
