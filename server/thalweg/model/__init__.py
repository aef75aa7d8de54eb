"""The words of the graph: kinds, keys, ids, facts, granules, results, errors. Pure; imports nothing of ours."""
