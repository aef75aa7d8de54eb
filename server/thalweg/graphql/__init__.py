"""The GraphQL API: types, questions, statements, and the limits they are asked within. Only this room imports strawberry."""
