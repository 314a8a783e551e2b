"""A publisher with everything known of it, for tests of the descriptions."""

from __future__ import annotations

from datetime import date

from dagster_project.export.queries import SourceRow
from dagster_project.standards.publisher import Publisher

PUBLISHER = Publisher(
    gemeente="GM0396",
    gemeente_name="Heemskerk",
    name="Gemeente Heemskerk",
    uri="https://identifier.overheid.nl/tooi/id/gemeente/gm0396",
    contact="mailto:data@heemskerk.invalid",
    base_url="https://cijfers.heemskerk.invalid/monitor/",
    licence="http://creativecommons.org/licenses/by/4.0/deed.nl",
    sources=(
        SourceRow("Bron: CBS StatLine", "CC BY 4.0", False),
        SourceRow("Gemeente", None, True),
    ),
    first_day=date(2019, 1, 1),
    last_day=date(2024, 12, 31),
    synthetic_tables=frozenset({"fct_b"}),
    synthetic_note="Metingen zijn synthetisch.",
)
