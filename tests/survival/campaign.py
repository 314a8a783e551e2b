"""A campaign: which faults are injected, injecting each, and what came of them."""

from __future__ import annotations

import importlib
import os
import random
import re
import shutil
import stat
import subprocess
import tempfile
import time
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from dagster_project import transform
from dagster_project.conclusion import conclude
from dagster_project.errors import ending_of
from dagster_project.publication import read_manifest
from dagster_project.run import Run, RunOptions, refresh_lock
from dagster_project.site.render import templates
from dagster_project.workspace import Workspace
from tests.survival import soundness
from tests.survival.base import PERSONS, RUN, Base, copy_tree
from tests.survival.child import Ending, in_child
from tests.survival.reader import reading
from tests.survival.recovery import by_command, shortly
from tests.survival.steps import STEPS, Step
from tests.survival.strikes import (
    AT_TOUCH,
    KINDS,
    REST,
    Seen,
    Strike,
    Watch,
    as_record,
    flip_a_byte,
    from_record,
)

_WELL = (0, 5)
_RIVALS = (
    # what is tried beside a step that holds the workspace, and the exit code with which it ends
    (("refresh", "--offline"), 2),
    (("edition", "freeze", "2032-01"), 2),
    (("forget",), 2),
    (("key", "rotate"), 2),
    (("status",), 0),
    (("edition", "list"), 0),
)
_LOG_LINE = re.compile(r"^\d\d:\d\d:\d\d  .*\n?|^Set aside: .*\n?", re.MULTILINE)
_NEEDED = (
    "dagster_project.definitions",
    "dagster_project.disclosure.decide",
    "dagster_project.disclosure.prove",
    "dbt.adapters.duckdb",
    "dbt.cli.main",
    "pandas",
)
_OF_WHICH_ONE_GOES_ON = 4
_LARGEST = 200_000_000
_KINDS_OF_COMMANDS = ("kill", "moment", "full", "eio", "beside")


@dataclass(frozen=True)
class Fault:
    """One fault: a strike on a step."""

    step: Step
    strike: Strike

    @property
    def word(self) -> str:
        """By which `--only` repeats it."""
        return f"{self.step.name}@{self.strike.word}"


@dataclass
class Outcome:
    """What came of a fault.

    Attributes:
        fell: whether the step came so far that it was struck.
        said: the message and exit code of the step, or how it was killed.
        violations: what does not hold, one sentence each.
        looks: how often a reader read what stood published meanwhile.
    """

    fault: Fault
    fell: bool = False
    said: str = ""
    violations: list[str] = field(default_factory=list)
    looks: int = 0
    seconds: float = 0.0


