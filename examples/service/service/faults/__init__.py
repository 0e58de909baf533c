"""Switches that make the service misbehave.

``table`` says which faults there are, ``effects`` what they do, ``values`` how their values are
read, ``board`` which ones are on, ``middleware`` applies them.
"""
