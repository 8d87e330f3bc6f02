"""The JSON API under /api/v1: one file per resource, described by an OpenAPI 3.1 document made from the code."""
