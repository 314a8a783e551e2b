"""The workspace: the folder a municipality owns, its settings (`opkoers.toml`) and the paths inside it.

What belongs here: finding and reading the workspace. What does not: reading its input files (extract/) and product
paths (product.py).
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Annotated, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails

from dagster_project.errors import ConfigurationError, UnsoundData
from dagster_project.extract import documents, limits
from dagster_project.extract.documents import BadDocument
from dagster_project.extract.personal import masked
from dagster_project.extract.places import is_inside
from dagster_project.legible import legible
from dagster_project.notify.settings import Notify

M = TypeVar("M", bound=BaseModel)
SETTINGS_FILE = "opkoers.toml"
GEMEENTE_CODE = re.compile(r"^GM\d{4}$")
_CREDENTIALS = re.compile(r"//[^/\s'\"]*@")
_NOTIFY_TABLE = re.compile(r"^[ \t]*\[notify\].*\n?(?:(?![ \t]*\[[^\[\]]+\]).*\n?)*", re.MULTILINE)
_SHOWN = 60
_KEPT_BY_PEOPLE = ("drop", "accepted", "rejected", "mappings", "narratives", ".git")


class Network(BaseModel):
    """How patient the pulls are. The defaults suit the public services; they publish no rate limit."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    attempts: Annotated[int, Field(ge=1)] = 4
    """How often one request is tried in all."""
    timeout_seconds: Annotated[float, Field(gt=0)] = 30.0
    """Patience between two bytes."""
    backoff_seconds: Annotated[float, Field(ge=0)] = 2.0
    """Pause after the first failure; it doubles after each."""
    connections: Annotated[int, Field(ge=1, le=8)] = 3
    """How many tables of one host are asked at once; each keeps one connection open."""
    hosts: tuple[Annotated[str, Field(pattern=r"^[A-Za-z0-9.-]+$")], ...] = ()
    """Other hosts that a source may send us on to, by https. Without any, a source is followed on its own host only."""


class Postgres(BaseModel):
    """The publication in PostgreSQL beside the files; its address is a secret, and comes from the environment."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    view_schema: Annotated[str, Field(pattern=r"^([a-z][a-z0-9_]{0,30})?$")] = ""
    """Schema of the views that readers use; empty: nothing goes to PostgreSQL."""
    reader: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,62}$")] = "opkoers_reader"
    """Role that may select from those views; it is made where it is missing."""
    keep: Annotated[int, Field(ge=1)] = 2
    """How many earlier publications keep their schema, for queries that are under way."""


class Catalog(BaseModel):
    """What the catalogue metadata of a publication (`dcat.ttl`, `datapackage.json`) says of who publishes it."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    publisher: str = ""
    """Name of the organisation; empty: `Gemeente` and its name."""
    publisher_uri: Annotated[str, Field(pattern=r"^(https?://[^\s<>\"{}|\\^`]+)?$")] = ""
    """Address of the organisation in a register; empty: that of the gemeente in TOOI."""
    contact: str = ""
    """E-mail address or web address for questions on the data; empty: `contact` of the settings."""
    base_url: Annotated[str, Field(pattern=r"^(https://[^\s<>\"{}|\\^`]+)?$")] = ""
    """Where the publication is served; empty: addresses in the metadata count from the file itself."""
    licence: Annotated[str, Field(pattern=r"^(https?://[^\s<>\"{}|\\^`]+)?$")] = ""
    """Address of the licence under which the municipality publishes; empty: not stated."""


class OpenLineage(BaseModel):
    """Where lineage events go beside the file in the publication."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    url: Annotated[
        str, Field(pattern=r"^(https://[^\s@]+|http://(localhost|127\.0\.0\.1|\[::1\])(:\d+)?(/[^\s@]*)?)?$")
    ] = ""
    """Endpoint that takes events by POST; empty: none. Unencrypted only on this machine."""


class Signing(BaseModel):
    """Who signs what is published. The private key never stands in `opkoers.toml`, see `signing.py`."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    public_key: str | tuple[str, ...] = ()
    """The line that `opkoers key signing` prints, or a list of them after a change of key: an older one stays, for what
    was signed with it. Once there is any, nothing is published or frozen unsigned."""

    @property
    def public_keys(self) -> tuple[str, ...]:
        """All of them."""
        return (self.public_key,) if isinstance(self.public_key, str) else self.public_key


