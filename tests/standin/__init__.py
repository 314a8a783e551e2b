"""A stand-in for the network sources on loopback: enough of CBS OData v3 and v4 and of DUO, well behaved or not.

It serves tables that live in memory; `python -m tests.standin` runs it by hand.
"""
