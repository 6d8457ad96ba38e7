"""The command line: every option has an effect, every status its cause; stdout has results or nothing."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from dedup.cli import main
from tests.prose import BRIDGE, BUDGET, CAPTION, COOKIE, FERRY, QUOTE, RATES, WOLVES, filler, paragraphs

FILES = {
    "report.html",
    "passages.jsonl",
    "documents.jsonl",
    "pairs.jsonl",
    "suppressed.jsonl",
    "manifest.json",
}

Records = list[dict[str, Any]]


def dedup(*arguments: str | Path, **options: Any) -> Result:
    """Call the command in this process; an exception that nobody caught fails the test."""
    return CliRunner().invoke(main, [str(a) for a in arguments], catch_exceptions=False, **options)


def jsonl(path: Path, records: Sequence[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(r) + "\n" for r in records), encoding="utf-8")
    return path


def lines(out: Path, name: str) -> Records:
    return [json.loads(line) for line in (out / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]


def ids(record: dict[str, Any]) -> list[str]:
    return sorted({m["doc_id"] for m in record["members"]})


class News:
    """A file of articles and a folder for results."""

    def __init__(self, folder: Path, records: Records) -> None:
        self.path = jsonl(folder / "news.jsonl", records)
        self.out = folder / "out"

    def scan(self, *options: str | Path, status: int = 0) -> Result:
        """Scan into the folder, quietly, and expect an exit status."""
        result = dedup("scan", self.path, "-o", self.out, "-q", *options)
        assert result.exit_code == status, result.output
        return result

    def passages(self, *options: str | Path) -> Records:
        self.scan(*options)
        return lines(self.out, "passages")

    def manifest(self) -> dict[str, Any]:
        read: dict[str, Any] = json.loads((self.out / "manifest.json").read_text(encoding="utf-8"))
        return read


RECORDS: Records = [
    {
        "id": "wire",
        "outlet": "Harbour Wire",
        "date": "2031-03-03",
        "text": f"OSTERMOUTH (Harbour Wire) — {FERRY}\n\n{RATES}",
    },
    {
        "id": "post",
        "outlet": "Post",
        "date": "2031-03-04",
        "text": paragraphs(FERRY, RATES.replace("25 basis", "75 basis"), CAPTION + ".", WOLVES),
    },
    {
        "id": "echo",
        "outlet": "Echo",
        "date": "2031-03-20",
        "text": paragraphs(FERRY, BUDGET, CAPTION + " (pictured)."),
    },
    {"id": "echo2", "outlet": "Echo", "date": "2031-03-21", "text": paragraphs(BUDGET, BRIDGE, BRIDGE)},
    {"id": "moon", "outlet": "Moon", "date": "2031-03-22", "text": filler(1)},
]


@pytest.fixture
def news(tmp_path: Path) -> News:
    """Four articles that share several passages, and one that shares none."""
    return News(tmp_path, RECORDS)


@pytest.fixture
def unique(tmp_path: Path) -> News:
    """Two articles that share nothing."""
    return News(tmp_path, [{"id": "a", "text": FERRY}, {"id": "b", "text": BUDGET}])


# What is written


def test_scan_writes_all_files(news: News) -> None:
    """A scan writes every file of the contract, and nothing on stdout; the summary goes to stderr."""
    result = dedup("scan", news.path, "-o", news.out)
    assert result.exit_code == 0
    assert result.stdout == ""
    assert "5 documents were read" in result.stderr
    assert {p.name for p in news.out.iterdir()} == FILES | {"store"}
    assert (news.out / "report.html").read_text(encoding="utf-8").startswith("<!doctype html>")
    assert sorted(p.name for p in news.path.parent.iterdir()) == ["news.jsonl", "out"]


def test_default_folder(news: News, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without -o the results are in `dedup-report` in the current folder."""
    monkeypatch.chdir(news.path.parent)
    assert dedup("scan", news.path, "-q").exit_code == 0
    assert (news.path.parent / "dedup-report" / "manifest.json").is_file()


def test_folders_around_the_results_are_made(news: News, tmp_path: Path) -> None:
    """Also while nothing is around them yet where what does not fit in memory could be kept."""
    news.out = tmp_path / "a" / "b" / "out"
    news.scan("--memory", "300M")
    assert lines(news.out, "passages")


def test_records_have_the_fields_of_the_contract(news: News) -> None:
    """Each line has the schema number and the fields of the contract, and refers only to what is there."""
    news.scan()
    passages, pairs = lines(news.out, "passages"), lines(news.out, "pairs")
    fields = "schema cluster_id parent kind kind_confidence evidence scope repeats_in_document text score cohesion"
    fields += " n_documents n_outlets n_families origin members"
    assert [*passages[0]] == fields.split()
    member = "doc_id start end text outlet published title url similarity wording changed"
    assert [*passages[0]["members"][0]] == member.split()
    pair = "schema left right relation share_left share_right jaccard quoted_share passages"
    assert [*pairs[0]] == pair.split()
    changes = [c for p in passages for m in p["members"] for c in m["changed"]]
    assert {"from", "to", "start", "end"} == set(changes[0])
    known = {p["cluster_id"] for p in passages}
    assert len(known) == len(passages)
    assert {p["parent"] for p in passages} <= known | {None}
    assert {c for p in pairs for c in p["passages"]} <= known


