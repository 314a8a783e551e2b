"""Payments added up at the door: one scan groups lines by client, beschikking, product and month.

Only when rows turn out to be faulty a second scan finds their lines.
"""

from __future__ import annotations

import pyarrow as pa

from dagster_project.errors import UnsoundData
from dagster_project.registration import typed
from dagster_project.registration.plan import (
    Plan,
    cell_value,
    checked_rows,
    checks_on,
    count,
    execute,
    output_of,
    outputs_of,
)
from dagster_project.registration.set_aside import Outcome, quarantine_staged, refuse_long_cells, stage
from dagster_project.registration.typed import value, written

_SALTS = 3


def load_sums(plan: Plan) -> Outcome:
    """One row of the table for each client, beschikking, product and so on, and month; lines are added up."""
    part = plan.part
    if not plan.source.is_plain:
        refuse_long_cells(plan)
    sums, groups = _scan_sums(plan)
    read, bad = (pa.compute.sum(sums.column(name)).as_py() or 0 for name in ("n", "n_bad"))
    part.connection.register("intake_sum", sums)
    part.connection.register("intake_group", groups)
    try:
        checked = checked_rows(plan, plan.keys, "intake_group")
        if count(part.connection, f"select count(*) from ({checked}) where fault is not null"):
            bad = count(
                part.connection,
                "select sum(case when fault is null then n_bad else n end) from intake_sum "
                f"inner join ({checked}) using (group_id)",
            )
        _insert_sums(plan, checked)
    finally:
        part.connection.unregister("intake_sum")
        part.connection.unregister("intake_group")
    if not bad:
        return Outcome(read)
    stage(plan, "line as at_line, fault, shown", "fault is not null")
    return quarantine_staged(plan, read - bad)


def _insert_sums(plan: Plan, checked: str) -> None:
    """Add up what is one group once its cells are read: two spellings of a client number are one client."""
    part = plan.part
    measured = {_measure(plan, "month"): "month", _measure(plan, "decimal"): "amount"}
    measured |= {"line": "null", "n_lines": "n_lines"}
    read = {name: sql for name, sql in outputs_of(plan).items() if name not in measured}
    own = [value(key) if plan.column(key).type in typed.HASHED else output_of(plan, key) for key in plan.keys]
    sound = f"from ({checked}) where fault is null"
    twins = count(part.connection, f"select count(*) - count(distinct ({', '.join([*own, '1'])})) {sound}")
    # hashes are taken here, once for each group, and not for each of its months
    read_as = ", ".join(f"{sql} as {name}" for name, sql in read.items())
    amount, lines = "amount", "n - n_bad"
    if twins:
        amount, lines = f"sum({amount})", f"sum({lines})"
    execute(
        part,
        f"insert into raw.{part.table} ({', '.join([*read, *measured])}) "
        f"with sound as materialized (select group_id, min(group_id) over (partition by {', '.join([*own, '1'])}) "
        f"as first_id, {read_as} {sound}), "
        f"added as (select first_id, month, {amount} as amount, {lines} as n_lines from intake_sum "
        f"inner join sound using (group_id) where n > n_bad {'group by first_id, month' if twins else ''}) "
        f"select {', '.join([*(f'sound.{name}' for name in read), *measured.values()])} "
        "from added inner join sound on sound.group_id = added.first_id",
    )


def _measure(plan: Plan, kind: str) -> str:
    return next(target for target in plan.in_scan if plan.column(target).type == kind)


def _scan_sums(plan: Plan) -> tuple[pa.Table, pa.Table]:
    """Scan the file once: euros and lines per group and month, and the cells of each group.

    Groups are told apart by a hash of their cells while lines are added up, which keeps the sums small; that no two
    groups share one is checked, and another hash taken if they do.
    """
    for salt in range(_SALTS):
        sums, groups = _scan_with(plan, salt)
        ids = groups.column("group_id")
        if len(ids.unique()) == len(ids):
            return sums, groups
    raise UnsoundData(f"{plan.part.name}: its groups could not be told apart. Split the file by year.")


def _scan_with(plan: Plan, salt: int) -> tuple[pa.Table, pa.Table]:
    month, amount = _measure(plan, "month"), _measure(plan, "decimal")
    keys = [f'"k_{target}"' for target in plan.keys]
    cells = ", ".join(f"{plan.source.columns[target][1]} as {key}" for target, key in zip(plan.keys, keys, strict=True))
    texts = {target: plan.source.columns[target][1] for target in plan.in_scan}
    looks = ", ".join(
        f"{text} as t_{target}, {typed.trimmed(text)} as {written(target)}, "
        f"{typed.usual_date(plan.column(target), text, plan.part.dataset.format)} as {typed.usual(target)}"
        for target, text in texts.items()
    )
    measures = ", ".join(f"{cell_value(plan, target, f't_{target}')} as {value(target)}" for target in texts)
    digest = f"hash({', '.join([*keys, str(salt)])})"  # without its last bit: a signed number goes through Arrow
    sql = (
        f"select group_id, month, {', '.join(keys)}, grouping(month) as is_group, count(*) as n, "
        "count_if(is_bad) as n_bad, sum(case when not is_bad then amount end) as amount from ("
        f"select cast({digest} >> 1 as bigint) as group_id, {', '.join(keys)}, "
        f"{value(month)} as month, {value(amount)} as amount, {_is_bad(plan)} as is_bad "
        f"from (select *, {measures} from (select {cells}, {looks} from {plan.source.scan}))) "
        f"group by grouping sets ((group_id, month), (group_id, {', '.join(keys)}))"
    )
    # a connection of its own: where a row cannot be parsed, the transaction stays sound
    with plan.part.connection.cursor() as cursor:
        batches = cursor.execute(sql).to_arrow_reader(1 << 18)
        sums, groups = [], []
        for batch in batches:
            is_group = pa.compute.cast(batch.column("is_group"), pa.bool_())
            sums.append(batch.select(["group_id", "month", "n", "n_bad", "amount"]).filter(pa.compute.invert(is_group)))
            groups.append(batch.select(["group_id", *(key.strip('"') for key in keys)]).filter(is_group))
        schema = batches.schema
    own = [schema.field(name) for name in ("group_id", "month", "n", "n_bad", "amount")]
    cells_of = [schema.field(name) for name in ("group_id", *(key.strip('"') for key in keys))]
    return pa.Table.from_batches(sums, pa.schema(own)), pa.Table.from_batches(groups, pa.schema(cells_of))


def _is_bad(plan: Plan) -> str:
    """SQL for whether a line fails a check on what is read while lines are added up, without saying which.

    Whether a cell that must be filled is empty or unreadable makes no difference here, and not asking saves a trim.
    """
    required = [target for target in plan.in_scan if plan.column(target).required]
    faults = [f"{value(target)} is null" for target in required]
    asked = [
        check
        for check in checks_on(plan.checks, plan.in_scan)
        if check.target not in required or written(check.target) not in check.condition
    ]
    return " or ".join([*faults, *(f"coalesce({check.condition}, false)" for check in asked)])
