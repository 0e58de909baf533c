"""A small change-data-capture pipeline: PostgreSQL's logical decoding into MongoDB, with faults."""
