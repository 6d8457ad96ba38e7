"""Short pieces of news of our own writing, of which no two share a run of words, and endless filler."""

from __future__ import annotations

import random

FERRY = (
    "A ferry with 212 people aboard ran onto a sandbank outside the harbour of Ostermouth before dawn, "
    "and lifeboats from three villages brought everyone ashore within two hours. The captain blamed a "
    "buoy that had drifted in the storm. Divers will look at the hull once the tide allows it, the "
    "coastguard said."
)
BUDGET = (
    "Councillors in Harrowfield voted by nine to six to close two of the town's swimming pools and spend "
    "the savings on its leaking school roofs. Parents filled the gallery and clapped; the swimming club "
    "walked out. The mayor promised that lessons would move to the university pool from September."
)
RATES = (
    "The central bank raised its key interest rate by 25 basis points to 4.75 percent on Thursday and "
    "said inflation was cooling more slowly than its staff had forecast in March. Governor Ilse Brandt "
    "told reporters that another increase in June could not be ruled out. Shares of builders fell."
)
BRIDGE = (
    "Engineers have found hairline cracks in four cables of the Tarnwick suspension bridge, which carries"
    " forty thousand vehicles a day across the estuary. Lorries must take the tunnel until further "
    "notice. Replacing a cable takes about six weeks and has never been done under traffic."
)
WOLVES = (
    "A pair of wolves has settled in the Lindau forest for the first time since the railway was built, "
    "rangers confirmed after finding tracks, fur and the remains of a roe deer. Shepherds asked for "
    "electric fences. The animals probably came over the eastern ridge during the long frost."
)
THEATRE = (
    "The Alhambra playhouse reopens on Saturday with a comedy about a lighthouse keeper who inherits a "
    "brass band. Its velvet seats were rescued from a flooded cinema and restitched by volunteers over "
    "two winters. Every ticket for the first night went within eleven minutes."
)
VACCINE = (
    "Trials of a nasal vaccine against river fever ended early because it worked so well that doctors "
    "thought it wrong to keep giving volunteers a placebo. Of nine hundred children who received two "
    "doses, only seven fell ill. Regulators expect to see the full data before the rainy season."
)
CRICKET = (
    "Needing eleven off the final over, the visitors lost three wickets to slow bowling and finished two "
    "runs short at Penhallow. It was the home side's first win in fourteen matches and their supporters "
    "carried the wicketkeeper, a plumber by trade, around the boundary rope."
)
FACTORY = (
    "The bicycle works at Corriemuir will make its last frame in October, ending a century of trade that "
    "once sent postmen's cycles to every continent. Managers said steel had become too dear. The union "
    "wants the paint shop kept open as a cooperative and has found a lender."
)
METEOR = (
    "A stone the size of a loaf fell through the roof of a greenhouse near Svalen last night and was "
    "still warm when the gardener picked it up with a shovel. Geologists who drove up from the museum say"
    " it is a rare kind of meteorite, older than the Earth itself."
)
ORCHARD = (
    "Late hail has stripped the blossom from almost half of the apple orchards in the Quellen valley, "
    "growers say, and cider makers are already telephoning abroad for juice. Insurance covers frost but "
    "not ice. One farmer counted dents as deep as a thumb in his tractor's bonnet."
)
LIBRARY = (
    "An overdue atlas came back to the reading room in Marrowby after sixty-one years, wrapped in "
    "newspaper and with a banknote tucked inside for the fine. The borrower's granddaughter had found it "
    "behind a boiler. Librarians waived the debt and framed the note."
)
TRAMS = (
    "From Monday trams in the capital will run all night on five lines, something the operator last tried"
    " before the oil crisis. Drivers agreed after winning a longer break at the terminus. Bakers and "
    "nurses were the loudest supporters of the change, a survey of passengers showed."
)
DAM = (
    "Villagers below the Ostrava reservoir were told to sleep on high ground after sensors in the old dam"
    " registered a shift of nine millimetres. Pumps are lowering the water by a hand's breadth a day. "
    "Soldiers have stacked sandbags around the only clinic in the valley."
)
SCHOOL = (
    "Pupils of a mountain school have built a telescope from drainpipes and a shaving mirror and used it "
    "to time the moons of Jupiter. Their teacher, who never studied physics, learned along with them from"
    " a library book. The observatory in the plain has invited the whole class."
)
HERRING = (
    "Herring have returned to the inner fjord in such numbers that trawlers were sent home with full "
    "holds by noon. Biologists suspect colder currents rather than the quota. Smokehouses that had shut "
    "for want of fish lit their ovens again, and the smell lies over the whole quay."
)
PIECES = (
    FERRY, BUDGET, RATES, BRIDGE, WOLVES, THEATRE, VACCINE, CRICKET, FACTORY, METEOR, ORCHARD, LIBRARY, TRAMS,
    DAM, SCHOOL, HERRING,
)  # fmt: skip

