"""The reference service: a small, real web service to demonstrate and test load suites against."""

NAME = "reference-service"
__version__ = "1.0.0"
