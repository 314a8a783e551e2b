"""Trace: from one row of any published table back to the bytes it rests on.

What a row rests on was written down when it was made, in `audit_lineage`; nothing here works it out again. `question`
turns what is asked into one row of one publication, `walk` follows its lineage, `raw_rows` reads the rows of snapshots,
`formula` writes out how a value came about, `chain` puts it together and `words` tells it.
"""

from dagster_project.trace.chain import trace
from dagster_project.trace.question import Question, of_objective, of_row, of_value, question_of
from dagster_project.trace.words import as_lines

__all__ = ["Question", "as_lines", "of_objective", "of_row", "of_value", "question_of", "trace"]
