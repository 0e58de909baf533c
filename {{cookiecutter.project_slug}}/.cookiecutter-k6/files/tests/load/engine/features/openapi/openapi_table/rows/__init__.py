"""Makes the rows of the table: one per operation, with everything k6 needs to send it."""
