"""Quotations inside agency copy, where the same texts carry both."""

from __future__ import annotations

from dedup import Config, scan
from dedup.model import PassageCluster, ScanResult

SAID = "We lost the boats and most of the nets, but nobody on this quay will leave"
COPY = (
    "The storm that crossed the northern coast on Sunday night sank eleven fishing boats in the harbour of Corran and "
    "tore the roof from the auction hall, the harbour board said on Monday.\n\n"
    "“{said},” said harbour master Edda Croll. The board put the damage at four million and asked the ministry to pay "
    "for a higher breakwater before the next winter, as it had done after the floods of the year before."
)
OWN = (
    "Our reporter met the skippers in the Anchor bar. Most had slept on the floor of the chapel.",
    "Readers have sent pictures of masts in their gardens. Trains to the coast run again from noon.",
)


def scanned(*said: str, copy: str = COPY, **settings: object) -> ScanResult:
    """Return a scan of texts that carry the copy, each with its own form of the quotation, and the quotation alone."""
    texts = [f"{own}\n\n{copy.format(said=words)}" for own, words in zip(OWN, said, strict=False)]
    documents = [{"id": str(i), "text": text, "outlet": f"outlet {i}"} for i, text in enumerate(texts)]
    return scan(documents, Config(**settings))  # type: ignore[arg-type]


def inner(result: ScanResult) -> list[PassageCluster]:
    """Return the passages inside others."""
    return [p for p in result.passages if p.parent is not None]


def test_words_inside_agency_copy_are_a_passage_of_their_own() -> None:
    """Whoever carries the copy carries the quotation: it names the copy as its parent, says why it is one, and leaves
    to the copy whose it is."""
    result = scanned(SAID, SAID)
    copy = next(p for p in result.passages if p.kind == "wire_copy")
    (said,) = inner(result)
    assert (said.kind, said.parent, said.text) == ("quotation", copy.cluster_id, SAID)
    assert [m.doc_id for m in said.members] == [m.doc_id for m in copy.members]
    assert said.kind_confidence > 0.9
    assert said.evidence[0] == "a whole quotation inside a longer passage"
    assert (said.origin.doc_id, said.origin.agency) == (None, None)


def test_each_text_has_its_own_words() -> None:
    """A member that has another word has its own stretch, with what was changed."""
    (said,) = inner(scanned(SAID, SAID.replace("nobody", "not one of us")))
    assert {m.text for m in said.members} == {SAID, SAID.replace("nobody", "not one of us")}


def test_titles_and_parts_of_sentences_are_none() -> None:
    """A title in quotation marks, four words, and a part of a reporter's sentence are no quotations."""
    assert not inner(
        scanned(
            "Long Songs Of The Northern Boats And Of The Old Nets",
            "Long Songs Of The Northern Boats And Of The Old Nets",
        )
    )
    assert not inner(scanned("We lost the boats", "We lost the boats"))
    part = COPY.replace("“{said},” said", "It was “{said}” to").replace("harbour master", "the harbour master")
    assert not inner(
        scanned("a loss of boats and nets beyond all words", "a loss of boats and nets beyond all words", copy=part)
    )


def test_a_quotation_stands_there_once() -> None:
    """A quotation that a third text has without the copy is a passage already: none is made inside the copy."""
    texts = [f"{own}\n\n{COPY.format(said=SAID)}" for own in OWN]
    texts.append(f"Croll spoke to the chapel choir about her father, who built boats. “{SAID},” she said, and sang.")
    result = scan([{"id": str(i), "text": t, "outlet": f"outlet {i}"} for i, t in enumerate(texts)])
    assert [p.n_documents for p in result.passages if p.kind == "quotation"] == [3]


def test_copy_stays_copy() -> None:
    """Quotations inside copy are a part of what was copied: relations of documents do not leave them out."""
    result = scanned(SAID, SAID)
    (pair,) = result.pairs
    assert (pair.relation, pair.quoted_share) == ("duplicate", 0.0)
    assert set(pair.passages) == {p.cluster_id for p in result.passages}


def test_asked_for_alone() -> None:
    """With quotations alone asked for they are there, and their parent, which is not, is not named."""
    (said,) = scanned(SAID, SAID, kind=("quotation",)).passages
    assert (said.text, said.parent) == (SAID, None)


CAPTION = "The auction hall of Corran after the storm tore off its roof"


def test_a_caption_inside_agency_copy_is_a_passage_of_its_own() -> None:
    """A paragraph that ends in the credit of a picture is a caption, in whatever words the credit is; without one it is
    a part of the copy."""
    first, _, rest = COPY.format(said=SAID).partition("\n\n")
    for tail in (". Kuva: Ada Quill", " (kuva Ada Quill)"):
        captions = [
            p for p in inner(scanned("", "", copy=f"{first}\n\n{CAPTION}{tail}\n\n{rest}")) if p.kind == "caption"
        ]
        assert [p.text.startswith(CAPTION) for p in captions] == [True]
        assert captions[0].evidence[0] == "a caption inside a longer passage"
    plain = inner(scanned("", "", copy=f"{first}\n\n{CAPTION}.\n\n{rest}"))
    assert not [p for p in plain if p.kind == "caption"]
