"""Single rules of judgement, each with a case that it decides."""

from __future__ import annotations

import itertools
import shutil
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from dedup import Document, StoreError, compare, memory, relations, rescore
from dedup import shelf as shelf_module
from dedup.agency.credits import credits
from dedup.config import RescoreConfig
from dedup.families import families_of
from dedup.origins import Carried, origin
from dedup.progress import NoProgress
from dedup.relations import is_update
from dedup.shelf import Chosen, Shelf
from dedup.spill import Column, Scratch

QUOTED = "We rebuilt the lighthouse stone by numbered stone before the autumn gales could reach the scaffolding"
WENT_ON = "and nobody on this island will ever again mistake patience for idleness or a ledger for a prayer"


def test_what_does_not_fit_is_spilled(tmp_path: Path) -> None:
    """Documents stay in memory up to a limit that grows with --memory; of more, all are read from a file, the same."""
    assert memory.characters(64 * 2**20) == 0
    assert 0 < memory.characters(2**30) < memory.characters(4 * 2**30)
    documents = [Document(id=str(8 - i), text="ö" * i, extra={"n": i}, timestamp=float(i)) for i in range(9)]
    plain, spilled = Shelf(documents), Shelf(documents, Scratch(tmp_path, on_disk=True), 20)
    assert (plain.spilled, spilled.spilled) == (False, True)
    for shelf in (plain, spilled):
        shelf.arrange([*range(8, -1, -1)])
        assert list(shelf) == documents[::-1]
        assert list(shelf.texts()) == [d.text for d in documents[::-1]] == list(shelf.texts()[0:9])
        assert shelf.lengths.tolist() == [*range(8, -1, -1)]
        assert [h.id for h in shelf.heads()] == shelf.ids
        chosen = Chosen(shelf, np.array([0, 8]))
        assert dict(chosen) == {"0": documents[8], "8": documents[0]}
        assert list(chosen.values()) == [chosen[i] for i in chosen]
        assert len(chosen.values()) == 2
        assert (chosen.get("8"), chosen.get("4"), chosen.get("none", 7)) == (documents[0], None, 7)
        assert shelf[-1] == documents[0]


def test_few_long_documents_are_kept_at_hand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of documents read from a file so many are kept as their length allows, and one at least."""
    documents = [Document(id=f"{n}", text="word " * 100) for n in range(4)]
    for characters, kept in ((1500, True), (10, False)):
        monkeypatch.setattr(shelf_module, "CHARACTERS_AT_HAND", characters)
        shelf = Shelf(documents, Scratch(tmp_path, on_disk=True), 20)
        shelf.arrange(range(4))
        one, other = shelf[0], shelf[1]
        assert (shelf[0] is one, shelf[1] is other) == (kept, kept)
        assert shelf[0] == one


def test_spilled_documents_are_read_by_many_threads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Threads that read first at the same time find one file, however long it takes to be mapped."""
    finish = Column.finish

    def slowly(column: Column) -> object:
        time.sleep(0.02)
        return finish(column)

    monkeypatch.setattr(Column, "finish", slowly)
    documents = [Document(id=str(8 - i), text="ö" * i) for i in range(9)]
    shelf = Shelf(documents, Scratch(tmp_path, on_disk=True), 20)
    shelf.arrange(range(9))
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(shelf.text, range(9))) == [d.text for d in documents]


class Warnings(NoProgress):
    """Keeps what it is warned of."""

    def __init__(self) -> None:
        self.messages: list[str] = []

    def warn(self, message: str) -> None:
        """Keep a message."""
        self.messages.append(message)


