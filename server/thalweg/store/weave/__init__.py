"""The one write logic, for every engine: statements in, rows out.

`weave.py` computes what a batch of granules does to the graph. It touches no database: it is a generator that asks for
rows (`requests.py`) and at last hands over changes; an engine reads and writes rows and knows no semantics. So both
engines keep the same graph by construction.
"""
