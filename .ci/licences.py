"""The licence of every locked dependency that is installed, held against those that fit in a work under the EUPL-1.2.

Prints a list, and ends with 1 when a licence is not known or not on the list. Asks nothing of the network: what a
package says of itself is read where it is installed. Run it with the Python of the environment: make audit.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[1]
FITTING = {
    *("0BSD", "Apache-2.0", "Artistic-1.0-Perl", "BSD", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "CNRI-Python"),
    *("EUPL-1.2", "ISC", "LGPL-2.1-or-later", "LGPL-3.0-only", "LGPL-3.0-or-later", "MIT", "MIT-0", "MIT-CMU"),
    *("MPL-2.0", "PSF-2.0", "Python-2.0", "Unlicense", "W3C-20150513", "Zlib"),
}
"""A library under one of these may be used, unchanged and beside it, by a program under the EUPL-1.2."""
SPELT = {
    "3-clause bsd license": "BSD-3-Clause",
    "apache 2.0": "Apache-2.0",
    "apache license 2.0": "Apache-2.0",
    "apache license, version 2.0": "Apache-2.0",
    "apache software license": "Apache-2.0",
    "apache software license 2.0": "Apache-2.0",
    "bsd license": "BSD",
    "gnu library or lesser general public license (lgpl)": "LGPL-3.0-or-later",
    "isc license (iscl)": "ISC",
    "mit license": "MIT",
    "mozilla public license 2.0 (mpl 2.0)": "MPL-2.0",
    "python software foundation license": "PSF-2.0",
    "the unlicense (unlicense)": "Unlicense",
}
"""What packages of before SPDX call their licence."""
LOOKED_UP = {
    "axe-playwright-python": "MIT",
    "pyrage": "MIT",
    "text-unidecode": "Artistic-1.0-Perl OR GPL-2.0-or-later",
}
"""Packages whose metadata does not say, or not in so many words, with what the licence file that they carry says."""


def locked(path: Path) -> Iterator[str]:
    """The packages of a lock file that belong on this machine."""
    for line in path.read_text(encoding="utf-8").splitlines():
        if not re.match(r"[A-Za-z0-9]", line):
            continue
        requirement = Requirement(line.rstrip(" \\"))
        if requirement.marker is None or requirement.marker.evaluate():
            yield requirement.name


def licence_of(package: metadata.PackageMetadata) -> str:
    """The licence as an expression; empty where the package does not say."""
    expression = package.get("License-Expression")
    if expression:
        return expression
    classifiers = [
        line.rpartition(" :: ")[2] for line in package.get_all("Classifier", []) if line.startswith("License ::")
    ]
    stated = (package.get("License") or "").split("\n")[0].strip()
    told = [one for one in classifiers if one != "OSI Approved"] or [stated]
    return " OR ".join(SPELT.get(one.casefold(), one) for one in told if one)


def fits(expression: str) -> bool:
    """Whether every part of an expression fits, of alternatives at least one."""
    parts = re.split(r"\s+AND\s+", expression.replace("(", "").replace(")", ""))
    return bool(expression) and all(
        any(one.partition(" WITH ")[0].strip() in FITTING for one in re.split(r"\s+OR\s+", part)) for part in parts
    )


def installed(lock: Path) -> list[str] | None:
    """Where what a lock file pins is installed, as entries of a path; None where its environment is not made."""
    if lock != ROOT / "requirements-spark.lock":
        return sys.path
    return [str(folder) for folder in ROOT.glob(".venv-spark/lib/python*/site-packages")] or None


def found(lock: Path) -> Iterator[tuple[str, metadata.Distribution | None]]:
    """Every package of a lock file, with what is installed of it."""
    place = installed(lock)
    if place is None:
        print(f"{lock.name}: its environment is not made, so that it was not looked at")
        return
    for name in locked(lock):
        yield name, next(iter(metadata.distributions(name=name, path=place)), None)


def main() -> int:
    """Print the list; 1 when something on it does not fit."""
    packages = dict(one for lock in sorted(ROOT.glob("requirements*.lock")) for one in found(lock))
    faults = []
    for name, package in sorted(packages.items(), key=lambda one: one[0].casefold()):
        if package is None:
            faults.append(f"{name}: locked, but not installed")
            continue
        licence = LOOKED_UP.get(name) or licence_of(package.metadata)
        print(f"{name:36} {package.version:18} {licence or 'says nothing'}")
        if not fits(licence):
            faults.append(f"{name}: {licence or 'says nothing of its licence'}")
    print(f"{len(packages)} packages")
    for fault in faults:
        print(f"Does not fit, or is not known: {fault}", file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
