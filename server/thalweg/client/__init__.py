"""A client of a server: a GraphQL document goes out, its data comes back, or an error that says what to do.

It needs the standard library alone, and knows the model only by its errors.
"""

from thalweg.client.graphql import Answered, Client, NotAServer, ServerUnreachable

__all__ = ["Answered", "Client", "NotAServer", "ServerUnreachable"]
