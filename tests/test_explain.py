"""`dedup explain`: each step at which a pair can end is told, with the figures of the scan itself."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from dedup import ConfigError, StoreError, compare
from dedup.cli import main
from dedup.explain import explain
from dedup.explanation.records import Explanation
from dedup.store.words import read_words
from tests.prose import BRIDGE, BUDGET, COOKIE, CRICKET, FACTORY, FERRY, METEOR, QUOTE, WOLVES, filler

NAMES = "Ada Finch, Rowan Eccles, Bernadette Moy, Kit Larkin, Zainab Osei, Tobias Grange"


def call(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [str(a) for a in arguments], catch_exceptions=False)


def scanned(folder: Path, texts: dict[str, str], *options: str, **fields: dict[str, str]) -> Path:
    """Scan texts by id, each of an outlet of its own unless `fields` say otherwise; return the results' folder."""
    records = [
        {"id": i, "text": t, "outlet": f"Outlet {i}", **{k: v[i] for k, v in fields.items() if i in v}}
        for i, t in texts.items()
    ]
    (folder / "news.jsonl").write_text("".join(json.dumps(r) + "\n" for r in records), encoding="utf-8")
    done = call("scan", folder / "news.jsonl", "-o", folder / "out", "-q", *options)
    assert done.exit_code == 0, done.output
    return folder / "out"


def told(out: Path, left: str = "a", right: str = "b") -> Explanation:
    return explain(out, left, right, documents=[out.parent / "news.jsonl"])


def test_a_linked_pair_has_the_figures_of_the_scan(tmp_path: Path) -> None:
    """The passage, its score from its parts, its checks, its cluster and the relation are told, exactly."""
    out = scanned(tmp_path, {"a": FERRY, "b": f"Our reporter writes. {FERRY}", "c": BUDGET})
    found = told(out)
    assert (found.linked, found.step, found.weights, found.notes) == (True, "linked", "scan", ())
    passage = found.passages[0]
    assert passage.left_text in FERRY
    assert passage.score == pytest.approx(1 / (1 + 2.718281828459045**-passage.z), abs=1e-5)
    assert all(c.met for c in passage.checks)
    cluster = json.loads((out / "passages.jsonl").read_text().splitlines()[0])
    assert passage.cluster_ids == (cluster["cluster_id"],)
    assert list(found.clusters[0].evidence) == cluster["evidence"]
    assert found.relation.pair is not None
    assert found.relation.document_cluster


def test_word_counts_are_those_of_the_scan(tmp_path: Path) -> None:
    """What is kept beside the texts counts collapsed documents, and weighs words other than the background does."""
    texts = {"a": FERRY, "b": f"Our reporter writes. {FERRY}", "c": FERRY, "d": BUDGET}
    out = scanned(tmp_path, texts)
    kept = read_words(out / "store" / "words.zst")
    assert kept is not None
    assert kept.documents == 2
    exact, alone = told(out).passages[0].features["mass"], compare(texts["a"], texts["b"])[0].scores["mass"]
    assert exact != alone


@pytest.mark.parametrize(
    ("left", "right", "step", "said"),
    [
        ("", BUDGET, "words", "has no words"),
        ("渡轮搁浅", BUDGET, "seeds", "no word in common"),
        (f"{METEOR} It was over by noon.", f"{WOLVES} It was over again.", "chains", "weighs enough"),
        (f"{METEOR}\n\nSigned by {NAMES} today.", f"{WOLVES}\n\nThanks to {NAMES} then.", "verdict", "list of names"),
    ],
)
def test_where_the_way_ends(left: str, right: str, step: str, said: str, tmp_path: Path) -> None:
    """Without words, without a seed, with too light a chain, with names alone: the step and the reason fit."""
    found = told(scanned(tmp_path, {"a": left, "b": right}))
    assert (found.linked, found.step) == (False, step)
    assert said in found.reason
    assert not found.clusters


def test_too_short_says_how_many_words_of_how_many(tmp_path: Path) -> None:
    """A run below the definition ends at the verdict with its words and the words needed."""
    run = "seismologists recalibrated obsolete magnetometers"
    found = told(scanned(tmp_path, {"a": f"{METEOR} There {run} yesterday.", "b": f"{WOLVES} Here {run} again."}))
    assert found.step == "verdict"
    assert re.search(r"4 words, 6 needed", found.reason)


def test_furniture_is_named_with_its_rule(tmp_path: Path) -> None:
    """Pages of one outlet that share its cookie line alone: what was set aside, the rule, and no relation."""
    bodies = {i: f"{t}\n\n{COOKIE}" for i, t in zip("abcd", (METEOR, WOLVES, FACTORY, CRICKET), strict=True)}
    titles = dict(zip("abcd", ("Meteor lights hills", "Wolves return", "Factory shuts", "Cricket final"), strict=True))
    out = scanned(tmp_path, bodies, title=titles, outlet=dict.fromkeys("abcd", "Daily"))
    found = told(out)
    assert [a.rule for a in found.suppressed] == ["family_template"]
    assert found.relation.pair is None


