"""One router per concern. Each module has a function that takes what the router needs.

A router writes the full path in its own prefix, so that ``scope["route"].path`` is the whole route
template and the request counts can be kept by it.
"""
