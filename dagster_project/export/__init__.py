"""What people take away from a publication: Excel, CSV, Word and PDF files made of its tables and its site.

What belongs here: reading the published tables and writing files of them. What does not: any figure that is not in a
table, and any sentence that the site has already.
"""

from __future__ import annotations

from dagster_project.export.write import write_exports

__all__ = ["write_exports"]
