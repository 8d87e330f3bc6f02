"""The history of the database schema, and the one way to bring a database to its head: `edc db upgrade`."""
