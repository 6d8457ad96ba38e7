"""The process that reads pages: frames of MessagePack in, frames out, until its input ends.

A frame is its length in 8 bytes, big-endian, and so many bytes. A page in gives an article out.
"""

from __future__ import annotations

import contextlib
import signal
import sys
from typing import IO

import msgspec

from dedup.readers.page import Article, Page, read_page

MOST_MEMORY = 4 * 2**30
"""Address space in bytes that a page may take, where the system can limit it."""

FAILED = "page that the extractor failed on"
TOO_LARGE = "page that takes too much memory"


def main() -> None:
    """Answer pages until the input ends."""
    _restrain()
    source, sink = sys.stdin.buffer, sys.stdout.buffer
    # libraries that print must not write into the answers
    sys.stdout = sys.stderr
    decoder = msgspec.msgpack.Decoder(Page)
    while (frame := receive(source)) is not None:
        send(sink, msgspec.msgpack.encode(answer(decoder.decode(frame))))


def answer(page: Page) -> Article:
    """Return the article of a page, also where the libraries that read it give up."""
    from lxml import etree

    try:
        return read_page(page)
    except MemoryError:
        return Article(error=TOO_LARGE)
    except (ValueError, TypeError, AttributeError, LookupError, ArithmeticError, RecursionError) as error:
        return Article(error=FAILED, detail=f"{type(error).__name__}: {error}"[:200])
    except (AssertionError, etree.LxmlError) as error:
        return Article(error=FAILED, detail=f"{type(error).__name__}: {error}"[:200])


def send(sink: IO[bytes], frame: bytes) -> None:
    """Write a frame."""
    sink.write(len(frame).to_bytes(8, "big"))
    sink.write(frame)
    sink.flush()


def receive(source: IO[bytes]) -> bytes | None:
    """Return the next frame; None where the input ends, also inside a frame."""
    head = source.read(8)
    if len(head) < 8:
        return None
    size = int.from_bytes(head, "big")
    frame = source.read(size)
    return frame if len(frame) == size else None


def _restrain() -> None:
    """Leave Ctrl-C to the process that asked, and set the memory limit where there is such a thing."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        import resource
    except ImportError:
        return
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))


if __name__ == "__main__":
    main()
