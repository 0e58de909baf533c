"""Turns schemas into generators: small data nodes from which k6 makes values.

nodes         what a generator is       context       what the modules below share
numeric       numbers                   strings       texts and files
containers    arrays, objects, maps     alternatives  oneOf, anyOf, discriminators
examples      documented values         names         what the name of a property tells
patterns      regular expressions       sampling      makes values, checks generators by them
builder       schema -> generator
"""
