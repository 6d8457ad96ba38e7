"""Documents to bytes and back: compressed one by one, so with what they have in common in a dictionary beside them.

A record of 3.6 kB takes 1,940 bytes alone and 1,580 with a dictionary of 64 kB that was made from a thousand others of
its index. The number of its dictionary stands in every compressed record; those from before it have none.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence

import msgspec
import zstandard

from dedup.errors import StoreError
from dedup.index.contents import plain_bytes
from dedup.model import Document

_LEVEL = 3
_SIZE = 1 << 16


class Stored(msgspec.Struct, frozen=True):
    """What matches tell of a stored document. Its text stays as it is written, in a half of the memory where it has one
    character above Latin-1, and is made when it is asked for."""

    id: str
    written: msgspec.Raw = msgspec.field(name="text")
    title: str | None = None
    outlet: str | None = None
    published: str | None = None
    timestamp: float | None = None
    url: str | None = None

    @property
    def text(self) -> str:
        """Return the text."""
        return _TEXT.decode(self.written)


_DOCUMENT, _STORED = msgspec.json.Decoder(Document), msgspec.json.Decoder(Stored)
_TEXT = msgspec.json.Decoder(str)


class Packing:
    """Compresses documents and reads them again; may be used by many threads."""

    def __init__(self, dictionary: Callable[[int], bytes]) -> None:
        """Take what returns a dictionary by its number, which is above 0."""
        self._dictionary = dictionary
        # to make a compressor or decompressor takes longer than to use it, and each serves one thread
        self._local = threading.local()

    def pack_all(self, documents: Iterable[Document], number: int = 0) -> list[bytes]:
        """Return documents as compressed bytes, with a dictionary or (0) without."""
        known: dict[int, zstandard.ZstdCompressor] = self._local.__dict__.setdefault("compressors", {})
        if number not in known:
            known[number] = zstandard.ZstdCompressor(level=_LEVEL, dict_data=self._loaded(number))
        return [known[number].compress(plain_bytes(document)) for document in documents]

    def plain(self, packed: bytes) -> bytes:
        """Return a compressed document as the bytes of its record.

        Raises `StoreError` when it is none, or its dictionary is missing.
        """
        known: dict[int, zstandard.ZstdDecompressor] = self._local.__dict__.setdefault("decompressors", {})
        try:
            number = zstandard.get_frame_parameters(packed).dict_id
            if number not in known:
                known[number] = zstandard.ZstdDecompressor(dict_data=self._loaded(number))
            found: bytes = known[number].decompress(packed)
        except zstandard.ZstdError as error:
            raise StoreError(f"a stored document cannot be read ({error})") from error
        return found

    def unpack_all(self, packed: Iterable[bytes]) -> Iterator[Document]:
        """Return an iterator over the documents of `pack_all`, each of which raises as `unpack` does."""
        return map(self.unpack, packed)

    def unpack(self, packed: bytes) -> Document:
        """Return one document of `pack_all`.

        Raises `StoreError` when the bytes are none.
        """
        try:
            return _DOCUMENT.decode(self.plain(packed))
        except msgspec.DecodeError as error:
            raise StoreError(f"a stored document cannot be read ({error})") from error

    def stored(self, packed: bytes) -> tuple[Stored, str]:
        """Return what is known of one document of `pack_all`, and its text; raises as `unpack` does."""
        try:
            found = _STORED.decode(self.plain(packed))
            return found, found.text
        except msgspec.DecodeError as error:
            raise StoreError(f"a stored document cannot be read ({error})") from error

    def is_of(self, packed: bytes, document: Document) -> bool:
        """Return whether packed bytes are those of a document, with all its fields."""
        return self.plain(packed) == plain_bytes(document)

    def _loaded(self, number: int) -> zstandard.ZstdCompressionDict | None:
        if not number:
            return None
        return zstandard.ZstdCompressionDict(self._dictionary(number), dict_type=zstandard.DICT_TYPE_FULLDICT)


def trained(plain: Sequence[bytes], number: int) -> bytes | None:
    """Return a dictionary for documents like these, or None where they are too few or too short for one."""
    try:
        return zstandard.train_dictionary(_SIZE, list(plain), dict_id=number).as_bytes()
    except zstandard.ZstdError:
        return None
