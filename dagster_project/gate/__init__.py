"""The gates: may the data go on? Suites in `expectations/` are run by Great Expectations in a process of its own.

Importing this package is cheap: Great Expectations is imported by the worker process only. Which checks there are
does not belong here but in `expectations/<stage>/<suite>.yml`.
"""

from dagster_project.gate.client import GateWorker
from dagster_project.gate.results import GateReport, ValidationRow
from dagster_project.gate.suites import STAGES, Stage, Suite, suites_for

__all__ = ["STAGES", "GateReport", "GateWorker", "Stage", "Suite", "ValidationRow", "suites_for"]
