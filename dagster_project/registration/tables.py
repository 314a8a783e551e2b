"""The tables of the confidential database: rows on persons, under keyed hashes, in the terms of the GGM.

They are typed at the door, by the contract that read them. `sources/registration.yml` describes the same tables for
dbt. No table here is ever published.
"""

from __future__ import annotations

_ORIGIN = {"dataset_id": "text", "original_id": "text", "line": "bigint"}
"""Dataset, sha256 of the original, and the line in its file (null where lines were added up)."""

_PROVISION = {"product_code": "text", "wet": "text", "category": "text", "form": "text", "referrer": "text"}

CONFIDENTIAL_TABLES: dict[str, dict[str, str]] = {
    # every original that is read, newest last
    "original": {
        "original_id": "text",
        "dataset_id": "text",
        "file_name": "text",
        "received_at": "text",
        "period_id": "text",
        "first_day": "date",
        "last_day": "date",
        "rows_in": "bigint",
        "rows_loaded": "bigint",
        "rows_quarantined": "bigint",
        "is_synthetic": "boolean",
    },
    # rows that were set aside: where and why, never what they say
    "quarantine": {
        **_ORIGIN,
        "file_name": "text",
        "table_name": "text",
        "column_name": "text",
        "reason_kind": "text",
        "reason": "text",
    },
    "client": {**_ORIGIN, "client_key": "text", "wijk": "text", "is_synthetic": "boolean"},
    "beschikte_voorziening": {
        **_ORIGIN,
        "client_key": "text",
        "beschikking_key": "text",
        **_PROVISION,
        "wijk": "text",
        "application_date": "date",
        "start_date": "date",
        "end_date": "date",
        "status": "text",
        "is_synthetic": "boolean",
    },
    # lines of one client, beschikking, product and month added up at the door
    "declaratieregel": {
        **_ORIGIN,
        "client_key": "text",
        "beschikking_key": "text",
        **_PROVISION,
        "wijk": "text",
        "care_month": "date",
        "amount": "decimal(18, 2)",
        "n_lines": "bigint",
        "is_synthetic": "boolean",
    },
    "toekenning": {
        **_ORIGIN,
        "client_key": "text",
        "regeling_code": "text",
        "category": "text",
        "start_date": "date",
        "end_date": "date",
        "status": "text",
        "is_synthetic": "boolean",
    },
    "uitkering": {
        **_ORIGIN,
        "client_key": "text",
        "category": "text",
        "start_date": "date",
        "end_date": "date",
        "is_synthetic": "boolean",
    },
    "inburgering": {
        **_ORIGIN,
        "client_key": "text",
        "settlement_date": "date",
        "is_synthetic": "boolean",
    },
    "schuldhulp": {
        **_ORIGIN,
        "client_key": "text",
        "application_date": "date",
        "start_date": "date",
        "end_date": "date",
        "result": "text",
        "is_synthetic": "boolean",
    },
    "melding": {
        **_ORIGIN,
        "client_key": "text",
        "received_date": "date",
        "channel": "text",
        "category": "text",
        "result": "text",
        "is_synthetic": "boolean",
    },
    "klacht": {
        **_ORIGIN,
        "received_date": "date",
        "kind": "text",
        "wet": "text",
        "result": "text",
        "closed_date": "date",
        "is_synthetic": "boolean",
    },
    # the tables of a CSSD dump, as they are called there
    "cssd_szclient": {**_ORIGIN, "client_key": "text", "ind_gezag": "text", "wijk": "text", "is_synthetic": "boolean"},
    "cssd_wvbesl": {**_ORIGIN, "besluit_key": "text", "client_key": "text", "is_synthetic": "boolean"},
    "cssd_wvind_b": {
        **_ORIGIN,
        "besluit_key": "text",
        "volgnr_ind": "text",
        "client_key": "text",
        "dd_begin": "date",
        "dd_eind": "date",
        "volume": "text",
        "status_indicatie": "text",
        "kode_regeling": "text",
        "wet": "text",
        "category": "text",
        "form": "text",
        "referrer": "text",
        "application_date": "date",
        "is_synthetic": "boolean",
    },
    "cssd_szregel": {**_ORIGIN, "kode_regeling": "text", "omschryving": "text", "is_synthetic": "boolean"},
    "cssd_wvdos": {
        **_ORIGIN,
        "besluit_key": "text",
        "volgnr_ind": "text",
        "provision_key": "text",
        "kode_reden_einde_voorz": "text",
        "is_synthetic": "boolean",
    },
    # payments of one provision and month added up at the door
    "cssd_szukhis": {
        **_ORIGIN,
        "provision_key": "text",
        "care_month": "date",
        "amount": "decimal(18, 2)",
        "n_lines": "bigint",
        "is_synthetic": "boolean",
    },
    "cssd_abc_refcod": {
        **_ORIGIN,
        "code": "text",
        "domein": "text",
        "omschrijving": "text",
        "is_synthetic": "boolean",
    },
}
"""Table to columns with their DuckDB types, all in schema `raw` of the confidential database."""
