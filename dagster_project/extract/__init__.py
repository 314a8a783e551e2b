"""Extract: from a publisher or a dropped file to bytes, and from stored bytes to raw rows.

Nothing here imports dagster, dbt or Great Expectations, reads the environment at import, or knows the warehouse
beyond the names of its raw tables.
"""
