"""Compiles an OpenAPI document into the operations table that k6 runs.

Everything in the document stays data: it is read, checked and written as JSON. Nothing is executed,
and no name in it becomes a file path. Standard library only; YAML documents need PyYAML.

Each layer imports only those above it:

texts, document   safe names; the parsed document: pointers, references, notes
reading           files and URLs, JSON and YAML, documents in several files
schemas           flat views of schemas, validation, formats, regular expressions
operations        operations with their parameters, bodies, responses, authentication
links             which operation returns the id that another one needs
generators        schema -> generator, checked by sampling
rows              operation -> row
table             header, rows, shared generators; comparing tables, their files
compiler          document -> table
overrides, cli    the user's choices, the command
"""
