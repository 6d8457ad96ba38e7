"use strict";
(() => {
  const by = (id) => document.getElementById(id);
  const list = by("passage-list");
  const filters = by("filters");
  // All passages in the order of the page, in whole or as a line.
  const CARD = "#passage-list > .passage, .chunk > *";
  const cards = [...list.querySelectorAll(CARD)];
  const number = new Intl.NumberFormat("en");
  let current = null;

  // What is filtered and sorted by stands apart, a line a passage, and is read when it is first asked for.
  let read = null;
  const facts = () => read ??= by("facets").textContent.split("\n").map((line, rank) => {
    const [numbers, of] = line.split("|");
    const [kind, scope, score, outlets, documents, groups, agency, time] = numbers.split(" ");
    return {
      card: cards[rank], rank, kind, scope, agency, of: ` ${of} `, words: null, score: Number(score),
      outlets: Number(outlets), documents: Number(documents), groups: Number(groups), time: Number(time),
    };
  }).slice(0, cards.length);

  // In the order of the page, which sorting changes.
  let sequence = cards;
  const focus = (card) => {
    current = card;
    (card.querySelector("summary") || card).focus({ preventScroll: true });
    card.scrollIntoView({ block: "start" });
  };
  const active = () => {
    const at = document.activeElement;
    return (at && at.closest(CARD)) || current;
  };
  const step = (by) => {
    const card = active();
    let at = card && !card.hidden ? sequence.indexOf(card) : by > 0 ? -1 : sequence.length;
    do at += by; while (at >= 0 && at < sequence.length && sequence[at].hidden);
    if (at >= 0 && at < sequence.length) focus(sequence[at]);
  };
  const toggle = () => {
    const card = active();
    if (card && card.matches("details")) card.open = !card.open;
    else if (card) card.click();
  };

  const fields = ["f-search", "f-kind", "f-scope", "f-outlet", "f-agency", "f-from", "f-to", "f-score", "f-groups"];
  const day = (name, hours) => (by(name).value ? Date.parse(`${by(name).value}T${hours}Z`) / 1000 : NaN);

  // A browser skips what is far away in chunks; it must be told about how high they are.
  const settle = () => {
    for (const chunk of list.querySelectorAll(":scope > .chunk")) {
      let count = 0;
      for (const card of chunk.children) count += card.hidden ? 0 : 1;
      chunk.hidden = count === 0;
      chunk.style.containIntrinsicSize = `auto ${68 * count}px`;
    }
  };
  const filter = () => {
    const sought = by("f-search").value.toLowerCase().split(/\s+/).filter(Boolean);
    const kind = by("f-kind").value, scope = by("f-scope").value;
    const outlet = by("f-outlet").value, agency = by("f-agency").value;
    const from = day("f-from", "00:00:00"), to = day("f-to", "23:59:59");
    const score = Number(by("f-score").value), groups = Number(by("f-groups").value);
    let found = 0;
    for (const about of facts()) {
      let fits = (!kind || about.kind === kind) && (!scope || about.scope === scope)
        && (!outlet || about.of.includes(` ${outlet} `)) && (!agency || about.agency === agency)
        && about.score >= score && about.groups >= groups
        && (Number.isNaN(from) || about.time >= from) && (Number.isNaN(to) || about.time <= to);
      if (fits && sought.length) {
        if (about.words === null) about.words = about.card.textContent.toLowerCase();
        fits = sought.every((word) => about.words.includes(word));
      }
      if (about.card.hidden === fits) about.card.hidden = !fits;
      found += fits ? 1 : 0;
    }
    settle();
    tell(found);
  };
  const tell = (found) => {
    const all = number.format(cards.length);
    by("found").textContent = found === cards.length ? `${all} shown` : `${number.format(found)} of ${all} shown`;
    by("nothing").hidden = found > 0 || cards.length === 0;
  };
  const reset = () => {
    for (const name of fields) by(name).value = "";
    filter();
  };

  // Larger first, except that ranks and dates begin with the smallest; what lacks a value comes last.
  const orders = {
    rank: (about) => [about.rank],
    score: (about) => [-about.score, about.rank],
    carriers: (about) => [-about.outlets, -about.documents, about.rank],
    date: (about) => [Number.isNaN(about.time) ? Infinity : about.time, about.rank],
  };
  const compare = (a, b) => {
    for (let i = 0; i < a.length; i += 1) if (a[i] !== b[i]) return a[i] < b[i] ? -1 : 1;
    return 0;
  };
  const order = () => {
    const key = orders[by("f-order").value];
    const keyed = facts().map((about) => [key(about), about.card]);
    keyed.sort((a, b) => compare(a[0], b[0]));
    sequence = keyed.map((pair) => pair[1]);
    const chunks = [];
    for (let i = 0; i < sequence.length; i += 100) {
      const chunk = document.createElement("div");
      chunk.className = "chunk";
      chunk.append(...sequence.slice(i, i + 100));
      chunks.push(chunk);
    }
    list.replaceChildren(...chunks);
    settle();
  };

  const show = () => {
    let id = location.hash.slice(1);
    try { id = decodeURIComponent(id); } catch { /* a fragment that is no encoding is taken as it stands */ }
    const target = id && by(id);
    if (!target) return;
    if (filters && cards.includes(target) && target.hidden) reset();
    for (let up = target; up; up = up.parentElement) if (up.tagName === "DETAILS") up.open = true;
    if (target.matches(`details, ${CARD}`)) focus(target);
  };

  const help = by("keys");
  const keys = { j: () => step(1), k: () => step(-1), o: toggle };
  if (filters) {
    Object.assign(keys, { "/": () => by("f-search").focus(), c: reset, "?": () => help.showModal() });
    let waiting = 0;
    const soon = () => {
      clearTimeout(waiting);
      waiting = setTimeout(filter, 150);
    };
    for (const name of ["f-search", "f-score", "f-groups"]) by(name).addEventListener("input", soon);
    for (const name of ["f-kind", "f-scope", "f-outlet", "f-agency", "f-from", "f-to"]) {
      by(name).addEventListener("change", filter);
    }
    by("f-order").addEventListener("change", order);
    by("reset").addEventListener("click", reset);
    by("expand").addEventListener("click", (event) => {
      const open = event.target.textContent === "Open all";
      for (const card of cards) if (!card.hidden && card.matches("details")) card.open = open;
      event.target.textContent = open ? "Close all" : "Open all";
    });
    by("keys-open").addEventListener("click", () => help.showModal());
    by("keys-close").addEventListener("click", () => help.close());
    filters.hidden = by("more-filters").hidden = false;
    // A browser may have kept what was chosen before the page was loaded again.
    if (fields.some((name) => by(name).value)) filter();
    else tell(cards.length);
  }
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, select, textarea");
    if (event.key === "Escape" && event.target.id === "f-search") event.target.blur();
    if (typing || (help && (help.open || !by("f-keys").checked)) || event.ctrlKey || event.metaKey || event.altKey) return;
    if (!Object.hasOwn(keys, event.key)) return;
    event.preventDefault();
    keys[event.key]();
  });
  window.addEventListener("hashchange", show);
  show();
})();
