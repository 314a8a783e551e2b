"""Serving: the publication in other systems, for tools that cannot open its files. Nothing is worked out here: what
stands in a publication is copied, its totals are compared, and readers are let over to it in one step.
"""
