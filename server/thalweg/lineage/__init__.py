"""What the questions mean: walk, path, impact, provenance, compare.

Pure over fetched ids and edges; thin functions ask the store.
"""
