"""Carriers against independent families: a mapping file, and what shared templates show."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from dedup import Config, Document, ScanResult, furniture, scan
from dedup.config import FurnitureConfig
from dedup.families import Family, families_of
from tests.prose import FERRY, filler, paragraphs

OUTLETS, FAMILIES = 40, 6
OTHER_PAGES = 3


def test_an_outlet_is_of_the_domain_that_it_publishes_most_on() -> None:
    """Documents count, not hosts; addresses without a host and documents without an address say nothing."""
    hosts = ["www.zeta.example", "news.alpha.example", "blog.alpha.example", "www.zeta.example", "WWW.zeta.example"]
    urls = [*(f"https://{host}/{i}" for i, host in enumerate(hosts)), "https://[", "mailto:desk@alpha.example", None]
    documents = [Document(id=str(i), text="Rain.", outlet="The Mill", url=url) for i, url in enumerate(urls)]
    assert families_of(documents, {})["The Mill"] == Family(name="zeta.example", source="domain")


def family_of(outlet: int) -> int:
    return outlet % FAMILIES


def newsroom() -> list[dict[str, Any]]:
    """Return pages of 40 outlets of six families: each has the story, and some other ones, under its family's wall."""
    pages = []
    for outlet in range(OUTLETS):
        wall = f"Reader accounts at house {family_of(outlet)}: {filler(900 + family_of(outlet), 3)}"
        for page in range(1 + OTHER_PAGES):
            seed = 100 + outlet * (1 + OTHER_PAGES) + page
            story = FERRY if not page else filler(seed, 8)
            pages.append(
                {
                    "id": f"{outlet:02}-{page}",
                    "outlet": f"Outlet {outlet:02}",
                    "title": "The old ferry ran aground on a sandbank" if not page else filler(5000 + seed, 1),
                    "text": paragraphs(story, wall),
                }
            )
    return pages


def story_of(result: ScanResult) -> Any:
    [story] = [c for c in result.passages if FERRY[:60] in c.text]
    return story


@pytest.fixture(scope="module")
def mapping(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return a mapping file of the six families."""
    path: Path = tmp_path_factory.mktemp("families") / "owners.toml"
    owned = {f: [f"Outlet {o:02}" for o in range(OUTLETS) if family_of(o) == f] for f in range(FAMILIES)}
    path.write_text("\n".join(f'"House {f}" = {json.dumps(outlets)}' for f, outlets in owned.items()))
    return str(path)


def test_forty_outlets_of_six_families_are_six_independent_ones(mapping: str) -> None:
    """With the mapping file a story counts all its carriers, and the families that they belong to."""
    result = scan(newsroom(), Config(furniture=FurnitureConfig(families=mapping)))
    story = story_of(result)
    assert (story.n_documents, story.n_outlets, story.n_families) == (OUTLETS, OUTLETS, FAMILIES)
    assert (story.kind, story.scope) == ("wire_copy", "cross_outlet")
    assert {f["source"] for f in result.manifest["families"].values()} == {"mapping"}


def test_families_are_inferred_and_said_to_be() -> None:
    """Without the file, walls that outlets share join them, and each outlet's family is named as inferred."""
    result = scan(newsroom())
    story = story_of(result)
    assert (story.n_outlets, story.n_families) == (OUTLETS, FAMILIES)
    found = result.manifest["families"]
    assert {f["source"] for f in found.values()} == {"inferred"}
    together: dict[str, set[int]] = {}
    for outlet, family in found.items():
        together.setdefault(family["family"], set()).add(family_of(int(outlet.split()[1])))
    assert sorted(map(len, together.values())) == [1] * FAMILIES


def test_without_shared_templates_each_outlet_is_a_family() -> None:
    """Outlets that share nothing but the story are independent as far as anyone can tell."""
    alone = [{**d, "text": d["text"].split("\n\n")[0]} for d in newsroom() if d["id"].endswith("-0")]
    result = scan(alone)
    assert story_of(result).n_families == OUTLETS
    assert {f["source"] for f in result.manifest["families"].values()} == {"outlet"}


def test_pages_that_are_asked_for_are_at_hand() -> None:
    """Texts without a passage are kept where what is usual in or between families is told by them; lone pages are not,
    of which a corpus without outlets has nothing else."""
    names = [*"abbbccccccccc", *("d" * 500)]
    found = set(furniture.house_pages(names))
    for family in "bcd":
        pages = [n for n, name in enumerate(names) if name == family]
        asked = furniture._spread(pages, furniture.USUAL_SAMPLE)
        assert found.issuperset(asked)
        assert found.issuperset(furniture._sample(pages)) == (family != "b" or len(pages) <= furniture.USUAL_SAMPLE)
    assert 0 not in found
    assert len(found) < 80
