"""The tests. Importing them makes the Neo4j driver check its own use: a session shared between tasks then fails."""

import os

os.environ.setdefault("PYTHONNEO4JDEBUG", "1")  # read by the driver when it is imported