def test_room_is_checked_before_a_scan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a scan keeps in files is told before it starts, and a disk without room for it is refused with advice."""
    scratch, said = Scratch(tmp_path, on_disk=True), Warnings()
    memory.check_room(scratch, 10**6, 100, 400.0, said)
    assert str(tmp_path) in said.messages[0]
    assert said.messages[0].endswith("in about 7 min")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=10**6))
    with pytest.raises(StoreError, match=r"free some space.*--work.*--memory"):
        memory.check_room(scratch, 10**6, 100, 400.0, said)


def test_time_is_told_by_the_pace_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a scan takes grows with its texts and shrinks with its jobs; documents alone take a small part of it."""
    ticks = iter(range(99))
    monkeypatch.setattr(time, "perf_counter", lambda: float(next(ticks)))
    texts = ["word " * 20] * 1000  # of which 250 are tokenised, in one tick
    whole = memory.seconds(texts, 100_000, 1, documents_alone=False)
    assert whole == pytest.approx(4 * memory.WHOLE)
    assert memory.seconds(texts, 300_000, 2, documents_alone=False) == pytest.approx(1.5 * whole)
    assert 5 * memory.seconds(texts, 100_000, 1, documents_alone=True) < whole
    assert memory.seconds([""], 0, 1, documents_alone=False) == 0.0
    # of a long text its beginning is enough
    seen: list[int] = []
    monkeypatch.setattr(memory, "tokenize", lambda some: seen.append(max(map(len, some))))
    memory.seconds(["word " * 100_000], 500_000, 1, documents_alone=False)
    assert max(seen) == memory.TIMED_CHARACTERS


def test_a_domain_with_many_outlets_is_a_host() -> None:
    """An archive that serves many titles makes no family of them; a publisher with a few does."""

    def names(count: int) -> set[str]:
        pages = [
            Document(id=str(i), text="t", outlet=f"Paper {i}", url=f"https://www.old-papers.example/{i}")
            for i in range(count)
        ]
        return {f.name for f in families_of(pages, {}).values()}

    assert names(3) == {"old-papers.example"}
    assert len(names(40)) == 40


def test_who_speaks_does_not_end_a_quotation() -> None:
    """A quotation that two articles interrupt to name the speaker in other words is one passage."""
    left = f'In town, "{QUOTED}," said the keeper of the northern light, Orla Vance, on Friday. "{WENT_ON}." Rain fell.'
    right = f'At the harbour: "{QUOTED}," Vance told a crowd of two hundred at the old net store. "{WENT_ON}."'
    [match] = compare(left, right)
    assert left[match.left.start : match.left.end].startswith("We rebuilt")
    assert left[match.left.start : match.left.end].endswith("a prayer")


def test_figures_written_as_words_are_changes() -> None:
    """A death toll told in words is named when it differs."""
    left = "The old crane toppled across the quay before dawn, killing three dockers and crushing a customs launch"
    [match] = compare(left, left.replace("three", "seven"))
    assert [(c.before, c.after) for c in match.changed] == [("three", "seven")]


def test_a_short_run_must_hang_together() -> None:
    """The same features count as a passage only from a least contiguity on, while they are few."""
    row = np.array([[40.0, 30.0, 8.0, 0.7, 1.0, 1.0, 1.0, 0.0, 0.0, 0.0, 10.0, 8.0, 0.0]])
    row[0, rescore.FEATURES.index("contiguity")] = 0.7
    config = RescoreConfig()
    assert rescore.scores(row, config)[0] == 0.0
    row[0, rescore.FEATURES.index("contiguity")] = 0.8
    assert rescore.scores(row, config)[0] > 0.5
    row[0, rescore.FEATURES.index("contiguity")] = 0.7
    row[0, rescore.FEATURES.index("content")] = 12.0
    assert rescore.scores(row, config)[0] > 0.5


def test_a_small_part_does_not_credit_the_whole() -> None:
    """The agency of a carrier that has a quarter of a passage is not the origin of the passage."""
    wire = Document(id="w", text="SELBY (Reuters) — The bridge was shut on Monday after an inspection found a crack.")
    own = Document(id="o", text="The bridge was shut on Monday after an inspection found a crack, and much more.")

    def carried(extent: float) -> list[Carried]:
        return [
            Carried(document=wire, family="w", start=17, end=60, extent=extent, credits=tuple(credits(wire))),
            Carried(document=own, family="o", start=0, end=60, extent=1.0, credits=tuple(credits(own))),
        ]

    assert origin(carried(0.25), is_caption=False).agency is None
    assert origin(carried(1.0), is_caption=False).agency == "Reuters"


def test_stray_words_beyond_a_border_are_trimmed() -> None:
    """A word that both texts happen to have behind the end of a shared paragraph is not part of it."""
    left = f"{QUOTED}.\n\nThe ferry company posted its winter timetable on the door."
    right = f"{QUOTED}.\n\nThe mayor of Westhaven resigned over an unpaid invoice for gravel."
    [match] = compare(left, right)
    assert left[match.left.start : match.left.end] == QUOTED


TITLED = 'Rep. Howard P. "Buck" McKeon, R-Calif., {}chairman of the House Armed Services Committee'


