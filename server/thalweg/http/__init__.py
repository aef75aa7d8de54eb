"""The server: settings, the GraphQL endpoint over HTTP, the pages, health."""
