"""What others read a publication with: lineage events, catalogue metadata, table descriptions and data contracts.

What belongs here: translating what the product already knows (dbt's manifest, contracts, a run's record) into the terms
of an open standard, one module per standard. What does not: any figure, and anything that only our own pages need.
"""
