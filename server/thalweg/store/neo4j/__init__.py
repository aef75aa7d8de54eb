"""The engine on Neo4j, 5.26 LTS and later: the one place that imports its driver. `schema/graph.md` draws the graph."""