def test_quiet(news: News) -> None:
    """With -q nothing is printed at all."""
    assert news.scan().output == ""


def test_standard_input(news: News) -> None:
    """`-` reads standard input."""
    result = dedup("scan", "-", "-o", news.out, "-q", input=news.path.read_bytes())
    assert result.exit_code == 0
    assert news.manifest()["counts"]["documents"] == 5


def test_several_paths_are_one_corpus(tmp_path: Path) -> None:
    """Passages are found across the paths that are named."""
    paths = [jsonl(tmp_path / f"{n}.jsonl", [{"id": n, "text": f"{FERRY} {filler(n)}"}]) for n in range(2)]
    assert dedup("scan", *paths, "-o", tmp_path / "out", "-q").exit_code == 0
    assert [ids(p) for p in lines(tmp_path / "out", "passages")] == [["0", "1"]]


def test_no_color(news: News) -> None:
    """With NO_COLOR nothing is coloured, not even where colour is forced; without it the summary is."""
    environment = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "FORCE_COLOR", "TERM")}
    script = "from dedup.cli import main; main()"
    command = [sys.executable, "-c", script, "scan", str(news.path), "-o", str(news.out)]
    shown = {}
    for name, extra in (("no color", {"NO_COLOR": "1"}), ("color", {})):
        settings = {**environment, "FORCE_COLOR": "1", "TERM": "xterm-256color", **extra}
        done = subprocess.run(command, env=settings, capture_output=True, text=True, check=True, timeout=60)
        assert done.stdout == ""
        shown[name] = re.findall(r"\x1b\[(?:1;)?[39]\d", done.stderr)
    assert (shown["no color"], bool(shown["color"])) == ([], True)


# What is looked for


def test_only(news: News) -> None:
    """--only leaves the other kind of result out, and nothing refers to it."""
    news.scan("--only", "documents")
    assert (lines(news.out, "passages"), len(lines(news.out, "documents"))) == ([], 1)
    assert all(p["passages"] == [] for p in lines(news.out, "pairs"))
    news.scan("--only", "passages")
    assert (len(lines(news.out, "passages")) > 3, lines(news.out, "documents")) == (True, [])


def test_preset(tmp_path: Path) -> None:
    """--preset ocr finds copy with so many recognition errors that the default does not find it whole."""
    damaged = " ".join(w if n % 3 else w[:-1] + "ſ" + w[-1:] for n, w in enumerate(FERRY.split()))
    news = News(tmp_path, [{"id": "a", "text": f"{filler(1)} {FERRY}"}, {"id": "b", "text": damaged}])
    covered = {}
    for preset in ("news", "ocr"):
        found = news.passages("--preset", preset)
        assert news.manifest()["config"]["preset"] == preset
        covered[preset] = sum(len(m["text"]) for p in found for m in p["members"])
    assert covered["ocr"] > 1.5 * covered["news"]


def test_against(news: News, tmp_path: Path) -> None:
    """--against compares with the reference set alone: what the documents share is not reported."""
    reference = jsonl(tmp_path / "press.jsonl", [{"id": "release", "text": BRIDGE}])
    assert [ids(p) for p in news.passages("--against", reference)] == [["echo2", "release"]]
    assert [(p["left"], p["right"]) for p in lines(news.out, "pairs")] == [("echo2", "release")]
    counts = news.manifest()["counts"]
    assert (counts["documents"], counts["documents_against"]) == (5, 1)


def test_against_finds_every_copy(tmp_path: Path) -> None:
    """Each of several equal documents is compared with the reference set."""
    news = News(tmp_path, [{"id": f"d{n}", "text": FERRY} for n in range(3)])
    reference = jsonl(tmp_path / "press.jsonl", [{"id": f"{n}r", "text": f"{FERRY} {filler(n)}"} for n in range(2)])
    found = news.passages("--against", reference)
    assert {d for p in found for d in ids(p)} == {"0r", "1r", "d0", "d1", "d2"}
    assert len(lines(news.out, "pairs")) == 6


def test_against_an_empty_set(news: News, tmp_path: Path) -> None:
    """Against an empty reference set nothing is found, and a warning says why."""
    reference = tmp_path / "empty.jsonl"
    reference.touch()
    assert news.passages("--against", reference) == []
    assert any("reference set is empty" in w for w in news.manifest()["warnings"])


