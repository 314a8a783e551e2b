"""Objectives that deviate and have no telling for an edition yet: without one it is not frozen."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb

from dagster_project.extract import narratives
from dagster_project.site.words import labels

_TOLD = {code: narratives.SECTIONS[code] for code in ("cause", "measures")}

_UNTOLD = """
select objective.objective_id, objective.owner, attainment.status,
    list_filter($sections, section -> not list_contains(coalesce(told.sections, []), section)) as missing
from marts.fct_objective_attainment as attainment
inner join marts.dim_objective as objective
    on attainment.objective_id = objective.objective_id and attainment.version = objective.version
left join (
    select objective_id, list(section) as sections from marts.dim_narrative
    where edition = $label and trim(text) <> '' group by objective_id
) as told on attainment.objective_id = told.objective_id
where attainment.is_current and list_contains($deviating, attainment.status) and len(missing) > 0
order by objective.objective_id
"""


def untold(warehouse: Path, label: str) -> Iterator[str]:
    """A sentence per objective that deviates in a publication and is not told of for an edition."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        rows = connection.execute(
            _UNTOLD, {"label": label, "sections": list(_TOLD), "deviating": list(labels.DEVIATING)}
        ).fetchall()
    for objective, owner, status, missing in rows:
        yield (
            f"{objective} ({owner or 'no owner in the plan'}): verdict '{status}', and narratives/{objective}.md tells "
            f"nothing for edition {label} under {' and '.join(_TOLD[section] for section in missing)}."
        )