@pytest.mark.parametrize(
    ("options", "step", "said"),
    [
        (("--window", "7d"), "window", "60.0 days apart, --window allows 7"),
        (("--kind", "caption", "--only", "passages"), "filters", "--kind caption"),
        (("--min-words", "500"), "min_words", "--min-words asks for 500"),
    ],
)
def test_settings_that_leave_out_are_named(options: tuple[str, ...], step: str, said: str, tmp_path: Path) -> None:
    """A window, a kind and least words that keep a good passage out are each the reason."""
    changed = FERRY.replace("coastguard", "harbour office")
    assert changed != FERRY
    texts = {"a": f"{METEOR}\n\n{FERRY}\n\n{BUDGET}", "b": f"{WOLVES}\n\n{changed}\n\n{FACTORY}"}
    found = told(scanned(tmp_path, texts, *options, published={"a": "2024-01-01", "b": "2024-03-01"}))
    assert found.relation.pair is None or step == "filters"
    worst = [p for p in found.passages if p.step == step]
    assert worst
    assert said in worst[0].reason


def test_one_side_of_a_reference_set(tmp_path: Path) -> None:
    """With --against two documents of the scan are never compared, and that is what is said."""
    (tmp_path / "ref.jsonl").write_text(json.dumps({"id": "r", "text": FERRY, "outlet": "Agency"}) + "\n")
    texts = {"a": f"{FERRY} {METEOR}", "b": f"{WOLVES} {FERRY}", "c": f"{BRIDGE} {BUDGET}", "d": f"{METEOR} {BUDGET}"}
    out = scanned(tmp_path, texts, "--against", str(tmp_path / "ref.jsonl"))
    found = told(out, "c", "d")
    assert found.step == "against"
    assert explain(out, "a", "r").right.reference


def test_a_shared_quotation_is_told_apart(tmp_path: Path) -> None:
    """P8: two articles that share a statement alone are linked by it, and their whole texts are not related."""
    out = scanned(tmp_path, {"a": f"{METEOR}\n\n“{QUOTE}”, she said.", "b": f"{WOLVES}\n\n“{QUOTE}”, said Mr Orr."})
    found = told(out)
    assert [c.kind for c in found.clusters] == ["quotation"]
    assert found.relation.pair is None
    assert "quotations alone" in found.relation.reason


def test_unknown_and_unkept_documents(tmp_path: Path) -> None:
    """The nearest id is suggested, a text that was not kept is asked for, and one id twice is refused; exit 2."""
    out = scanned(tmp_path, {"chronicle-7": FERRY, "agency-1": f"So. {FERRY}", "lonely": filler(1)})
    wrong = call("explain", out, "chronicle7", "agency-1")
    assert wrong.exit_code == 2
    assert "the nearest are 'chronicle-7'" in wrong.output
    assert "--documents" in call("explain", out, "lonely", "agency-1").output
    with pytest.raises(ConfigError, match="two documents"):
        explain(out, "lonely", "lonely")
    with pytest.raises(StoreError, match="no results"):
        explain(tmp_path / "nowhere", "a", "b")


def test_without_texts_it_says_that_it_approximates(tmp_path: Path) -> None:
    """A scan that kept nothing is explained from its input, with words counted anew, and that is said."""
    out = scanned(tmp_path, {"a": FERRY, "b": f"So. {FERRY}", "c": BUDGET}, "--no-texts")
    assert "keeps no text" in call("explain", out, "a", "b").output
    found = told(out)
    assert (found.linked, found.weights) == (True, "documents")
    assert "approximate" in found.notes[0]


@pytest.mark.parametrize("cut", [0, 10, 60])
def test_damaged_word_counts_are_refused(cut: int, tmp_path: Path) -> None:
    """A cut file of word counts is an error that names it; nothing is made of its rest."""
    out = scanned(tmp_path, {"a": FERRY, "b": f"So. {FERRY}"})
    path = out / "store" / "words.zst"
    path.write_bytes(path.read_bytes()[:cut])
    done = call("explain", out, "a", "b")
    assert done.exit_code == 4
    assert "words.zst" in done.output


def test_hostile_text_commands_nothing(tmp_path: Path) -> None:
    """Escapes, markup and direction marks of texts, titles and outlets do not reach the terminal."""
    bad = "\x1b[2J\x1b]0;owned\x07[bold red]\u202e"
    texts = {"a": f"{bad} {FERRY}", "b": f"{FERRY} {bad}"}
    out = scanned(tmp_path, texts, outlet={"a": f"O{bad}", "b": "P"}, title={"a": bad, "b": bad})
    shown = call("explain", out, "a", "b").output
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e]", shown)
    assert "linked" in shown
    plain: dict[str, Any] = json.loads(call("explain", out, "a", "b", "--json").output)
    assert (plain["schema"], plain["linked"]) == (1, True)