class Campaign:
    """Injects faults into copies of the prepared workspaces, one after the other."""

    def __init__(self, base: Base, folder: Path, seed: int) -> None:
        self._base = base
        self._root = folder / "workspace"
        self._report = folder / "report.json"
        self._seed = seed
        self._seen: dict[str, Seen] = {}
        self._rival_said: list[str] = []
        folder.mkdir(parents=True, exist_ok=True)
        _warm_up()

    def faults(self, number: int, steps: Sequence[Step] = STEPS) -> Iterator[Fault]:
        """Faults that spread over the parts of the steps and over all kinds, without end; the same for the same seed.

        Args:
            number: how many are wanted; each step comes in proportion to its share.
            steps: those to strike.
        """
        chance = random.Random(self._seed)  # noqa: S311 - where faults fall
        whole = sum(step.share for step in steps)
        order = [step for step in steps for _ in range(max(1, round(step.share * number / whole)))]
        chance.shuffle(order)
        pairs = {step.name: self._pairs(step, chance) for step in steps}
        while True:
            for step in order:
                yield Fault(step, next(pairs[step.name]))

    def _pairs(self, step: Step, chance: random.Random) -> Iterator[Strike]:
        """Strikes on a step: every part by every kind that can strike there, in a random order, again and again."""
        seen: Seen | None = None
        while True:
            seen = seen or self.seen(step)
            strikes = [self._strike(seen, part, kind, chance) for part in self._parts(seen) for kind in _kinds(step)]
            possible = [strike for strike in strikes if strike]
            chance.shuffle(possible)
            yield from possible

    @staticmethod
    def _parts(seen: Seen) -> list[str]:
        return list(dict.fromkeys([*seen.lasts, *(touch.part for touch in seen.touches)]))

    @staticmethod
    def _strike(seen: Seen, part: str, kind: str, chance: random.Random) -> Strike | None:
        if kind in AT_TOUCH:
            possible = sum(touch.part == part and AT_TOUCH[kind](touch) for touch in seen.touches)
            return Strike(kind, part, chance.randint(1, possible)) if possible else None
        if part not in seen.lasts:
            return None
        if kind == "moment":
            return Strike(kind, part, round(chance.uniform(0, seen.lasts[part]), 4))
        if kind == "limit":
            return Strike(kind, part, int(seen.largest * chance.choice((0, 0.05, 0.3, 0.9))))
        return Strike(kind, part, int(seen.grown * chance.random())) if part == REST else None

    def seen(self, step: Step) -> Seen:
        """What a step touches when nothing strikes it; found once."""
        if step.name not in self._seen:
            self._fresh(step.boundary)
            ending = self._child(lambda: self._traced(step))
            record = ending.value()
            if record["code"] not in _WELL:
                raise RuntimeError(f"{step.name} without a strike ended with {record['code']}: {ending.printed}")
            self._seen[step.name] = from_record(record["seen"])
        return self._seen[step.name]

    def run(
        self, number: int, steps: Sequence[Step] = STEPS, tell: Callable[[Outcome], object] = lambda _: None
    ) -> list[Outcome]:
        """Inject faults until so many fell. A strike that the step never came to is made up for by another one."""
        outcomes: list[Outcome] = []
        for fault in self.faults(number, steps):
            outcomes.append(self.inject(fault))
            tell(outcomes[-1])
            if sum(outcome.fell for outcome in outcomes) >= number:
                break
            if len(outcomes) > 2 * number:
                raise RuntimeError("Most strikes do not fall: the harness aims wrong.")
        return outcomes

    def inject(self, fault: Fault) -> Outcome:
        """Inject one fault, look, refresh, look again."""
        began = time.monotonic()
        outcome = Outcome(fault)
        with self._disk(fault) as shrink:
            self._fresh(fault.step.boundary)
            before = soundness.look(self._root)
            with reading(self._root / "data", self._report.with_name("reader.json"), self._seed) as read:
                self._strike_it(fault, outcome, shrink)
                self._heal(fault)
                outcome.violations += self._faults(fault, before)
                if not outcome.violations:
                    outcome.violations += self._recover(fault, before)
                found = read()
        outcome.looks = found.looks
        outcome.violations += [f"reader: {error}" for error in found.errors]
        outcome.seconds = time.monotonic() - began
        return outcome

    def _child(self, work: Any, **more: Any) -> Ending:
        return in_child(work, self._report, environment=self._base.services, **more)

    def _fresh(self, boundary: str) -> None:
        self._root.mkdir(exist_ok=True)
        for path in self._root.iterdir():
            subprocess.run(["rm", "-rf", str(path)], check=True)
        copy_tree(self._base.folder / boundary, self._root)

    @contextmanager
    def _disk(self, fault: Fault) -> Iterator[Any]:
        """A disk of its own for the workspace, where the fault is that it is too small."""
        if fault.strike.kind != "disk":
            yield lambda: None
            return
        mounted = str(self._root)
        self._root.mkdir(exist_ok=True)
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={_LARGEST}", "survival", mounted], check=True)

        def shrink() -> None:
            room = os.statvfs(mounted)
            size = (room.f_blocks - room.f_bfree) * room.f_frsize + int(fault.strike.at)
            subprocess.run(["mount", "-o", f"remount,size={size}", mounted], check=True)

        try:
            yield shrink
        finally:
            subprocess.run(["umount", "--lazy", mounted], check=True)

    def _traced(self, step: Step) -> dict[str, Any]:
        watch = Watch(self._root, step.parts)
        before = _sizes(self._root)
        code = _work(step, self._root)
        seen, after = watch.end(), _sizes(self._root)
        seen.grown = max(sum(after.values()) - sum(before.values()), 100_000)
        seen.largest = max((size for path, size in after.items() if before.get(path) != size), default=1000)
        return {"code": code, "seen": as_record(seen)}

    def _strike_it(self, fault: Fault, outcome: Outcome, shrink: Any) -> None:
        step, strike = fault.step, fault.strike

        def work() -> dict[str, Any]:
            watch = Watch(self._root, step.parts)
            strike.arm(watch)
            return {"code": _work(step, self._root), "fell": watch.fell}

        shrink()
        self._rival_said = []
        ending = self._child(work, beside=lambda: self._rival(fault))
        outcome.violations += self._rival_said
        outcome.violations += [f"still runs: {line}" for line in ending.left]
        if ending.signal is not None:
            outcome.fell, outcome.said = True, f"signal {ending.signal}"
            if strike.kind not in ("kill", "moment"):
                outcome.violations.append(f"ended by signal {ending.signal}")
        elif ending.trace:
            outcome.violations.append(f"traceback: {ending.trace}")
        else:
            code, told = ending.result["code"], _LOG_LINE.sub("", ending.printed)
            missed = strike.kind in ("limit", "disk") and code in _WELL  # there was room enough
            outcome.fell, outcome.said = ending.result["fell"] and not missed, f"{code}: {told.strip()}"
            if code not in _WELL:
                outcome.violations += soundness.unplain(told, code, strike.kind)
            elif strike.kind == "rot" and step.name == "load raw" and outcome.fell:
                outcome.violations.append("a snapshot that was changed was loaded")

    def _rival(self, fault: Fault) -> None:
        """Try a command beside a step that holds the workspace."""
        command, expected = _RIVALS[int(fault.strike.at) % len(_RIVALS)]
        ending = in_child(
            lambda: by_command(*command, "--workspace", str(self._root)),
            self._report.with_name("rival.json"),
            environment=self._base.services,
        )
        if ending.trace or ending.result != expected:
            self._rival_said.append(f"{command} beside it ended with {ending.result}: {ending.trace or ending.printed}")
        elif expected:
            self._rival_said += soundness.unplain(ending.printed, ending.result, "beside")

    def _heal(self, fault: Fault) -> None:
        """Take away what caused the fault, as whoever keeps the machine would; nothing in the workspace is mended."""
        if fault.strike.kind == "disk":
            subprocess.run(["mount", "-o", f"remount,size={_LARGEST}", str(self._root)], check=True)
        if fault.strike.kind == "deny":
            _open_up(self._root)
        if fault.strike.kind == "rot":
            for path in (self._root / "data" / "snapshots").glob("*/*/[!.]*"):
                if path.suffix != ".json" and soundness.sha256(path) != path.stem:
                    flip_a_byte(path)  # the same bit again: restored from backup

    def _faults(self, fault: Fault, before: soundness.Before) -> list[str]:
        forgets = fault.step.name == "forget"
        ending = self._child(lambda: list(soundness.faults(self._root, before, forgets=forgets)))
        return ending.result if ending.result is not None else [f"cannot be looked at: {ending.trace}"]

    def _recover(self, fault: Fault, before: soundness.Before) -> list[str]:
        step = fault.step
        if step.boundary == "published":
            return self._again(fault, before)
        whole = step.name == "whole refresh"
        further = zlib.crc32(fault.word.encode()) % _OF_WHICH_ONE_GOES_ON == 0
        loads = step.name == "load raw" or (further and step.boundary == "lying")

        def refresh() -> int:
            if whole:
                return by_command("refresh", "--workspace", str(self._root))
            return shortly(self._root, self._base, loads=loads, publishes=further)

        ending = self._child(refresh)
        if ending.trace or ending.result not in _WELL:
            return [f"the next refresh ended with {ending.result}: {ending.trace or ending.printed}"]
        violations = self._faults(fault, before)
        violations += soundness.leftovers(self._root, PERSONS)
        violations += self._left_by(ending)
        violations += self._kept("taken" if step.boundary == "lying" and not loads and not whole else "loaded")
        return violations + (self._content(exactly=not whole) if whole or further else [])

    def _kept(self, boundary: str) -> list[str]:
        """Whether the workspace keeps what it keeps at a boundary when nothing strikes."""
        wanted, found = soundness.keeps(self._base.folder / boundary), soundness.keeps(self._root)
        return [
            f"{what}: found {_without(found[what], wanted[what])}, expected {_without(wanted[what], found[what])}"
            for what in wanted
            if found[what] != wanted[what]
        ]

    def _again(self, fault: Fault, before: soundness.Before) -> list[str]:
        """A command that was struck is given again; then a refresh."""
        again = self._child(lambda: by_command(*fault.step.command, "--workspace", str(self._root)))
        done = fault.step.name == "freeze edition" and "exists and stays as it is" in again.printed
        if again.trace or (again.result != 0 and not done):
            return [f"given again it ended with {again.result}: {again.trace or again.printed}"]
        ending = self._child(lambda: by_command("refresh", "--workspace", str(self._root)))
        if ending.trace or ending.result not in _WELL:
            return [f"the next refresh ended with {ending.result}: {ending.trace or ending.printed}"]
        violations = self._faults(fault, before)
        return violations + self._left_by(again) + self._left_by(ending)

    @staticmethod
    def _left_by(ending: Ending) -> list[str]:
        return [f"still runs: {line}" for line in ending.left]

    def _content(self, *, exactly: bool) -> list[str]:
        """Whether what stands says what it says where nothing struck."""
        found, wanted = read_manifest((self._root / "data" / "current").resolve()), self._base.expected
        if soundness.grounds(found) != soundness.grounds(wanted):
            return ["the next publication rests on other snapshots"]
        differing = [
            name
            for name, table in wanted["tables"].items()
            if not name.startswith("audit_")
            and (found["tables"][name] != table if exactly else found["tables"][name]["rows"] != table["rows"])
        ]
        return [f"the next publication says something else in {', '.join(differing)}"] if differing else []