class Settings(BaseModel):
    """What `opkoers.toml` may say. Secrets never stand there."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    gemeente: Annotated[str, Field(pattern=GEMEENTE_CODE.pattern)]
    gemeente_name: str
    sources: dict[str, bool] = Field(default_factory=dict)
    """Source id to on or off; a source that is not named is on."""
    small_count_threshold: Annotated[int, Field(ge=1)] = 10
    """Counts of persons from the municipality's own registrations below this are not published."""
    retention_days: Annotated[int, Field(ge=1)] = 730
    """Days after their receipt that the client-level originals of local registrations are kept, encrypted. Two years:
    as long as earlier months are still corrected, and a return within a year can be seen of a year that is over."""
    accepted_jumps: tuple[Annotated[str, Field(pattern=r"^\S+ GM\d{4} \S+$")], ...] = ()
    """Jumps that look like a change of unit and were found to be real, each as `concept gemeente period`, such as
    `wmo_clients GM0060 2023`: the period in which the figure jumped."""
    schedule: str = "0 6 * * 1-5"
    """Cron expression in Europe/Amsterdam of the daily look for new figures of CBS."""
    duo_schedule: str = "30 6 1 * *"
    """Cron expression in Europe/Amsterdam of the monthly look for new figures of DUO."""
    edition_schedule: str = "0 7 1 4,10 *"
    """Cron expression in Europe/Amsterdam of freezing the edition of that month."""
    freeze_editions: bool = False
    """Whether a running Dagster freezes editions by itself. It refuses, and tells, where a deviation is untold."""
    watch_drop_folder: bool = True
    """Whether a running Dagster looks in `drop/` every minute, and starts a run when a complete export lies there."""
    publication_folder: str = "data"
    network: Network = Network()
    postgres: Postgres = Postgres()
    notify: Annotated[Notify, Field(exclude=True, repr=False)] = Notify()
    """Whom to tell when a run is refused. It says nothing about figures and stays out of every dump of the settings."""
    signing: Signing = Signing()
    language: Annotated[Literal["nl", "en", ""], Field(exclude=True)] = ""
    """Of what people read at the terminal: Dutch or English; empty: that of the machine. The pages are always Dutch."""
    synthetic_note: str = ""
    """Shown on every page when the workspace holds made-up figures."""
    reading_note: str = ""
    """Shown on the front page above the parts of the plan: how its own words, such as goals and results, are read."""
    contact: str = ""
    """Where residents can say that something on the monitor does not work for them: an e-mail address, a web address or
    words. It stands in the accessibility statement."""
    catalog: Catalog = Catalog()
    openlineage: OpenLineage = OpenLineage()
    accessibility_url: Annotated[str, Field(pattern=r"^(https://\S+)?$")] = ""
    """Address of the municipality's own, examined statement on accessibility; the monitor's own then refers to it."""


class Workspace:
    """One workspace on disk.

    Attributes:
        root: the folder that holds `opkoers.toml`.
        home: the workspace whose data folder and key it uses: itself. For the copy that an edition keeps, which has
            neither, it is the workspace that the edition was made in.
        settings: its checked content.
    """

    def __init__(self, root: Path, *, home: Path | None = None) -> None:
        self.root = root.resolve()
        self.home = home.resolve() if home else self.root
        self.settings = read_settings(self.root / SETTINGS_FILE)
        of_home = read_settings(self.home / SETTINGS_FILE) if home else self.settings
        self._data = _data_folder(self.home, of_home.publication_folder)

    @property
    def data(self) -> Path:
        """Everything that can be rebuilt or is only ever added to; git-ignored."""
        return self._data

    @property
    def snapshots(self) -> Path:
        return self.data / "snapshots"

    @property
    def publications(self) -> Path:
        return self.data / "publications"

    @property
    def editions(self) -> Path:
        """One folder per frozen edition; what stands in it never changes again."""
        return self.data / "editions"

    @property
    def current(self) -> Path:
        """The pointer to the publication that stands."""
        return self.data / "current"

    @property
    def runs(self) -> Path:
        """One JSON record per run that did something."""
        return self.data / "runs"

    @property
    def build(self) -> Path:
        """Scratch: one folder per run, removed when the run ends well."""
        return self.data / "build"

    @property
    def rejected(self) -> Path:
        """Input from a source that was set aside, each with its reason beside it."""
        return self.data / "rejected"

    @property
    def dagster_home(self) -> Path:
        return self.data / "dagster"

    @property
    def drop(self) -> Path:
        return self.root / "drop"

    @property
    def mappings(self) -> Path:
        return self.root / "mappings"

    def mapping_files(self) -> list[Path]:
        """The municipality's own mappings, in order of name."""
        return sorted(self.mappings.glob("*.y*ml"))

    def source_is_on(self, source_id: str) -> bool:
        return self.settings.sources.get(source_id, True)


