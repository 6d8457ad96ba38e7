"""The places of a passage, and what is known of all of them, as kinds see them."""

from __future__ import annotations

from dataclasses import dataclass

from dedup import cue_signs
from dedup.model import Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Occurrence:
    """A member as the kinds see it: its text, what stands around it, and where it stands.

    `before` and `after` are what stands around it in the same paragraph, `lead` the end of the paragraph before;
    `alone` is true when the member is a whole paragraph but for a credit or a remark in brackets; `edge` when that is
    the first or the last of its text, `last` when it is the last one; `quoted` its share inside quotation marks;
    `names` the share of its words with a capital or a figure, and `usual_names` that of its text; `document_share` is
    its part of the whole text. `signs` says what may stand in the paragraph and in the text (`cue_signs.of_places`).
    """

    text: str
    start: int
    before: str
    after: str
    paragraph: str
    lead: str
    names: float
    usual_names: float
    alone: bool
    edge: bool
    quoted: float
    document_share: float
    document: int
    outlet: str
    family: str
    is_caption_field: bool
    last: bool = False
    signs: int = cue_signs.EVERY


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What is known of a cluster as a whole.

    `unrelated`: its texts have nothing else in common; `distance`, in [0, 1]: how surely they tell different stories,
    by what they say around the passage; `company`: in which share of pairs of its texts other passages are shared, None
    for one text; `lasting`: no two of its texts were published in one week.
    """

    words: float
    furniture: str | None
    furniture_confidence: float
    unrelated: bool
    distance: float
    company: float | None
    lasting: bool
    credited: bool
    body_twice: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """A kind with confidence in [0, 1] and the signals that speak for it."""

    kind: Kind
    confidence: float
    evidence: tuple[str, ...]
