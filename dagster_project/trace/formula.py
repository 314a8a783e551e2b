"""How the value of a row came about: its formula, with the numbers of the row and of what it rests on filled in.

A formula here is told and not reckoned with: the numbers are those that stand published. Tables that hold what was
given, and nothing that was worked out, have no formula. What the columns mean stands in their descriptions.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from dagster_project.trace.reading import Row
from dagster_project.trace.walk import Node, RowName

Nodes = Mapping[RowName, Node]

VALUE_COLUMNS = {
    "fct_budget": "share_of_budget",
    "fct_care_cost": "cost_per_client",
    "fct_care_flow": "standing_end",
    "fct_care_outlook": "outlook",
    "fct_care_printed": "difference",
    "fct_care_stacking": "clients",
    "fct_care_use": "clients",
    "fct_cost": "cost_per_user",
    "fct_cost_change": "change",
    "fct_indicator_benchmark": "percentile",
    "fct_indicator_revision": "new_value",
    "fct_indicator_trend": "slope",
    "fct_indicator_value": "value",
    "fct_objective_attainment": "status",
    "fct_objective_outlook": "target_outlook_value",
    "fct_registration_count": "value",
    "dim_peer": "distance",
    "dim_region_profile": "standardised",
    "v_bbv": "waarde",
    "v_doelen": "oordeel",
    "v_kosten": "verschil",
    "v_wijken": "waarde",
}
"""Of tables with one figure that all the rest of the row is about: that figure."""

_RULES = {
    "behaald": "the figure meets the target",
    "op de grens": "the figure, rounded as it is published, is within half a unit of the target",
    "op koers": "R ≥ 0.95",
    "achter op schema": "0.60 ≤ R < 0.95",
    "ver achter": "0 ≤ R < 0.60",
    "verkeerde richting": "R < 0, or a step back from a target that was met",
    "geen nieuwe meting": "nothing was measured since the baseline",
    "geen nulmeting": "there is no baseline to start from",
    "doel nog open": "the plan leaves open what the target is",
    "niet meetbaar": "the plan states it in words",
}
"""What each status means, in the order in which int_objective_status decides."""


def formula(node: Node, nodes: Nodes) -> str | None:
    """The formula of a row with its numbers; None where the row holds what was given."""
    tell = _FORMULAS.get(node.table)
    return tell(node, nodes) if tell else None


def number(value: float | None) -> str:
    """A number with as many digits as it has, ten at most; a dash where there is none."""
    return "-" if value is None else f"{float(value):.10g}"


def _value(node: Node, nodes: Nodes) -> str:
    row = node.row
    if row["absence"]:
        return f"no value: {row['absence']}"
    if node.to("taken"):
        (taken,) = _parents(node, nodes, "taken")
        return f"{number(row['value'])}, the value of {taken.row['region_code']} as published"
    if node.to("part"):
        return _summed(row, [part.row for part in _parents(node, nodes, "part")])
    version = next((parent.row for parent in _parents(node, nodes, "definition")), {})
    return _as_published(row, version)


def _as_published(row: Row, version: Row) -> str:
    if row["rate_published"] is not None:
        offset, factor = version.get("published_offset") or 0, version.get("published_factor") or 1
        if (offset, factor) == (0, 1):
            return f"{number(row['value'])}, as it was given"
        given = (row["value"] - offset) / factor
        return f"{number(row['value'])} = {number(offset)} + {number(factor)} × {number(given)}, which was given"
    worked_out = f"{number(row['numerator'])} / {number(row['denominator'])} × {number(version['rate_base'])}"
    return f"{worked_out} = {number(row['value'])} {version['unit']}"


def _summed(row: Row, parts: list[Row]) -> str:
    """A rate of added-up counts, or a count; the shares of a gemeente that was split are in the numbers of the row."""
    codes = ", ".join(part["region_code"] for part in parts)
    if row["numerator"] is None:
        return f"{number(row['value'])}, added up over {codes}"
    base = row["value"] / (row["numerator"] / row["denominator"]) if row["numerator"] else None
    rate = f"{number(row['numerator'])} / {number(row['denominator'])}" + (f" × {number(base)}" if base else "")
    return f"{rate} = {number(row['value'])}, counts added up over {codes}"


def _verdict(node: Node, nodes: Nodes) -> str:
    row = node.row
    rule = f"{row['status']}: {_RULES[row['status']]}"
    deciding = _parents(node, nodes, "deciding_wijk")
    if deciding:
        return f"the wijk that does worst decides: {deciding[0].row['region_code']}, {_verdict(deciding[0], nodes)}"
    a, r = row["attainment"], row["ratio"]
    if a is None:
        return rule
    y, y0, y1 = (number(row[name]) for name in ("current_value", "baseline_value", "target_value"))
    way = (
        f"A = 1 - distance to the band now / at the start = {number(a)}"
        if row["kind"] in ("band", "hold")
        else f"A = (current - baseline) / (target - baseline) = ({y} - {y0}) / ({y1} - {y0}) = {number(a)}"
    )
    if r is None:
        return f"{way}; {rule}"
    gone = _time_gone(row)
    time = f"E = part of the time gone from {row['baseline_period_id']} to {row['target_period_id']} = {number(gone)}"
    return f"{way}; {time}; R = A / E = {number(r)}; {rule}"


def _time_gone(row: Row) -> float | None:
    """E, from what is published: how far the expected value is on the way; of a band, whose edge is not told, A / R."""
    if row["kind"] in ("band", "hold"):
        return float(row["attainment"] / row["ratio"]) if row["ratio"] else None
    way = row["target_value"] - row["baseline_value"]
    return float((row["expected_value"] - row["baseline_value"]) / way) if way else None


def _objective(node: Node, _: Nodes) -> str | None:
    row = node.row
    y0, y1, rule = number(row["baseline_value"]), number(row["target_value"]), number(row["target_rule"])
    told = {
        "absolute_change": f"target = baseline + {rule} = {y0} + {rule} = {y1}",
        "relative_change": f"target = baseline × (1 + {rule} / 100) = {y0} × (1 + {rule} / 100) = {y1}",
        "yearly_growth": f"target = baseline × (1 + {rule} / 100) to the power of the years = {y1}",
        "not_above_baseline": f"target = baseline = {y1}",
        "hold": f"target = baseline, within {number(row['margin'])} = {y1}",
        "directional": f"any move {row['direction']} from {y0}",
    }
    return told.get(row["kind"]) if row["baseline_value"] is not None else None


def _budget(node: Node, _: Nodes) -> str | None:
    row = node.row
    if row["share_of_budget"] is None:
        return None
    share = number(row["share_of_budget"])
    return f"{number(row['budget'])} / {number(row['plan_budget'])} = {share} of the plan's budget"


def _quotient(over: str, under: str, result: str) -> Callable[[Node, Nodes], str | None]:
    def tell(node: Node, _: Nodes) -> str | None:
        row = node.row
        if row[result] is None:
            return f"not shown: {row['absence']}" if row.get("absence") else None
        return f"{number(row[over])} / {number(row[under])} = {number(row[result])}"

    return tell


def _counted(node: Node, _: Nodes) -> str | None:
    row, column = node.row, VALUE_COLUMNS[node.table]
    return f"not shown: {row['absence']}" if row["absence"] else f"{number(row[column])}, counted at the door"


def _flow(node: Node, _: Nodes) -> str:
    row = node.row
    names = ("standing_begin", "inflow", "outflow", "standing_end")
    begin, came, went, end = (number(row[name]) for name in names)
    return f"{begin} + {came} - {went} = {end}; a dash is a count that is not shown"


def _outlook_of_care(node: Node, _: Nodes) -> str:
    row = node.row
    compared = f"; {number(row['outlook'])} - {number(row['budget'])} = {number(row['difference'])}"
    return str(row["method"]) + (compared if row["difference"] is not None else "")


def _difference(node: Node, _: Nodes) -> str:
    row = node.row
    return f"{number(row['computed_value'])} - {number(row['printed_value'])} = {number(row['difference'])}"


def _change(node: Node, _: Nodes) -> str:
    row = node.row
    effects = ("users_effect", "price_effect", "mix_effect", "unsplit_effect")
    told = " + ".join(f"{number(row[effect])} ({effect.removesuffix('_effect')})" for effect in effects)
    return f"{number(row['cost_after'])} - {number(row['cost_before'])} = {told} = {number(row['change'])}"


def _benchmark(node: Node, _: Nodes) -> str:
    row = node.row
    return f"place {row['rank']} of {row['n_regions']}, percentile {number(row['percentile'])}"


def _trend(node: Node, _: Nodes) -> str:
    row = node.row
    course = f"{row['n_points']} points from {row['window_start']} to {row['window_end']}"
    if row["slope"] is None:
        return f"{course}: too few for a slope"
    return f"Theil-Sen slope over {course} = {number(row['slope'])} a year; Mann-Kendall p = {number(row['p_value'])}"


def _outlook(node: Node, _: Nodes) -> str:
    row = node.row
    course = f"{row['n_points']} points from {row['window_start']} to {row['window_end']}"
    if row["target_outlook_value"] is None:
        return f"{course}: no line to the target period"
    line = f"line through {course} in {row['target_period_id']} = {number(row['target_outlook_value'])}"
    return f"{line} ({number(row['target_outlook_low'])} to {number(row['target_outlook_high'])})"


def _distance(node: Node, _: Nodes) -> str:
    row = node.row
    squares = [number(row[name]) for name in row if name.endswith("_difference") and row[name] is not None]
    added = " + ".join(f"{value}²" for value in squares)
    return f"√(({added}) / {row['n_characteristics']}) = {number(row['distance'])}"


def _revision(node: Node, _: Nodes) -> str:
    row = node.row
    old, new = (number(row[f"{side}_value"]) for side in ("old", "new"))
    return f"{row['part']}: {old} ({row['old_status'] or '-'}) became {new} ({row['new_status'] or '-'})"


def _shown(role: str) -> Callable[[Node, Nodes], str | None]:
    """The formula of the row that a view shows."""

    def tell(node: Node, nodes: Nodes) -> str | None:
        (shown,) = _parents(node, nodes, role)
        return formula(shown, nodes)

    return tell


def _spent(node: Node, _: Nodes) -> str | None:
    row = node.row
    if row["verschil"] is None:
        return None
    spent = row["prognose"] if row["werkelijk"] is None else row["werkelijk"]
    return f"{number(spent)} - {number(row['begroot'])} = {number(row['verschil'])}"


def _parents(node: Node, nodes: Nodes, role: str) -> list[Node]:
    return [nodes[edge.parent] for edge in node.to(role) if edge.parent is not None]


_FORMULAS: dict[str, Callable[[Node, Nodes], str | None]] = {
    "dim_objective": _objective,
    "dim_peer": _distance,
    "fct_budget": _budget,
    "fct_care_cost": _quotient("cost", "clients", "cost_per_client"),
    "fct_care_flow": _flow,
    "fct_care_outlook": _outlook_of_care,
    "fct_care_printed": _difference,
    "fct_care_stacking": _counted,
    "fct_care_use": _counted,
    "fct_cost": _quotient("cost", "users", "cost_per_user"),
    "fct_cost_change": _change,
    "fct_indicator_benchmark": _benchmark,
    "fct_indicator_revision": _revision,
    "fct_indicator_trend": _trend,
    "fct_indicator_value": _value,
    "fct_objective_attainment": _verdict,
    "fct_objective_outlook": _outlook,
    "fct_registration_count": _counted,
    "v_bbv": _shown("value"),
    "v_doelen": _shown("verdict"),
    "v_kosten": _spent,
    "v_wijken": _shown("value"),
}
