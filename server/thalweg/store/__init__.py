"""Where the graph is kept: one set of typed operations (`store.py`), two engines, one write logic (`weave/`)."""
