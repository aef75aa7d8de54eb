"""What the questions mean: walk, path, impact. Pure over fetched ids and edges; thin functions ask the store."""
