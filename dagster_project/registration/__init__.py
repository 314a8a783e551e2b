"""Local registrations: from a client-level export to the sealed aggregate that everything else may see.

Rows on persons live here alone: encrypted originals (`vault`), the confidential database that is built from them
(`confidential`), and the counts that leave it (`seal`). Nothing here imports dagster; nothing outside reads a person.
"""
