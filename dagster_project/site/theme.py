"""The municipality's own `theme.css`: read, and held against what a stylesheet of these pages may do.

It stands in pages that anybody opens from disk and in one document that is printed. So it may not fetch anything, for
then a page would tell somebody who reads it, and it may not end the element that it stands in.
"""

from __future__ import annotations

import re
from pathlib import Path

from dagster_project.errors import ConfigurationError, UnsoundData
from dagster_project.extract import limits, places
from dagster_project.legible import legible
from dagster_project.workspace import Workspace

FILE = "theme.css"
_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)", re.DOTALL)
_ESCAPE = re.compile(r"\\(?:([0-9a-fA-F]{1,6})(?:\r\n|[ \t\r\n\f])?|(\r\n|[\r\n\f])|(.))", re.DOTALL)
_FETCHES = re.compile(
    r"@import|(?:image-set|image|src|cross-fade|expression)\s*\(|-moz-binding|behavior\s*:", re.IGNORECASE
)
_ADDRESS = re.compile(r"url\s*\(\s*(['\"]?)\s*(.{0,80})", re.IGNORECASE | re.DOTALL)
_HELD_INSIDE = ("data:font/", "data:image/", "data:application/font", "#")


def theme_of(workspace: Workspace) -> str | None:
    """The theme as it was written, or None where there is none.

    Raises:
        ConfigurationError: it leads out of the workspace, is too large, is no text, or would fetch something.
    """
    path = workspace.root / FILE
    if not path.is_file() and not path.is_symlink():
        return None
    try:
        places.refuse_strange(path, workspace.root, limits.THEME_BYTES)
        text = path.read_text(encoding="utf-8-sig")
    except UnsoundData as error:
        raise ConfigurationError(str(error)) from None
    except UnicodeDecodeError:
        raise ConfigurationError(f"{FILE} is not UTF-8 text. Save it again as UTF-8.") from None
    fault = _fault(text)
    if fault:
        raise ConfigurationError(
            f"{FILE} has {fault}, expected nothing that a browser fetches or runs: fonts and images stand in it as "
            "data:font/… or data:image/…. Mend it, and run again."
        )
    return text


def is_shown(site: Path, workspace: Workspace) -> bool:
    """Whether published pages bear the theme that the workspace has now.

    Raises:
        ConfigurationError: the theme is none, see `theme_of`.
    """
    published = site / FILE
    return theme_of(workspace) == (published.read_text(encoding="utf-8") if published.is_file() else None)


def _fault(text: str) -> str | None:
    """What in a stylesheet may not be there, seen as a browser sees it: without comments, with escapes resolved."""
    if "<" in text or "\0" in text:
        return "a < or a character that no stylesheet has"
    # a comment is looked through as well: where one ends may be disputed, and nobody needs an address in it
    for seen in (_resolved(text), _resolved(_COMMENT.sub("", text)), _resolved(_COMMENT.sub(" ", text))):
        found = _FETCHES.search(seen)
        if found:
            return f"'{legible(found[0])}'"
        for address in _ADDRESS.finditer(seen):
            if not address[2].casefold().startswith(_HELD_INSIDE):
                return f"the address '{legible(address[2][:40])}'"
    return None


def _resolved(text: str) -> str:
    return _ESCAPE.sub(_character, text)


def _character(escape: re.Match[str]) -> str:
    if escape[1]:
        number = int(escape[1], 16)
        return chr(number) if 0 < number < 0x110000 else "\ufffd"
    return "" if escape[2] else escape[3]
