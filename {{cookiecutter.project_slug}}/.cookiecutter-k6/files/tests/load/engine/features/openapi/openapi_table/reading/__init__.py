"""Reads documents: from files and URLs, as JSON or YAML, in one file or several."""