def _warm_up() -> None:
    """Import and prepare what every child would, once."""
    for module in _NEEDED:
        importlib.import_module(module)
    transform.parsed_project()
    transform.manifest()
    for name in templates().list_templates():
        templates().get_template(name)


def _without(some: Any, others: Any) -> Any:
    return [one for one in some if one not in others] if isinstance(some, list) and isinstance(others, list) else some


@cache
def _may_mount() -> bool:
    """Whether this process may have a small disk of its own."""
    with tempfile.TemporaryDirectory() as folder:
        mount = ["mount", "-t", "tmpfs", "-o", "size=4096", "survival", folder]
        if shutil.which("mount") is None or subprocess.run(mount, capture_output=True, check=False).returncode:
            return False
        subprocess.run(["umount", folder], check=True)
    return True


def _kinds(step: Step) -> tuple[str, ...]:
    if step.command:
        return _KINDS_OF_COMMANDS
    return KINDS if _may_mount() else tuple(kind for kind in KINDS if kind != "disk")


def _work(step: Step, root: Path) -> int:
    """Do a step as the product does, and say how it ended as the product would."""
    if step.work is None:
        return by_command(*step.command, "--workspace", str(root))
    try:
        run = Run(Workspace(root), RUN, RunOptions())
    except Exception as error:  # the settings cannot be read: a command ends before it has a run
        return _say(*ending_of(error))
    try:
        with refresh_lock(run.workspace):
            step.work(run)
    except Exception as error:
        return _say(*_ended(run, error))
    return 0


def _say(text: str, code: int) -> int:
    print(text)
    return code


def _ended(run: Run, error: Exception) -> tuple[str, int]:
    try:
        state = conclude(run, error=error)
    except Exception as worse:  # the record cannot be written either
        return ending_of(worse)
    return state.message, 1 if state.exit_code is None else state.exit_code


def _open_up(root: Path) -> None:
    """Give back what a lost permission took."""
    root.chmod(0o700)
    for folder, folders, files in os.walk(root):
        for name in (*folders, *files):
            path = Path(folder) / name
            if not path.is_symlink() and not stat.S_IMODE(path.stat().st_mode):
                path.chmod(0o700 if path.is_dir() else 0o600)


def _sizes(root: Path) -> dict[str, int]:
    return {str(path): path.stat().st_size for path in root.rglob("*") if path.is_file() and not path.is_symlink()}
