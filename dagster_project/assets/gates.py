"""The expectation suites as blocking asset checks: on the raw tables, the marts, and the proof of small counts."""

from collections.abc import Iterator

import dagster as dg

from dagster_project.assets.resources import Refresh
from dagster_project.gate import judgement
from dagster_project.gate.client import GateWorker
from dagster_project.gate.suites import Stage, suites_for


def _spec(table: str, suite: str) -> dg.AssetCheckSpec:
    return dg.AssetCheckSpec(
        suite, asset=dg.AssetKey(table.split(".")), blocking=True, description=f"Suite {suite} on {table}."
    )


def gate_checks(stage: Stage) -> dg.AssetChecksDefinition:
    """All suites of a stage as one step with one blocking check each."""
    suites = suites_for(stage)

    @dg.multi_asset_check(name=f"gate_{stage}", specs=[_spec(suite.table, suite.name) for suite in suites])
    def judge(
        context: dg.AssetCheckExecutionContext, refresh: Refresh, gate: dg.ResourceParam[GateWorker]
    ) -> Iterator[dg.AssetCheckResult]:
        run = refresh.run(context.op_execution_context.run_id)
        with run.stage(f"gate {stage}"):
            verdicts = judgement.judge(run, gate, stage)
        for suite in suites:
            verdict = verdicts[suite.name]
            yield dg.AssetCheckResult(
                check_name=suite.name,
                asset_key=dg.AssetKey(suite.table.split(".")),
                passed=not verdict.refuses,
                severity=dg.AssetCheckSeverity.ERROR if verdict.refuses else dg.AssetCheckSeverity.WARN,
                description=verdict.sentence,
                metadata={"expectations": verdict.expectations, "warnings": verdict.warnings},
            )

    return judge
