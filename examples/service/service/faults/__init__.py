"""Switches that make the service misbehave.

``table`` lists the faults, ``effects`` implements them, ``values`` parses their values, ``board``
tracks the active ones, ``middleware`` applies them.
"""
