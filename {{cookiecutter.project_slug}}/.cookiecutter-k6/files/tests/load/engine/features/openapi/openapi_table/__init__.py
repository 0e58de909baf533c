"""Compiles an OpenAPI document into the operations table that k6 runs.

Everything of the document stays data: it is read, checked, and written as JSON; nothing is
executed, and no name of it becomes a path. Standard library only; YAML documents need PyYAML.

source      reads a file or a URL            files      documents in several files
document    pointers, references, notes
schemas     one flat view of a schema        checker    does a value fit a schema?
patterns    regular expressions to parts     formats    what the formats mean
generators  schema -> generator              sampling   what a generator makes
operations  the document's operations        links      which operation gives which id
rows        operation -> row                 table      reading, writing, comparing tables
overrides   the user's choices               cli        the command
"""