def _data_folder(root: Path, name: str) -> Path:
    """Where publications and snapshots go.

    Raises:
        ConfigurationError: it lies outside the workspace, also by a link, or among what people keep there.
    """
    folder = root / name
    if "\0" in name or not is_inside(folder, root):
        raise ConfigurationError(
            f"publication_folder = {_quoted(name)} leads out of the workspace, expected a folder in it such as "
            '"data". For another disk, put the workspace there, or mount the disk on the folder.'
        )
    if folder.resolve().relative_to(root).parts[0] in _KEPT_BY_PEOPLE:
        raise ConfigurationError(
            f'publication_folder = {_quoted(name)} is where input lies, expected a folder of its own such as "data".'
        )
    return folder.resolve()


def read_settings(path: Path) -> Settings:
    """Read and check `opkoers.toml`.

    Raises:
        ConfigurationError: the file is missing, is not TOML, or holds a wrong or unknown setting.
    """
    if not path.is_file():
        raise ConfigurationError(
            f"No {SETTINGS_FILE} in {path.parent}. Make a workspace with: opkoers init DIR --gemeente GM…."
        )
    return checked_settings(path, Settings)


def checked_settings(path: Path, model: type[M]) -> M:
    """Read and check a file of settings that is there.

    Args:
        path: TOML.
        model: what it may say.

    Raises:
        ConfigurationError: it is not TOML, or holds a wrong or unknown setting.
    """
    try:
        limits.size_of(path, path.name, limits.SETTINGS_BYTES)
        return model.model_validate(documents.parse_toml(path.read_bytes()))
    except (BadDocument, UnsoundData) as error:
        raise ConfigurationError(f"{path} is not readable TOML: {error}. Mend the line it names.") from None
    except ValidationError as error:
        faults = "; ".join(_fault(detail) for detail in error.errors())
        # `from None`: pydantic's own words quote what was found, and that may be a secret
        raise ConfigurationError(f"{path} has wrong settings: {faults}. Mend them and run again.") from None


def _fault(detail: ErrorDetails) -> str:
    """One wrong setting; what may be a key, under a name that is not known or in [notify], is never shown."""
    place = ".".join(map(str, detail["loc"]))
    told = legible(f"{place}: {detail['msg'].removeprefix('Value error, ')}")
    is_secret = detail["type"] == "extra_forbidden" or detail["loc"][:1] == ("notify",)
    return told if is_secret else f"{told}, found {_quoted(detail['input'])}"


def _quoted(value: object) -> str:
    """A setting as an error may show it: short, in sight, without a number that may be personal or a password."""
    shown = legible(masked(_CREDENTIALS.sub("//…@", repr(value))))
    return shown if len(shown) <= _SHOWN else f"{shown[:_SHOWN]}…"


def without_notify(path: Path) -> bytes:
    """The text of `opkoers.toml` without `[notify]`, whose webhook may be a secret: what a copy for others may hold.

    Raises:
        ConfigurationError: `[notify]` is written in a way in which it cannot be taken out with certainty.
    """
    text = path.read_text(encoding="utf-8")
    wanted = {name: value for name, value in tomllib.loads(text).items() if name != "notify"}
    kept = _NOTIFY_TABLE.sub("", text)
    if tomllib.loads(kept) != wanted:
        raise ConfigurationError(
            f"{path}: the settings under notify cannot be left out of a copy as they are written. "
            "Write them as one table [notify], at the end of the file."
        )
    return kept.encode("utf-8")


def find_workspace(start: Path | None = None) -> Workspace:
    """The workspace at `start`, or the nearest one above the current folder.

    Raises:
        ConfigurationError: there is none.
    """
    if start is not None:
        return Workspace(start)
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / SETTINGS_FILE).is_file():
            return Workspace(folder)
    raise ConfigurationError(
        f"No {SETTINGS_FILE} in {here} or above it. Go to a workspace, pass --workspace DIR, "
        "or make one: opkoers init DIR --gemeente GM…."
    )