def test_a_person_with_a_title_is_no_passage() -> None:
    """Names and offices alone are no passage; with what was done in the same words they are part of one."""
    left, right = TITLED.format("the "), TITLED.format("")
    around = ("He spoke on Friday to reporters; ", ", has long asked for more money.")
    other = ("Several guests came late, among them ", ", who stayed for an hour.")
    assert not compare(left.join(around), right.join(other))
    did = " opened the flooded quarry road and praised the patient bakers behind the counter"
    assert compare((left + did).join(around), (right + did).join(other))


def test_capitals_of_a_language_that_has_many_are_no_names() -> None:
    """German writes every noun with a capital; a caption full of nouns is a passage."""
    caption = "Die Fähre lag am Morgen vor der Bank im Hafen fest, Schlepper und Boote warteten auf die Flut"
    filler = "Der Rat der Stadt prüft die Kosten der Brücke, den Bau der Schule und die Pläne der Bürger am Fluss. "
    assert compare(filler * 4 + caption + ".", "Am Montag war Ruhe im Ort. " + caption + ", hieß es.")


@pytest.mark.parametrize(("matched", "is_passage"), [(5.0, False), (6.0, True)])
def test_six_words_at_least(matched: float, is_passage: bool) -> None:
    """Five words are no passage, be they ever so rare, but as a whole line or quotation."""
    row = np.array([[45.0, 30.0, 5.0, 1.0, 1.0, 1.0, 1.0, 0.0, 0.0, 0.0, matched, 5.0, 0.0]])
    assert bool(rescore.scores(row, RescoreConfig())[0] >= 0.5) is is_passage
    row[0, rescore.FEATURES.index("unit")] = 1.0
    assert rescore.scores(row, RescoreConfig())[0] >= 0.5


def test_loose_runs_need_words_that_are_no_names() -> None:
    """Of a run of which less than six tenths agree, six content words must be no names."""
    row = np.array([[45.0, 30.0, 9.0, 0.5, 1.0, 1.0, 1.0, 0.0, 0.0, 0.0, 14.0, 5.0, 0.0]])
    config = RescoreConfig(short_contiguity=0.4)
    assert rescore.scores(row, config)[0] == 0.0
    row[0, rescore.FEATURES.index("common")] = 6.0
    assert rescore.scores(row, config)[0] >= 0.5


def test_short_runs_need_some_words_that_are_no_names() -> None:
    """A person, an office and a place are no passage, however rare; three other words make one of a short run."""
    row = np.array([[45.0, 30.0, 8.0, 1.0, 1.0, 1.0, 1.0, 0.0, 0.0, 0.0, 8.0, 2.0, 0.0]])
    assert rescore.scores(row, RescoreConfig())[0] == 0.0
    row[0, rescore.FEATURES.index("common")] = 3.0
    assert rescore.scores(row, RescoreConfig())[0] >= 0.5


@pytest.mark.parametrize(("days", "is_one"), [(0, False), (1, True), (14, True), (15, False), (300, False)])
def test_an_update_comes_within_two_weeks(days: int, is_one: bool) -> None:
    """Half of the earlier text and more is told again, by one outlet; months later it is a template or a gallery."""
    early = Document(id="a", text="x", outlet="Harbour Post", timestamp=1_000_000.0)
    late = Document(id="b", text="y", outlet="Harbour Post", timestamp=1_000_000.0 + 86_400 * days)
    assert is_update(early, late, (0.8, 0.5), (200, 320)) is is_one
    assert is_update(late, early, (0.5, 0.8), (320, 200)) is is_one


def test_what_may_be_an_update() -> None:
    """No update is passed over by what is shared alone."""
    early, late = (Document(id=n, text="x", outlet="Post", timestamp=t) for n, t in (("a", 0.0), ("b", 86_400.0)))
    texts = [(shared, total) for total in (100, 104, 105, 300) for shared in (0, 40, 50, 90, 96, 97, 100)]
    found = 0
    for (one, first), (other, last) in itertools.product(texts, texts):
        shared, totals = np.array([[one, other]]), np.array([[first, last]])
        shares = (round(one / first, 6), round(other / last, 6))
        for pair in ((early, late), (late, early)):
            if is_update(*pair, shares, (first, last)):
                assert relations._may_update(shared, totals).tolist() == [True]
                found += 1
    assert found > 20