QUOTE = (
    "We warned the ministry three winters ago that the valves were rusting, we warned it again when the "
    "second pump failed, and each time a polite letter came back to say that the matter was being "
    "studied. Nobody studies a pipe that way. You drain it, you look inside, and you mend it before the "
    "frost does the rest"
)
CAPTION = "Rescue workers carry sandbags past the flooded bakery in Lower Skelling on Tuesday morning"
COOKIE = (
    "We and our 214 partners store cookies on your device to measure visits and show advertisements. "
    "Choose accept to agree or manage options to change your mind at any time."
)
FOOTER = (
    "Got a story for our newsdesk? Ring us, write to us or drop in at the front counter between nine and "
    "five. All rights reserved; no part of this page may be reprinted without written permission."
)

_WORDS_TEXT = """
abbey acorn almanac ambulance anchor anvil apron arcade archive arena armour ash attic auction
avalanche badger bagpipe balcony ballot banjo barge barley barn basin beacon bellows bishop blanket
blizzard bonfire bottle bramble brass brewery brick bronze bucket buffalo bugle bunker butcher cabin
canal candle cannon canoe canvas caravan cargo carpet cathedral cattle cavern cellar chapel chestnut
chimney cinnamon cistern clay cliff clover coal cobbler coffin comet compass copper coral cork
cottage cotton courtyard cradle crane crater crystal curtain cushion cymbal dagger dairy depot
desert diesel donkey drought drum dune dynamo eagle easel ember engine envelope estuary falcon
feather fiddle flannel flint flute forge fossil foundry fountain freight frost furnace gallery
garden garlic garnet geyser ginger glacier goblet granite gravel grove gull hammer harbour harness
harvest hatchet haystack hedge helmet heron hinge honey horizon hornet hostel ibex icicle ink iron
island ivory jacket jasmine jetty jewel juniper kennel kettle kiln kiosk ladder lagoon lantern larch
lark leather lemon lens lighthouse lilac limestone linen lizard lobster locket loom lumber lute
magnet magpie mallet mandolin manor maple marble market marsh mast meadow medal melon merchant
meteor mill mirror moat monastery moor mortar mosaic moss mule museum mustard needle nettle nickel
nutmeg oar oasis oat ocean olive onion orchard otter oven oyster paddle palace panther parcel parrot
pasture peacock pear pebble pepper pewter pigeon pillar pine pistol planet plaster plough plum
pollen pony poplar porcelain portrait pottery prairie pulley pumpkin quarry quartz quilt rafter
ranch raven razor reed reef reservoir ribbon rivet robin rocket rope rudder saddle saffron salmon
sandal satchel saucer sawmill scaffold scarf shepherd shovel shrine silk silver skillet slate sledge
slipper smoke sparrow spindle spruce stable starling statue stork summit sundial swallow tallow
tannery tapestry tavern teapot temple thimble thistle thunder timber tinder tower trellis trumpet
tunnel turbine turnip twine umbrella urn valley vault velvet vessel viaduct vinegar violin volcano
walnut warehouse wasp watermill weasel wharf wheat whistle willow windmill wolf wool wreath yarn
zinc
"""
_VERBS_TEXT = """
baked borrowed bought buried carried caught chased cleaned counted crossed decorated drained dragged
dropped emptied fetched filled followed found guarded hauled hid inspected kept lifted lost measured
mended moved packed painted planted polished praised pulled raised repaired rescued rolled sank
searched shipped sketched sold stacked stole stored swept threw towed traded visited washed weighed
wrapped
"""

_WORDS, _VERBS = _WORDS_TEXT.split(), _VERBS_TEXT.split()


def filler(seed: int, sentences: int = 6) -> str:
    """Return sentences about things of invented names: texts of different seeds have only verbs in common."""
    rng = random.Random(seed)
    made = []
    for _ in range(sentences):
        parts = rng.sample(_WORDS, 10)
        a, b, c, d, e = map("".join, zip(parts[:5], parts[5:], strict=True))
        first, second = rng.sample(_VERBS, 2)
        shapes = (
            f"{a.capitalize()} and {b} {first} {c}, {second} {d} beside {e}.",
            f"Near {a} a {b} {first} every {c} that {d} {second} under {e}.",
            f"Without {a}, {b} {first} {c}; {d} {second} neither {e}.",
            f"{a.capitalize()} {first} {b} for {c} until {d} {second} {e}.",
        )
        made.append(rng.choice(shapes))
    return " ".join(made)


def paragraphs(*parts: str) -> str:
    """Return the parts as paragraphs."""
    return "\n\n".join(parts)
