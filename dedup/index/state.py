"""What an index is and which commit it is at: one small record that a transaction replaces."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field, replace
from typing import Any

import msgspec

from dedup.config import Config, ReadConfig
from dedup.errors import ConfigError, StoreError
from dedup.signatures import SCHEME
from dedup.store.segments import FORM, SegmentInfo
from dedup.tokens import NORMALISER_VERSION, UNICODE_VERSION

FORMAT = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """An index at one commit.

    `mark` names the index, so that files of two are not mixed; `form` is that of its runs. `documents` and `content`
    are how many documents there are and the sum of their checksums modulo 2**64; new ones are compressed with the
    `dictionary` of a number, 0 for none. Documents from `newest_from` on stand
    in no segment yet; there are `newest` of them, and `newest_removed` counts removals among them.
    """

    format: int = FORMAT
    mark: str = field(default_factory=lambda: secrets.token_hex(8))
    normaliser: int = NORMALISER_VERSION
    unicode: str = UNICODE_VERSION
    signatures: str = SCHEME
    form: str = FORM
    fingerprint: str
    config: dict[str, Any]
    commit: int = 0
    next_number: int = 1
    next_segment: int = 1
    documents: int = 0
    content: int = 0
    dictionary: int = 0
    newest_from: int = 1
    newest: int = 0
    newest_content: int = 0
    newest_removed: int = 0
    segments: tuple[SegmentInfo, ...] = ()
    removed: dict[int, int] = field(default_factory=dict)

    def encode(self) -> bytes:
        """Return the state as bytes."""
        return msgspec.json.encode(self)

    def configuration(self, where: str) -> Config:
        """Return the configuration that the index was made with.

        Raises `StoreError` when this version does not know it.
        """
        try:
            return Config.from_dict(self.config)
        except ConfigError as error:
            raise StoreError(f"{where}: was made with settings of another version ({error}); {REBUILD}") from error


REBUILD = "build a new index from the documents"


def decode(raw: bytes, where: str) -> State:
    """Read a state.

    Raises `StoreError` when its format, normaliser, Unicode version or signatures are not those of this version.
    """
    try:
        plain = msgspec.json.decode(raw)
        version = plain["format"]
        if version != FORMAT:
            newer = isinstance(version, int) and version > FORMAT
            advice = "use the version of dedup that wrote it, or a newer one" if newer else REBUILD
            raise StoreError(f"{where}: is an index of format {version}, this version reads {FORMAT}; {advice}")
        if plain.get("form") != FORM:
            raise StoreError(f"{where}: is an index of format {version} as it was before its release; {REBUILD}")
        state = msgspec.json.decode(raw, type=State)
    except (msgspec.DecodeError, msgspec.ValidationError, KeyError, TypeError) as error:
        raise StoreError(f"{where}: is no index that this version reads ({error}); {REBUILD}") from error
    for what, ours, theirs in (
        ("normaliser", NORMALISER_VERSION, state.normaliser),
        ("Unicode", UNICODE_VERSION, state.unicode),
        ("signatures", SCHEME, state.signatures),
    ):
        if ours != theirs:
            raise StoreError(
                f"{where}: has words read with {what} {theirs}, this version has {ours}: they would not be found; "
                f"{REBUILD}, or use the version that wrote it"
            )
    return state


def new_state(config: Config) -> State:
    """Return the state of an empty index."""
    lasting = _lasting(config)
    plain = {k: v for k, v in lasting.to_dict().items() if k not in ("jobs", "memory")}
    return State(fingerprint=lasting.fingerprint(), config=plain)


def check_config(state: State, config: Config, where: str) -> None:
    """Refuse a configuration that is not the one that the index was made with.

    Raises `ConfigError` naming what differs.
    """
    config = _lasting(config)
    if config.fingerprint() == state.fingerprint:
        return
    theirs = state.configuration(where).to_dict()
    differing = [k for k, v in config.to_dict().items() if k not in ("jobs", "memory") and v != theirs[k]]
    raise ConfigError(
        f"{where}: was made with other settings ({', '.join(differing)}); open it without settings to use its own, "
        "or build a new index with yours"
    )


def _lasting(config: Config) -> Config:
    """Return a configuration without what says how records are read: that may be another one each time."""
    return replace(config, read=ReadConfig())
