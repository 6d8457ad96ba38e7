"""Configuration: one frozen dataclass per stage, read from TOML, with a fingerprint.

Every threshold is an inclusive minimum. Nothing is read from the environment.
"""

from __future__ import annotations

import dataclasses
import difflib
import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass, replace
from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints

import xxhash

from dedup.errors import ConfigError
from dedup.model import KINDS, SCOPES

Preset = Literal["news", "ocr"]
Only = Literal["documents", "passages"]
Unit = Literal["article", "page"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadConfig:
    """How records become documents: field names of the input, and how a path names outlet and date."""

    text_field: str | None = None
    id_field: str | None = None
    outlet_field: str | None = None
    date_field: str | None = None
    date_format: str | None = None
    path_pattern: str | None = None
    max_document_bytes: int = 256 * 2**20


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureConfig:
    """MinHash signatures and LSH banding: `bands * rows` must not exceed `num_perm`.

    The defaults reach a Jaccard of 0.5 with probability 0.995 (`1 - (1 - J**rows)**bands`).
    """

    shingle_size: int = 5
    num_perm: int = 128
    seed: int = 1
    bands: int = 42
    rows: int = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class SeedConfig:
    """Seeds: the smallest shingle hash of every `seed_window` consecutive shingles of `seed_size` words.

    Places of a seed are linked all against all up to `small_bucket` places, above that to their neighbours in the order
    of the tokens that follow and that precede.
    """

    seed_size: int = 3
    seed_window: int = 2
    small_bucket: int = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainConfig:
    """Colinear hits: the largest gap between two hits (words), and the least mass of a chain worth aligning (nats).

    The default mass is that of about three rare words, the shortest caption.
    """

    max_gap: int = 30
    least_mass: float = 12.0


@dataclass(frozen=True, slots=True, kw_only=True)
class AlignConfig:
    """Exact spans.

    A gap of up to `max_gap` words is bridged when it is at most `tolerance` times the weaker side. A word without
    partner costs `unmatched` words; an extension stops when it falls `drop` words below its best score.
    """

    max_gap: int = 30
    tolerance: float = 1.0
    unmatched: float = 1.0
    drop: float = 4.0


@dataclass(frozen=True, slots=True, kw_only=True)
class FurnitureConfig:
    """Furniture: a run on at least `min_pages` pages of one family whose remainders are unrelated."""

    families: str | None = None
    known_text: tuple[str, ...] = ()
    min_pages: int = 3
    related: float = 0.045


@dataclass(frozen=True, slots=True, kw_only=True)
class RescoreConfig:
    """The verdict: the least score of a match, and the least contiguity of one with fewer than ten content words.

    Below that contiguity a short run is a fact told in the same words, not a passage.
    """

    min_score: float = 0.5
    short_contiguity: float = 0.75


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterConfig:
    """Clusters: share of words from which documents are near-duplicates, and passages one cluster."""

    near_duplicate: float = 0.8
    carrier_change: float = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """Everything that decides a scan's results, and the few settings (`jobs`, `memory`) that do not.

    `unit` is what a document is: an article, or a page with many stories, such as a scanned front page. Relations of
    documents are not looked for between pages.

    >>> Config().fingerprint() == Config(jobs=2).fingerprint()
    True
    """

    preset: Preset = "news"
    only: Only | None = None
    unit: Unit = "article"
    jobs: int | None = None
    memory: int | None = None
    window_days: float | None = None
    scope: tuple[str, ...] = ()
    kind: tuple[str, ...] = ()
    min_words: int | None = None
    min_similarity: float | None = None
    read: ReadConfig = field(default_factory=ReadConfig)
    signatures: SignatureConfig = field(default_factory=SignatureConfig)
    seeds: SeedConfig = field(default_factory=SeedConfig)
    chains: ChainConfig = field(default_factory=ChainConfig)
    align: AlignConfig = field(default_factory=AlignConfig)
    furniture: FurnitureConfig = field(default_factory=FurnitureConfig)
    rescore: RescoreConfig = field(default_factory=RescoreConfig)
    clusters: ClusterConfig = field(default_factory=ClusterConfig)

    def __post_init__(self) -> None:
        _check(self)

    @classmethod
    def for_preset(cls, preset: Preset) -> Config:
        """Return the defaults of a preset: `news`, or `ocr` for text with recognition errors."""
        if preset not in PRESETS:
            raise ConfigError(f"preset: {preset!r} is unknown; choose one of {', '.join(PRESETS)}")
        return replace(cls(preset=preset), **PRESETS[preset])

    @classmethod
    def from_toml(cls, path: Path | str) -> Config:
        """Read a configuration file.

        Raises `ConfigError` naming file and key when the file is unreadable, a key unknown or a value wrong.
        """
        try:
            table = tomllib.loads(Path(path).read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            raise ConfigError(f"{path}: {error}; a configuration is a TOML file") from error
        base = cls.for_preset(str(table.pop("preset", "news")))  # type: ignore[arg-type]
        return _merge(base, table, str(path))

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> Config:
        """Return the configuration of `to_dict`.

        Raises `ConfigError` for an unknown key or a wrong value.
        """
        return _merge(cls(), _given(plain), "configuration")

    def to_dict(self) -> dict[str, Any]:
        """Return the configuration as plain values, in field order."""
        return dataclasses.asdict(self)

    def fingerprint(self) -> str:
        """Return 16 hex digits that change with every setting that can change a result."""
        plain = {k: v for k, v in self.to_dict().items() if k not in ("jobs", "memory")}
        if self.unit == "article":
            plain.pop("unit")  # indexes made before there was another one stay good
        return xxhash.xxh3_64_hexdigest(repr(plain).encode())


PRESETS: dict[str, dict[str, Any]] = {
    "news": {},
    "ocr": {
        "seeds": SeedConfig(seed_size=2, seed_window=1),
        "chains": ChainConfig(max_gap=48),
        "align": AlignConfig(max_gap=40, tolerance=6.0, unmatched=0.15, drop=6.0),
        "rescore": RescoreConfig(short_contiguity=0.4),
    },
}


def _merge(base: Any, table: Mapping[str, Any], where: str) -> Any:
    hints = get_type_hints(type(base))
    values: dict[str, Any] = {}
    for key, value in table.items():
        if key not in hints:
            near = difflib.get_close_matches(key, hints, n=1)
            advice = f"; did you mean {near[0]!r}?" if near else f"; known keys: {', '.join(hints)}"
            raise ConfigError(f"{where}: unknown key {key!r}{advice}")
        current = getattr(base, key)
        if is_dataclass(current):
            if not isinstance(value, Mapping):
                raise ConfigError(f"{where}: {key} is a table, write [{key}]")
            values[key] = _merge(current, value, f"{where}: [{key}]")
        else:
            values[key] = _coerce(value, hints[key], f"{where}: {key}")
    return replace(base, **values)


def _given(plain: Mapping[str, Any]) -> dict[str, Any]:
    """Return a table without what is None, also in tables in it."""
    return {k: _given(v) if isinstance(v, Mapping) else v for k, v in plain.items() if v is not None}


def _coerce(value: Any, hint: Any, where: str) -> Any:
    allowed = get_args(hint) if get_origin(hint) is not tuple else (hint,)
    options = [a for a in (allowed or (hint,)) if a is not type(None)]
    if get_origin(hint) is tuple and isinstance(value, list):
        return tuple(value)
    for option in options:
        if option is float and isinstance(value, int | float) and not isinstance(value, bool):
            return float(value)
        if isinstance(option, type) and isinstance(value, option) and not isinstance(value, bool):
            return value
        if not isinstance(option, type) and value in (get_args(option) or (option,)):
            return value
    raise ConfigError(f"{where}: {value!r} does not fit {hint}")


def _fail(name: str, value: Any, rule: str) -> None:
    raise ConfigError(f"{name}: {value!r} is not allowed; {rule}")


def _check(config: Config) -> None:
    """Refuse NaN, infinities and values out of range, naming the field."""
    for stage in (config, *(getattr(config, f.name) for f in fields(config))):
        if not is_dataclass(stage) or isinstance(stage, type):
            continue
        for item in fields(stage):
            value = getattr(stage, item.name)
            if isinstance(value, float) and not math.isfinite(value):
                _fail(item.name, value, "give a finite number")
    for name, values, known in (
        ("preset", (config.preset,), tuple(PRESETS)),
        ("only", (config.only,), (None, *get_args(Only))),
        ("unit", (config.unit,), get_args(Unit)),
        ("scope", config.scope, SCOPES),
        ("kind", config.kind, KINDS),
    ):
        for value in values:
            if value not in known:
                _fail(name, value, f"choose from {', '.join(k for k in known if k)}")
    for name, value in (
        ("min_similarity", config.min_similarity),
        ("min_score", config.rescore.min_score),
        ("short_contiguity", config.rescore.short_contiguity),
        ("near_duplicate", config.clusters.near_duplicate),
        ("carrier_change", config.clusters.carrier_change),
        ("related", config.furniture.related),
    ):
        if value is not None and not 0.0 <= value <= 1.0:
            _fail(name, value, "give a number from 0 to 1")
    for name, value, least in (
        ("jobs", config.jobs, 1),
        ("memory", config.memory, 64 * 2**20),
        ("min_words", config.min_words, 1),
        ("shingle_size", config.signatures.shingle_size, 1),
        ("num_perm", config.signatures.num_perm, 1),
        ("bands", config.signatures.bands, 1),
        ("rows", config.signatures.rows, 1),
        ("seed_size", config.seeds.seed_size, 1),
        ("seed_window", config.seeds.seed_window, 1),
        ("small_bucket", config.seeds.small_bucket, 2),
        ("max_gap", config.chains.max_gap, 0),
        ("max_gap", config.align.max_gap, 0),
        ("min_pages", config.furniture.min_pages, 2),
    ):
        if value is not None and value < least:
            _fail(name, value, f"the least is {least}")
    if config.window_days is not None and config.window_days < 0:
        _fail("window_days", config.window_days, "give a number of days")
    if config.signatures.bands * config.signatures.rows > config.signatures.num_perm:
        _fail("bands", config.signatures.bands, "bands times rows must not exceed num_perm")
