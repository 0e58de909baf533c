"""Readers of recorded traffic: each returns exchanges."""
