"""Data Docs: what every expectation of a run found, for whoever keeps the data, as pages that need no network.

Great Expectations' own Data Docs load their looks from some seventeen addresses on the network, bear the moment of
their making, and cannot be made again from the audit tables. These show the same, from the audit tables and the suites
alone, so that an edition gives the same bytes when it is built anew. The page for the council is `controles.html`.
"""
