"""The embedded engine, and the only room of the store that imports sqlite3."""
