"""Make `dedup/data/background.npz`: how common words are in general, as document frequencies of token hashes.

Sources, both installed from the package index and used as figures only:

* symspellpy's English frequency list (MIT; counts from Google Books Ngram, CC BY 3.0): word counts, turned into the
  share of 500-word documents that hold the word by the Poisson assumption `1 - exp(-500 * count / total)`;
* stopwordsiso (MIT): function words of 57 languages, each given the share `FUNCTION_SHARE`.

Usage: python benchmarks/make_background.py symspellpy-folder stop-words-iso.json
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np

from dedup.tokens import tokenize

WORDS_PER_DOCUMENT = 500
FUNCTION_SHARE = 0.25
LEAST_SHARE = 2e-4


def english(path: Path) -> dict[str, float]:
    counts = {}
    for line in path.read_text(encoding="utf-8-sig").splitlines():
        word, count = line.split()
        counts[word] = int(count)
    total = sum(counts.values())
    return {w: float(1 - np.exp(-WORDS_PER_DOCUMENT * c / total)) for w, c in counts.items()}


def function_words(path: Path) -> dict[str, float]:
    table = json.loads(path.read_text(encoding="utf-8"))
    return {word: FUNCTION_SHARE for language, words in table.items() if language != "en" for word in words}


def main() -> None:
    shares = function_words(Path(sys.argv[2]))
    shares |= english(next(Path(sys.argv[1]).rglob("frequency_dictionary_en_82_765.txt")))
    by_hash: dict[int, float] = {}
    words = sorted(shares)
    tokens = tokenize(words)
    for i, word in enumerate(words):
        low, high = tokens.bounds[i], tokens.bounds[i + 1]
        if high - low == 1 and shares[word] >= LEAST_SHARE:
            h = int(tokens.hashes[low])
            by_hash[h] = max(by_hash.get(h, 0.0), shares[word])
    hashes = np.array(sorted(by_hash), np.uint32)
    values = np.array([by_hash[int(h)] for h in hashes], np.float32)
    target = Path(__file__).parent.parent / "dedup" / "data" / "background.npz"
    np.savez_compressed(target, hashes=hashes, shares=values)
    print(len(hashes), "words", target.stat().st_size, "bytes")


if __name__ == "__main__":
    main()
