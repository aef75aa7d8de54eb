"""What the driver and the server raise, in our words: what is wrong, and what to do. The original stays the cause."""

from __future__ import annotations

from neo4j.exceptions import (
    AuthError,
    ConfigurationError,
    ConnectionAcquisitionTimeoutError,
    DriverError,
    Forbidden,
    ForbiddenOnReadOnlyDatabase,
    IncompleteCommit,
    Neo4jError,
    TransientError,
)

from thalweg.model.errors import (
    DeadlineExceeded,
    StoreDenied,
    StoreError,
    StoreNotFound,
    StoreReadOnly,
    StoreUnavailable,
)

Foreign = (DriverError, Neo4jError, OSError, ValueError)
"""What the driver raises; ValueError for an address that is none."""


def translate(error: Exception, address: str, database: str, query: str = "") -> Exception:
    """The error as the store raises it; `query` is the name of what was asked."""
    if isinstance(error, ConnectionAcquisitionTimeoutError):
        return StoreUnavailable(
            "The store is overloaded: no connection to it came free in time.",
            "Ask again in a while; if this lasts, run more servers, or give Neo4j more room.",
        )
    if isinstance(error, ConfigurationError | ValueError) and not isinstance(error, Neo4jError):
        return StoreUnavailable(
            f"{address} is no address of a Neo4j: {error}.",
            "Write it like neo4j://host:7687, neo4j+s://host:7687 or bolt://host:7687.",
        )
    if isinstance(error, IncompleteCommit):
        return StoreUnavailable(
            f"Neo4j at {address} went away during a commit: whether it happened is not known.",
            "State the same facts again: what was written already is not written twice.",
        )
    if isinstance(error, DriverError | OSError):
        return StoreUnavailable(
            f"Neo4j at {address} does not answer.",
            "Check that it runs, that the address is right, and that nothing stands between. Nothing was lost.",
        )
    if isinstance(error, Neo4jError):
        return _of_server(error, address, database, query)
    return error


def _of_server(error: Neo4jError, address: str, database: str, query: str) -> StoreError | DeadlineExceeded:
    code = error.code or ""
    query = next(iter(getattr(error, "__notes__", ())), query)
    if code.endswith("Security.AuthenticationRateLimit"):
        return StoreDenied(
            f"Neo4j at {address} takes no password for the moment: a wrong one was given too often.",
            "Wait a few seconds, and check the user and the password.",
        )
    if isinstance(error, AuthError):
        return StoreDenied(
            f"Neo4j at {address} does not take this user and password.",
            "Set THALWEG_NEO4J_USER and THALWEG_NEO4J_PASSWORD, or check them.",
        )
    if code.endswith("Database.DatabaseNotFound"):
        return StoreNotFound(
            f"Neo4j at {address} has no database {database!r}.",
            "Check THALWEG_NEO4J_DATABASE; the first database of a server is called neo4j.",
        )
    if isinstance(error, ForbiddenOnReadOnlyDatabase):
        return StoreReadOnly(
            f"The database {database!r} at {address} takes no writes.",
            "It is set to read-only, or this member of the cluster does not lead; use a neo4j:// address.",
        )
    if isinstance(error, Forbidden):
        return StoreDenied(
            f"The user may not do this in the database {database!r} at {address}.",
            "It needs to read, write, and create indexes and constraints there.",
        )
    if "TransactionTimedOut" in code or code.endswith("Transaction.Terminated"):
        return DeadlineExceeded(
            "The question took too long, and was stopped.", "Ask for less: fewer steps, fewer kinds, a narrower filter."
        )
    if "OutOfMemory" in code or "MemoryLimit" in code or isinstance(error, TransientError):
        return StoreUnavailable(
            f"Neo4j at {address} cannot take this now ({code}).",
            "Ask again in a while; if this lasts, look at its memory, its disk and its log.",
        )
    return StoreError(
        f"Neo4j at {address} refused {f'the query {query}' if query else 'a query'} ({code}).",
        "Its log says more. It may be of a version that this release does not know: Neo4j 5.26 or later is needed.",
    )
