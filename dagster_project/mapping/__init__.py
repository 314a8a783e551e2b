"""Help with `mappings/`: proposing one for an export, and telling what would be read of it.

Nothing here takes an export in, and nothing here prints a value of a person: only headers, shapes and codes.
"""
