"""Finds out which operation returns the id that another operation needs."""
