"""Reads the operations of a document, OpenAPI 3 and Swagger 2 alike."""
