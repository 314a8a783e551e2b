"""Payments whose beschikking or provision nobody delivered: they are moved to the quarantine.

That can be told only when every original has been read (intake.py).
"""

from __future__ import annotations

import duckdb

_ORPHANS = {
    "declaratieregel": (
        """payment.beschikking_key is not null
        and payment.wet in (select wet from raw.beschikte_voorziening where beschikking_key is not null)
        and payment.beschikking_key not in (
            select beschikking_key from raw.beschikte_voorziening where beschikking_key is not null
        )""",
        "beschikking_key",
        "belongs to a beschikking that was not delivered with the voorzieningen",
    ),
    "cssd_szukhis": (
        """not exists (
            select 1 from raw.cssd_wvdos as dossier
            inner join raw.cssd_wvind_b as indication using (original_id, besluit_key, volgnr_ind)
            where dossier.original_id = payment.original_id and dossier.provision_key = payment.provision_key
        )""",
        "provision_key",
        "belongs to a provision that the dump does not have, or that has no indication in it",
    ),
}
"""Table to what makes its payments orphans, the column that says so, and the reason in words."""


def flag_orphans(connection: duckdb.DuckDBPyConnection) -> None:
    """Set payments aside whose beschikking or provision nobody delivered, in one transaction.

    A flat payment is an orphan where voorzieningen of the same wet were delivered with their beschikking, and its own
    is not among them; a payment of a dump where the dump has no such provision, or no indication for it. Payments
    without a beschikking are left alone. Call it once, after all originals.
    """
    connection.execute("begin")
    try:
        for table, (condition, column, sentence) in _ORPHANS.items():
            _move_orphans(connection, table, condition, column, sentence)
    except BaseException:
        connection.execute("rollback")
        raise
    connection.execute("commit")


def _move_orphans(
    connection: duckdb.DuckDBPyConnection, table: str, condition: str, column: str, sentence: str
) -> None:
    connection.execute(
        f"create or replace temp table intake_orphan as select payment.rowid as payment_id, payment.dataset_id, "
        f"payment.original_id, payment.n_lines from raw.{table} as payment where {condition}"
    )
    connection.execute(
        "insert into raw.quarantine (dataset_id, original_id, line, file_name, table_name, column_name, reason_kind, "
        "reason) select orphan.dataset_id, orphan.original_id, null, original.file_name, ?, ?, 'orphan', ? "
        "from intake_orphan as orphan left join raw.original as original using (original_id), "
        "range(orphan.n_lines)",
        [table, column, sentence],
    )
    connection.execute(f"delete from raw.{table} where rowid in (select payment_id from intake_orphan)")
    connection.execute(
        "update raw.original set rows_loaded = rows_loaded - moved.n, rows_quarantined = rows_quarantined + moved.n "
        "from (select original_id, sum(n_lines) as n from intake_orphan group by original_id) as moved "
        "where original.original_id = moved.original_id"
    )
    connection.execute("drop table intake_orphan")
