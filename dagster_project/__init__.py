"""Opkoers: a data warehouse that tells a municipal council whether its social-domain plan is on course."""

__version__ = "0.1.0"