def test_window(news: News) -> None:
    """--window keeps what was published close in time: the ferry of the 3rd and 4th, not of the 20th."""
    assert any(ids(p) == ["echo", "post", "wire"] for p in news.passages())
    found = news.passages("--window", "7d")
    ferry = [ids(p) for p in found if "lifeboats" in p["text"]]
    assert ferry == [["post", "wire"]]
    assert ["echo", "echo2"] in [ids(p) for p in found]
    assert {(p["left"], p["right"]) for p in lines(news.out, "pairs")} == {
        ("post", "wire"),
        ("echo", "echo2"),
    }
    assert not any("lifeboats" in p["text"] for p in news.passages("--window", "12h"))


def test_window_with_many_copies(tmp_path: Path) -> None:
    """Of forty equal texts a week apart none is close to another; of two on one day both are found."""
    days = [(n // 28 + 1, n % 28 + 1) for n in range(0, 320, 8)]
    records: Records = [
        {"id": f"d{n * 17 % 40}", "date": f"2031-{m:02}-{d:02}", "text": FERRY} for n, (m, d) in enumerate(days)
    ]
    news = News(tmp_path, [*records, {"id": "same day", "date": records[20]["date"], "text": FERRY}])
    assert [ids(p) for p in news.passages("--window", "1d")] == [sorted([records[20]["id"], "same day"])]
    assert len(lines(news.out, "pairs")) == 1


def test_window_without_dates(tmp_path: Path) -> None:
    """With a window documents without a date go with no other, which is said; their own repeats stay."""
    news = News(tmp_path, [{"id": n, "text": paragraphs(FERRY, filler(n), FERRY)} for n in range(2)])
    found = news.passages("--window", "2w")
    assert sorted(map(ids, found)) == [["0"], ["1"]]
    assert {p["scope"] for p in found} == {"within_document"}
    assert any("compared with nothing" in w for w in news.manifest()["warnings"])


@pytest.mark.parametrize("scope", ["cross_outlet", "within_outlet", "within_document"])
def test_scope(scope: str, news: News) -> None:
    """--scope keeps the passages of one scope, and all of them."""
    everything = news.passages()
    kept = news.passages("--scope", scope)
    assert kept
    assert [p["cluster_id"] for p in kept] == [p["cluster_id"] for p in everything if p["scope"] == scope]
    both = news.passages("--scope", scope, "--scope", "within_outlet")
    assert {p["scope"] for p in both} == {scope, "within_outlet"}


@pytest.mark.parametrize("kind", ["wire_copy", "caption"])
def test_kind(kind: str, news: News) -> None:
    """--kind keeps the passages of one kind, and all of them."""
    everything = news.passages()
    kept = news.passages("--kind", kind)
    assert kept
    assert [p["cluster_id"] for p in kept] == [p["cluster_id"] for p in everything if p["kind"] == kind]


def test_min_words(news: News) -> None:
    """--min-words keeps passages of that many words: the caption goes, the story stays."""
    assert any("sandbags" in p["text"] for p in news.passages())
    found = news.passages("--min-words", "20")
    assert found
    assert all(len(p["text"].split()) >= 20 for p in found)


def test_min_words_counts_words_in_every_script(tmp_path: Path) -> None:
    """Two Han characters are a word: a passage of 36 characters has 18."""
    text = "渡轮在港口外的沙洲搁浅船上二百一十二人全部安全上岸海岸警卫队表示无人重伤"
    news = News(tmp_path, [{"id": "a", "text": text + "。今天"}, {"id": "b", "text": "记者报道：" + text}])
    assert len(text) == 36
    assert len(news.passages("--min-words", "18")) == 1
    assert news.passages("--min-words", "19") == []


def test_min_similarity(news: News) -> None:
    """--min-similarity 1 keeps verbatim passages: the one with the changed figure goes."""
    assert any(m["changed"] for p in news.passages() for m in p["members"])
    found = news.passages("--min-similarity", "1")
    assert found
    assert {m["wording"] for p in found for m in p["members"]} == {"verbatim"}


@pytest.mark.parametrize("name", ["owners.toml", "owners.csv"])
def test_families(name: str, news: News, tmp_path: Path) -> None:
    """--families counts outlets of one owner as one, in passages and manifest, from TOML and from CSV."""
    [ferry] = [p for p in news.passages() if len(ids(p)) == 3]
    assert (ferry["n_outlets"], ferry["n_families"]) == (3, 3)
    owners = tmp_path / name
    toml = '"Regional" = ["Post", "Echo"]\n'
    owners.write_text(toml if name.endswith("toml") else "outlet,family\nPost,Regional\necho,Regional\n")
    [ferry] = [p for p in news.passages("--families", owners) if len(ids(p)) == 3]
    assert (ferry["n_outlets"], ferry["n_families"], ferry["scope"]) == (3, 2, "cross_outlet")
    assert news.manifest()["families"]["Post"] == {"family": "Regional", "source": "mapping"}


@pytest.mark.parametrize("edited", [False, True])
def test_known_text(edited: bool, tmp_path: Path) -> None:
    """--known-text suppresses a template, also when edited, and is itself no document."""
    shown = COOKIE.replace("214", "87").replace("show advertisements", "sell our advertising") if edited else COOKIE
    records = [{"id": n, "outlet": f"o{n}", "text": paragraphs(text, shown)} for n, text in enumerate((FERRY, BUDGET))]
    news = News(tmp_path, [*records, {"id": 2, "outlet": "o2", "text": paragraphs(FERRY, WOLVES)}])
    known = tmp_path / "known.txt"
    known.write_text(COOKIE)
    assert any("cookies" in p["text"] for p in news.passages())
    assert not any(s["rule"] == "known_text" for s in lines(news.out, "suppressed"))
    found = news.passages("--known-text", known)
    assert {p["kind"] for p in found if "cookies" in p["text"]} <= {"boilerplate"}
    assert [ids(p) for p in found if "lifeboats" in p["text"]] == [["0", "2"]]
    assert {d for p in found for d in ids(p)} == {"0", "1", "2"}
    suppressed = lines(news.out, "suppressed")
    assert {(s["doc_id"], s["rule"], s["n_documents"]) for s in suppressed} == {(d, "known_text", 2) for d in "01"}
    assert all("cookies" in s["text"] for s in suppressed)
    assert [(p["left"], p["right"]) for p in lines(news.out, "pairs")] == [("0", "2")]
    assert news.manifest()["counts"]["documents"] == 3


def test_known_text_on_one_page(tmp_path: Path) -> None:
    """A known text that one document has is suppressed, and makes no passage and no pair."""
    news = News(tmp_path, [{"id": "a", "text": paragraphs(FERRY, COOKIE)}])
    known = tmp_path / "known.txt"
    known.write_text(COOKIE)
    assert news.passages("--known-text", known) == []
    assert [s["doc_id"] for s in lines(news.out, "suppressed")] == ["a"]
    assert lines(news.out, "pairs") == []


def test_known_text_is_read_apart_from_the_fields(tmp_path: Path) -> None:
    """Options for the fields of the documents do not keep a plain known text from being read."""
    path = jsonl(tmp_path / "news.jsonl", [{"main": paragraphs(FERRY, COOKIE)}])
    (tmp_path / "known.txt").write_text(COOKIE)
    options = ("--known-text", tmp_path / "known.txt", "--text-field", "main")
    assert dedup("scan", path, "-o", tmp_path / "out", "-q", *options).exit_code == 0
    assert len(lines(tmp_path / "out", "suppressed")) == 1


def test_jobs_and_memory_do_not_change_results(news: News) -> None:
    """--jobs and --memory are taken, and change nothing in the results."""
    news.scan()
    first = {p.name: p.read_bytes() for p in news.out.iterdir() if p.is_file() and p.name != "manifest.json"}
    news.scan("--jobs", "3", "--memory", "512M")
    assert {n: (news.out / n).read_bytes() for n in first} == first


def test_format(news: News) -> None:
    """--format leaves the other files out; the manifest is always there."""
    news.scan("--format", "jsonl")
    assert not (news.out / "report.html").exists()
    assert (news.out / "passages.jsonl").is_file()
    news.scan("--format", "html")
    assert (news.out / "report.html").is_file()
    assert not (news.out / "passages.jsonl").exists()
    assert (news.out / "manifest.json").is_file()


def test_config_file(news: News, tmp_path: Path) -> None:
    """--config sets what no option sets, and an option wins over it."""
    settings = tmp_path / "dedup.toml"
    settings.write_text('min_words = 20\nscope = ["cross_outlet"]\n[clusters]\nnear_duplicate = 0.3\n')
    found = news.passages("--config", settings)
    assert {p["scope"] for p in found} == {"cross_outlet"}
    assert min(len(p["text"].split()) for p in found) >= 20
    assert news.manifest()["config"]["clusters"]["near_duplicate"] == 0.3
    assert {p["scope"] for p in news.passages("--config", settings, "--scope", "within_outlet")} == {"within_outlet"}


# How records become documents


def test_field_options(tmp_path: Path) -> None:
    """The field options say which fields are text, id, outlet and date, against the usual names."""
    records = [
        {
            "text": "teaser",
            "main": f"{FERRY} {filler(n, 1)}",
            "key": f"k{n}",
            "brand": f"B{n}",
            "seen": f"2031-05-0{n + 1}",
        }
        for n in range(2)
    ]
    path = jsonl(tmp_path / "news.jsonl", records)
    options = ("--text-field", "main", "--id-field", "key", "--outlet-field", "brand", "--date-field", "seen")
    assert dedup("scan", path, "-o", tmp_path / "out", "-q", *options).exit_code == 0
    [passage] = lines(tmp_path / "out", "passages")
    found = sorted((m["doc_id"], m["outlet"], m["published"]) for m in passage["members"])
    assert found == [("k0", "B0", "2031-05-01"), ("k1", "B1", "2031-05-02")]
    assert passage["origin"]["doc_id"] == "k0"


def test_date_format(tmp_path: Path) -> None:
    """--date-format reads dates that count as missing without it, with a warning."""
    records = [{"id": n, "date": f"0{n + 1}/02/2031", "text": f"{FERRY} {filler(n, 1)}"} for n in range(2)]
    news = News(tmp_path, records)
    news.scan()
    assert any("two ways" in w for w in news.manifest()["warnings"])
    assert lines(news.out, "documents")[0]["earliest"] is None
    news.scan("--date-format", "%d/%m/%Y")
    assert not any("two ways" in w for w in news.manifest()["warnings"])
    assert lines(news.out, "documents")[0]["earliest"] == "0"


def test_path_pattern(tmp_path: Path) -> None:
    """--path-pattern takes outlet, date and id from the path of a text."""
    for n, outlet in enumerate(("post", "echo")):
        folder = tmp_path / "news" / outlet
        folder.mkdir(parents=True)
        (folder / f"2031-06-0{n + 1}-ferry{n}.txt").write_text(f"{FERRY} {filler(n, 1)}")
    out = tmp_path / "out"
    pattern = "{outlet}/{date}-{id}.txt"
    assert dedup("scan", tmp_path / "news", "-o", out, "-q", "--path-pattern", pattern).exit_code == 0
    members = lines(out, "passages")[0]["members"]
    found = sorted((m["doc_id"], m["outlet"], m["published"]) for m in members)
    assert found == [("ferry0", "post", "2031-06-01"), ("ferry1", "echo", "2031-06-02")]


# What is kept


def test_no_texts(news: News) -> None:
    """--no-texts leaves the texts of matched documents out; the report can be written again all the same."""
    news.scan()
    assert (news.out / "store" / "texts.jsonl.zst").is_file()
    news.scan("--no-texts")
    assert not (news.out / "store").exists()
    assert dedup("report", news.out).exit_code == 0


def test_earlier_result_is_replaced(news: News, unique: News) -> None:
    """An earlier result is replaced as a whole: nothing of it is left."""
    news.scan()
    (news.out / "passages.jsonl").write_text("old")
    unique.scan()
    assert lines(unique.out, "passages") == []
    assert {p.name for p in unique.out.iterdir()} == FILES | {"store"}


@pytest.mark.parametrize("foreign", ["notes.txt", "manifest.json"])
def test_other_folders_are_refused(foreign: str, news: News) -> None:
    """A folder with anything else is not touched, and the status is 4."""
    news.out.mkdir()
    (news.out / foreign).write_text('{"name": "an add-on"}')
    result = news.scan(status=4)
    assert "holds no results of an earlier scan" in result.stderr
    assert [p.name for p in news.out.iterdir()] == [foreign]


def test_earlier_result_is_never_input(tmp_path: Path) -> None:
    """A result inside the scanned folder is passed over, so that scanning twice gives the same."""
    folder = tmp_path / "news"
    folder.mkdir()
    jsonl(folder / "a.jsonl", [{"id": n, "text": f"{FERRY} {filler(n)}"} for n in range(2)])
    out = folder / "dedup-report"
    written = []
    for _ in range(2):
        assert dedup("scan", folder, "-o", out, "-q").exit_code == 0
        written.append((out / "passages.jsonl").read_bytes())
    assert written[0] == written[1] != b""
    result = dedup("scan", out / "passages.jsonl", "-o", tmp_path / "other")
    assert result.exit_code == 3
    assert "is the report of an earlier scan" in result.stderr


# Exit status


def test_fail_on_duplicates(news: News, unique: News, tmp_path: Path) -> None:
    """1 only with --fail-on-duplicates and a finding; the results are written all the same."""
    unique.scan("--fail-on-duplicates")
    news = News(tmp_path, RECORDS)
    news.scan()
    news.scan("--fail-on-duplicates", status=1)
    assert lines(news.out, "passages")


def test_furniture_is_no_failure(tmp_path: Path) -> None:
    """Boilerplate across outlets does not fail a scan."""
    records = [{"id": n, "outlet": f"o{n}", "text": paragraphs(t, COOKIE)} for n, t in enumerate((FERRY, BUDGET))]
    news = News(tmp_path, records)
    (tmp_path / "known.txt").write_text(COOKIE)
    news.scan("--fail-on-duplicates", "--known-text", tmp_path / "known.txt")
    assert {p["kind"] for p in lines(news.out, "passages")} <= {"boilerplate"}


def test_partly_unread_wins(news: News) -> None:
    """3 where input was partly unread, also where duplicates were found and asked for."""
    with news.path.open("a") as file:
        file.write('{"id": "cut", "text": "Rai')
    result = dedup("scan", news.path, "-o", news.out, "--fail-on-duplicates")
    assert result.exit_code == 3
    assert "news.jsonl:6" in json.dumps(news.manifest()["warnings"])
    assert "skipped" in result.stderr
    assert lines(news.out, "passages")


@pytest.mark.parametrize("option", ["--against", "--known-text"])
def test_partly_unread_reference(option: str, news: News, tmp_path: Path) -> None:
    """A reference set or known text that is partly unread counts as well, and is named."""
    side = tmp_path / "side.jsonl"
    side.write_text(json.dumps({"id": "r", "text": WOLVES}) + '\n{"broken')
    news.scan(option, side, status=3)
    assert any("side.jsonl:2" in w for w in news.manifest()["warnings"])


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("--only", "everything"),
        ("--preset", "radio"),
        ("--kind", "gossip"),
        ("--scope", "galaxy"),
        ("--window", "soon"),
        ("--window", "-3d"),
        ("--window", "nand"),
        ("--memory", "lots"),
        ("--memory", "1k"),
        ("--jobs", "0"),
        ("--min-words", "0"),
        ("--min-similarity", "nan"),
        ("--min-similarity", "1.5"),
        ("--date-format", "%q"),
        ("--path-pattern", "{outlet}{id}.txt"),
        ("--text-field", "no such field"),
        ("--config", "missing.toml"),
        ("--families", "missing.toml"),
        ("--no-such-option",),
    ],
    ids=" ".join,
)
def test_usage_errors(arguments: tuple[str, ...], news: News) -> None:
    """Wrong usage and wrong settings: status 2, a sentence on stderr, nothing written."""
    paths = (news.path,) if arguments else ()
    result = dedup("scan", *paths, "-o", news.out, *arguments)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.strip()
    assert not news.out.exists()


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("min_word = 3", "min_words"),
        ("min_words = 'three'", "min_words"),
        ("kind = ['gossip']", "wire_copy"),
        ("scope = ['galaxy']", "cross_outlet"),
        ("preset = []", "preset"),
        ("only = 'everything'", "only"),
        ("[clusters]\nnear_duplicate = nan", "near_duplicate"),
        ("clusters = 3", "[clusters]"),
        ("[clusters", "dedup.toml"),
    ],
)
def test_bad_configuration_files(text: str, named: str, news: News, tmp_path: Path) -> None:
    """A wrong key or value in a configuration file is refused by name."""
    (tmp_path / "dedup.toml").write_text(text)
    assert named in news.scan("--config", tmp_path / "dedup.toml", status=2).stderr


