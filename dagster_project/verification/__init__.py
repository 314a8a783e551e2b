"""What `opkoers verify` looks at, one kind of thing per module; `verify.py` puts it in order.

`stored` the snapshots, `chained` the chain, `kept` publications and editions as files, `difference` two databases,
`anew` what a rebuild gives. Each module names faults and changes nothing.
"""
