"""Understands schemas: flat views of them, and whether a value is valid."""
