"""How large what comes from outside may be, in one place: each number with the reason for it.

A limit is set well above what a real export, table or plan comes to, and well below what a machine of a municipality
can hold: input beyond it is a mistake or an attack, and is refused with its measure. Looking at the numbers belongs to
the readers, and so does what holds for one kind of file alone, such as the points of a map; only the look at a file's
size, which they all begin with, is here.
"""

from __future__ import annotations

import stat
from pathlib import Path

from dagster_project.errors import UnsoundData

EXPORT_BYTES = 4 << 30
"""An export in `drop/`: twenty million lines of declaraties take 1,3 GB as CSV."""
WORKBOOK_BYTES = 256 << 20
"""A workbook as it lies on disk: a sheet that is full to its last row takes some 100 MB."""
OWN_FILE_BYTES = 20 << 20
"""A table or a map that people keep in the workspace: the plan of a gemeente with all its history takes 200 kB."""
SETTINGS_BYTES = 256 << 10
"""`opkoers.toml`, with room for thousands of accepted jumps."""
MAPPING_BYTES = 512 << 10
"""A mapping: five thousand codes of products take 300 kB."""
THEME_BYTES = 1 << 20
"""A `theme.css`, with its fonts inside."""
RECORD_BYTES = 64 << 20
"""A record of our own (sidecar, run, manifest, edition): the largest, a manifest of the whole country, takes 2 MB."""
BODY_BYTES = 1 << 30
"""A file that a source sends, unpacked: DUO's largest takes 30 MB."""
PAGE_BYTES = 128 << 20
"""A page of a table, read whole in memory: CBS sends 100 000 rows at most, which take 25 MB."""
PAGES = 10_000
"""Pages of one collection: a service whose links never end would fill the disk."""
HEADER_CHARACTERS = 256
"""A stamp (ETag, Last-Modified) that is kept and sent back."""
REDIRECTS = 5
"""Times that a service may send us on for one request."""

ARCHIVE_MEMBERS = 20_000
"""Files in an archive: a snapshot has one per page."""
ARCHIVE_BYTES = 8 << 30
"""All files of an archive together, unpacked."""
ARCHIVE_RATIO = 250
"""Times that an archive, or a body on the wire, may grow when it is unpacked. Sheets of one repeated value come near
100; what is made to burst comes to 1000 and, with archives that overlap, to millions."""
RATIO_MATTERS = 16 << 20
"""Bytes unpacked below which any ratio is harmless."""

COLUMNS = 500
"""Columns of a table: the widest dump of a registration has some 200."""
LINE_CHARACTERS = 8 << 20
"""Characters in a line of text: the widest row of the longest cells takes 5 MB."""
ROWS = 100_000_000
"""Rows that a Parquet file may say it has: five times the declaraties of the largest gemeente. A file of some hundred
bytes can hold the same row two thousand million times."""
CELL_CHARACTERS = 10_000
"""Characters in a cell that is read."""
SHEET_BYTES = 1 << 30
"""A workbook unpacked: a sheet that is full to its last row takes some 700 MB."""
FIGURES_SHEET_BYTES = 256 << 20
"""A workbook of figures unpacked: it is held in memory whole."""
WORKBOOK_MEMORY = 4 << 30
"""Memory that reading a workbook may ask for, in a process of its own."""
WORKBOOK_SECONDS = 300
"""Processor time that reading a workbook may take: a full sheet takes 60."""

DEPTH = 64
"""Levels of lists in lists: GeoJSON has eight, no settings have five."""
DIGITS = 15
"""Digits before the decimal mark: the money of the whole country in cents takes 14, and a double holds no more. Longer
numbers would break the models, or come out as infinity."""
DECIMALS = 20
"""Digits behind the decimal mark: programs that calculate write 17."""
WHOLE_DIGITS = 9
"""Digits of a count that the models keep as an integer."""
FIRST_YEAR, LAST_YEAR = 1900, 2100
"""Years of periods and dates; others are typing errors."""


def size_of(path: Path, name: str, most: int) -> int:
    """The size of a file that is a plain file and not larger than it may be.

    Args:
        path: the file; a link is followed.
        name: how errors call it.
        most: bytes that it may have.

    Raises:
        UnsoundData: it is a device, a pipe or a folder, or it is larger.
    """
    found = path.stat()
    if not stat.S_ISREG(found.st_mode):
        raise UnsoundData(f"{name} is no plain file, expected a file that can be read twice. Put a copy in its place.")
    if found.st_size > most:
        raise UnsoundData(f"{name} has {shown(found.st_size)}, expected {shown(most)} at most. Split it, or trim it.")
    return found.st_size


def shown(size: int) -> str:
    """A number of bytes as a person reads it."""
    for unit, factor in (("GB", 1 << 30), ("MB", 1 << 20), ("kB", 1 << 10)):
        if size >= factor:
            return f"{size / factor:.3g} {unit}"
    return f"{size} bytes"
