"""Turns schemas into generators: small data nodes from which k6 makes values.

nodes         what a generator is       context       what the modules below share
numeric       numbers                   strings       texts, with formats and patterns
arrays        arrays and tuples         objects       objects and maps
alternatives  oneOf and anyOf           examples      documented values, defaults, enums
uploads       files                     patterns      regular expressions to parts
sampling      makes values              trials        checks generators by their values
builder       schema -> generator
"""
