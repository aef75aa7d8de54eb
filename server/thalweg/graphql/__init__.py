"""The GraphQL API: what is asked, what is stated, and within which limits. Only this room imports strawberry."""
