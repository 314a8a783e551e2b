"""Known vulnerabilities of the locked dependencies, asked of the OSV service by pip-audit.

Ends with 1 when one is known. Where the service cannot be reached it says so and ends with 0, unless --strict: a closed
network must not stop a build, and must not pass for a clean bill either. Run it with: make audit.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
PATIENCE = 600


def asked(lock: Path, osv_url: str | None) -> tuple[dict[str, Any] | None, str]:
    """What pip-audit found of a lock file, or None with its last words where it could not finish."""
    command = [sys.executable, "-m", "pip_audit", "--disable-pip", "--requirement", str(lock), "--format", "json"]
    command += ["--vulnerability-service", "osv", "--progress-spinner", "off"]
    command += ["--osv-url", osv_url] if osv_url else []
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
    except subprocess.TimeoutExpired:
        return None, f"no answer within {PATIENCE} s"
    try:
        return json.loads(done.stdout), ""
    except json.JSONDecodeError:
        return None, (done.stderr.strip().splitlines() or ["it said nothing"])[-1][:160]


def main(arguments: list[str] | None = None) -> int:
    """Ask, and tell; 1 when something is vulnerable, or with --strict when it could not be asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--strict", action="store_true", help="a service that is out of reach is a failure")
    parser.add_argument("--osv-url", help="another OSV service, such as a mirror")
    parser.add_argument("--lock", type=Path, default=ROOT / "requirements-dev.lock", help="the lock file")
    options = parser.parse_args(arguments)
    found, cause = asked(options.lock, options.osv_url)
    if found is None:
        print(
            f"NOT AUDITED: the vulnerability service could not be asked ({cause}…). Nothing is known of these packages."
        )
        return 1 if options.strict else 0
    packages = found["dependencies"]
    faults = [(one, fault) for one in packages for fault in one.get("vulns", [])]
    for one, fault in faults:
        mended = ", ".join(fault["fix_versions"]) or "no version yet"
        print(f"VULNERABLE: {one['name']} {one['version']}: {fault['id']}, mended in {mended}", file=sys.stderr)
    skipped = [one["name"] for one in packages if "skip_reason" in one]
    if skipped:
        print(f"Not looked at: {', '.join(skipped)}")
    print(f"{len(packages)} packages, {len(faults)} known vulnerabilities")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