def test_internal_error() -> None:
    """What nobody foresaw ends with 70 and the traceback, never with the 1 that means duplicates."""
    script = (
        "import dedup.pipeline\n"
        "def broken(*args, **options): raise RuntimeError('a bug')\n"
        "dedup.pipeline.scan = broken\n"
        "from dedup.cli import main\n"
        "main(['scan', '-', '-q'])\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 70
    assert "RuntimeError: a bug" in done.stderr
    assert "internal error" in done.stderr


# The other commands


def test_compare(tmp_path: Path) -> None:
    """`compare` prints each shared passage with its places and what changed."""
    left, right = tmp_path / "a.txt", tmp_path / "b.txt"
    left.write_text(paragraphs(BRIDGE, RATES))
    right.write_text(f"{RATES.replace('25 basis', '75 basis')}\n\n{WOLVES}")
    result = dedup("compare", left, right)
    assert (result.exit_code, result.stderr) == (0, "")
    assert "changed: 25 → 75" in result.stdout
    assert f"[{len(BRIDGE) + 2}, {len(BRIDGE) + 1 + len(RATES)}) = [0, {len(RATES) - 1})" in result.stdout


def test_compare_json(tmp_path: Path) -> None:
    """`compare --json` prints one object a passage, with the names that passages.jsonl uses."""
    left, right = tmp_path / "a.txt", tmp_path / "b.txt"
    left.write_text(f"{filler(1)} {RATES}")
    right.write_text(RATES.replace("25 basis", "75 basis"))
    result = dedup("compare", left, right, "--json")
    [match] = [json.loads(line) for line in result.stdout.splitlines()]
    assert (match["schema"], match["kind"], match["right"]["start"]) == (1, "wire_copy", 0)
    at = RATES.index("25 basis")
    assert match["changed"] == [{"from": "25", "to": "75", "start": at, "end": at + 2}]
    assert 0.5 <= match["score"] <= 1.0


def test_compare_nothing_in_common(tmp_path: Path) -> None:
    """Texts without a shared passage: a sentence, and for --json no line; the status is 0."""
    left, right = tmp_path / "a.txt", tmp_path / "b.txt"
    left.write_text(FERRY)
    right.write_text(BUDGET)
    assert dedup("compare", left, right).stdout == "no shared passage\n"
    result = dedup("compare", left, right, "--json")
    assert (result.exit_code, result.stdout) == (0, "")


def test_compare_preset(tmp_path: Path) -> None:
    """--preset ocr bridges recognition errors between two texts."""
    left, right = tmp_path / "a.txt", tmp_path / "b.txt"
    left.write_text(FERRY)
    right.write_text(" ".join(w if n % 3 else w[:-1] + "ſ" + w[-1:] for n, w in enumerate(FERRY.split())))
    sizes = []
    for preset in ("news", "ocr"):
        found = dedup("compare", left, right, "--json", "--preset", preset).stdout.splitlines()
        sizes.append(sum(m["left"]["end"] - m["left"]["start"] for m in map(json.loads, found)))
    assert sizes[1] > sizes[0]


def test_compare_unreadable(tmp_path: Path) -> None:
    """A missing file and a folder end with 3; bytes that are no UTF-8 are read as U+FFFD, which is said."""
    good, bad = tmp_path / "a.txt", tmp_path / "b.txt"
    good.write_text(FERRY)
    bad.write_bytes(b"\xff\xfe\xfd " + FERRY.encode())
    assert dedup("compare", good, tmp_path / "missing.txt").exit_code == 3
    assert dedup("compare", good, tmp_path).exit_code == 3
    result = dedup("compare", good, bad, "--json")
    assert (result.exit_code, len(result.stdout.splitlines())) == (0, 1)
    assert "b.txt: byte 0 is no UTF-8" in result.stderr


def test_hostile_text_cannot_steer_the_terminal(tmp_path: Path) -> None:
    """Control characters of the texts and names do not reach the terminal."""
    hostile = f"\x1b]0;title\x07{FERRY}\x1b[2J"
    news = News(tmp_path, [{"id": f"\x1b[31m{n}", "outlet": "\x9b1m[red]", "text": hostile} for n in range(2)])
    result = dedup("scan", news.path, "-o", news.out)
    (tmp_path / "a.txt").write_text(hostile)
    shown = result.output + dedup("compare", tmp_path / "a.txt", tmp_path / "a.txt").output
    assert "ferry" in shown
    assert not {"\x1b", "\x07", "\x9b"} & set(shown)


def test_report(news: News) -> None:
    """`report` writes the page of a finished scan again, byte for byte, and prints where it is."""
    news.scan()
    page = news.out / "report.html"
    before = page.read_bytes()
    page.unlink()
    result = dedup("report", news.out)
    assert (result.exit_code, result.stdout) == (0, f"{page}\n")
    assert page.read_bytes() == before


def test_report_of_no_scan(tmp_path: Path) -> None:
    """`report` of a folder without results ends with 4 and says what to run."""
    result = dedup("report", tmp_path)
    assert result.exit_code == 4
    assert "dedup scan" in result.stderr


EXPORTED = {
    "html": ["report.html"],
    "csv": [f"tables/{n}.csv" for n in ("clusters", "members", "pairs", "documents", "outlets", "outlet_pairs")],
    "parquet": [
        f"tables/{n}.parquet" for n in ("clusters", "members", "pairs", "documents", "outlets", "outlet_pairs")
    ],
    "gexf": ["outlets.gexf"],
    "passim": ["passim.jsonl"],
    "sheet": ["annotation-sheet.csv"],
}


@pytest.mark.parametrize("name", EXPORTED)
def test_report_in_other_formats(news: News, name: str) -> None:
    """`report --format` writes the format into the folder and prints the files; a scan can write the same itself."""
    news.scan()
    result = dedup("report", news.out, "--format", name)
    files = [news.out / f for f in EXPORTED[name]]
    assert (result.exit_code, result.stdout.splitlines()) == (0, [str(f) for f in files])
    before = [f.read_bytes() for f in files]
    news.scan("--format", name)
    assert [f.read_bytes() for f in files] == before


def test_report_of_figures_only_and_of_all_text(news: News) -> None:
    """`--redact` leaves no text in the page, `--full-text` all; both at once are refused."""
    news.scan()
    page = news.out / "report.html"
    assert "ferry" in page.read_text(encoding="utf-8").lower()
    assert dedup("report", news.out, "--redact").exit_code == 0
    assert "ferry" not in page.read_text(encoding="utf-8").lower()
    assert dedup("report", news.out, "--full-text").exit_code == 0
    assert FERRY in re.sub(r"\s+", " ", page.read_text(encoding="utf-8"))
    refused = dedup("report", news.out, "--full-text", "--redact")
    assert (refused.exit_code, "disagree" in refused.stderr) == (2, True)
    assert dedup("report", news.out, "--redact", "--format", "corpus").exit_code == 2


def test_report_of_a_corpus_with_one_of_each_group(tmp_path: Path) -> None:
    """`--format corpus` keeps one document a group by policy; with the scan's input nothing is missing."""
    copies = [{"id": f"c{n}", "outlet": o, "date": f"2031-03-0{n}", "text": f"{FERRY} {BUDGET}" + " Extra." * n}
              for n, o in enumerate(("Post", "Echo"), 1)]  # fmt: skip
    news = News(tmp_path, [*copies, {"id": "moon", "text": filler(1)}])
    news.scan()

    def kept(*options: str | Path) -> tuple[list[str], list[str], str]:
        result = dedup("report", news.out, "--format", "corpus", *options)
        assert result.exit_code == 0
        return *([r["id"] for r in lines(news.out / "corpus", n)] for n in ("kept", "set-aside")), result.stderr

    assert kept()[:2] == (["c1"], ["c2"])
    assert "1 documents of the scan are not in the corpus; --documents PATH" in kept()[2]
    assert kept("--documents", news.path) == (["c1", "moon"], ["c2"], "")
    assert kept("--keep", "longest")[:2] == (["c2"], ["c1"])
    assert kept("--keep", "outlet-order", "--prefer", "echo")[:2] == (["c2"], ["c1"])
    assert dedup("report", news.out, "--format", "corpus", "--keep", "outlet-order").exit_code == 2
    news.scan("--no-texts")
    bare = dedup("report", news.out, "--format", "corpus")
    assert (bare.exit_code, "--documents PATH" in bare.stderr) == (2, True)


def test_a_judged_sheet_is_evaluated(news: News) -> None:
    """The sheet of a scan, judged yes throughout, confirms every link of the scan."""
    news.scan()
    dedup("report", news.out, "--format", "sheet")
    sheet = news.out / "annotation-sheet.csv"
    sheet.write_text(sheet.read_text(encoding="utf-8").replace("\n,,,", "\nyes,,,"), encoding="utf-8")
    figures = json.loads(dedup("evaluate", sheet, news.out, "--json").stdout)
    assert figures["passages"]["link_precision"]["value"] == 1.0
    assert figures["gold"]["clusters"] == len(lines(news.out, "passages"))


def test_evaluate(news: News, tmp_path: Path) -> None:
    """`evaluate` measures a scan against labels: its own members are found, a false one is missed."""
    news.scan()
    [ferry] = [p for p in lines(news.out, "passages") if len(ids(p)) == 3]
    spans = [{k: m[k] for k in ("doc_id", "start", "end")} for m in ferry["members"]]
    labels = {"kind": ferry["kind"], "scope": ferry["scope"], "wording": "verbatim"}
    gold = jsonl(tmp_path / "gold.jsonl", [{"cluster": "ferry", **labels, "members": spans}])
    result = dedup("evaluate", gold, news.out, "--json")
    figures = json.loads(result.stdout)
    assert result.exit_code == 0
    assert figures["gold"]["links"] == 3
    table = dedup("evaluate", gold, news.out)
    assert (table.exit_code, "recall" in table.stdout.lower()) == (0, True)
    moved = [{**s, "start": s["start"] + 600, "end": s["end"] + 600} for s in spans]
    jsonl(gold, [{"cluster": "ferry", **labels, "members": moved}])
    assert json.loads(dedup("evaluate", gold, news.out, "--json").stdout)["passages"] != figures["passages"]


def test_evaluate_errors(news: News, tmp_path: Path) -> None:
    """Missing labels end with 3, a bad label with 2 and its line, a folder without results with 4."""
    news.scan()
    gold = tmp_path / "gold.jsonl"
    assert dedup("evaluate", gold, news.out).exit_code == 3
    gold.write_text('{"doc_id": "a", "story": "s"}\n{"cluster": 1}\n')
    result = dedup("evaluate", gold, news.out)
    assert (result.exit_code, "gold.jsonl, line 2" in result.stderr) == (2, True)
    gold.write_text('{"doc_id": "a", "story": "s"}\n')
    assert dedup("evaluate", gold, tmp_path).exit_code == 4


def test_help_and_version() -> None:
    """Help and version are results: on stdout, status 0, and quick, for nothing heavy is imported."""
    assert "scan" in dedup("--help").stdout
    assert dedup("--version").stdout.startswith("dedup, version ")
    script = "import sys, dedup.cli; print(sorted({'numba', 'numpy', 'sklearn'} & sys.modules.keys()))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "[]"


def test_python_m_dedup(tmp_path: Path) -> None:
    """`python -m dedup` is the same command: its name, its answers, its exit statuses."""
    line = [sys.executable, "-m", "dedup"]
    told = subprocess.run([*line, "--version"], capture_output=True, text=True, timeout=60)
    assert (told.returncode, told.stdout) == (0, dedup("--version").stdout)
    missing = subprocess.run(
        [*line, "inspect", str(tmp_path / "none.jsonl")], capture_output=True, text=True, timeout=60
    )
    assert (missing.returncode, missing.stderr[:7]) == (3, "dedup: ")


def test_quotations_do_not_fail_without_being_asked(tmp_path: Path) -> None:
    """A shared statement counts as a finding for --fail-on-duplicates, as a passage across outlets."""
    records = [
        {"id": "a", "outlet": "Post", "text": paragraphs(BRIDGE, f"“{QUOTE},” said Halvard Moe.")},
        {"id": "b", "outlet": "Echo", "text": paragraphs(WOLVES, f"Moe told them: “{QUOTE}.”")},
    ]
    news = News(tmp_path, records)
    assert [p["kind"] for p in news.passages()] == ["quotation"]
    news.scan("--fail-on-duplicates", status=1)
