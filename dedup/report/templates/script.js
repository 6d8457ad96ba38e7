"use strict";
(() => {
  const by = (id) => document.getElementById(id);
  const list = by("passage-list");
  const filters = by("filters");
  const number = new Intl.NumberFormat("en");

  // Lists come in chunks of items. The first is there; the later ones stand as text, for elements are what takes time,
  // and are made into elements when they are about to be seen, looked for or printed. A chunk has at most so many items
  // and characters, and until it is made so many pixels an item.
  const SIZE = 50, CARDS = 100000, HEIGHT = 75;
  const CARD = ".chunk > *";
  const BEGINS = /\n(?=<a id=|<details class="cluster)/;
  const known = new Map();
  const items = (chunk) => {
    if (!known.has(chunk)) {
      const text = chunk.querySelector(":scope > noscript");
      known.set(chunk, text
        ? text.textContent.trim().split(BEGINS).map((html) => ({ html, card: null, chunk }))
        : [...chunk.children].map((card) => ({ html: "", card, chunk })));
    }
    return known.get(chunk);
  };
  let opened = false;
  const element = (item) => {
    if (!item.card) {
      const made = document.createElement("template");
      made.innerHTML = item.html;
      item.card = made.content.firstElementChild;
      if (opened && item.card.matches(".passage")) item.card.open = true;
    }
    return item.card;
  };
  const waiting = new Set();
  const fill = (chunk) => {
    if (!waiting.delete(chunk)) return;
    near.unobserve(chunk);
    chunk.replaceChildren(...items(chunk).map(element));
    chunk.style.minHeight = "";
  };
  const near = new IntersectionObserver((seen) => {
    for (const entry of seen) if (entry.isIntersecting) fill(entry.target);
  }, { rootMargin: "600px 0px" });
  const later = (chunk, count) => {
    chunk.style.minHeight = `${HEIGHT * count}px`;
    waiting.add(chunk);
    near.observe(chunk);
  };
  for (const text of document.querySelectorAll(".chunk > noscript")) later(text.parentElement, text.dataset.count);
  window.addEventListener("beforeprint", () => [...waiting].forEach(fill));

  // All passages in the order of the page, and those that are shown in their order.
  let all = null, shown = null;
  const passages = () => all ??= [...list.children].flatMap((chunk) => (chunk.matches(".chunk") ? items(chunk) : []));
  const arrange = (chosen) => {
    const chunks = [];
    for (const chunk of list.querySelectorAll(":scope > .chunk")) if (waiting.delete(chunk)) near.unobserve(chunk);
    let room = 0;
    for (const item of chosen) {
      const last = chunks.at(-1), size = item.card ? 0 : item.html.length;
      if (last && known.get(last).length < SIZE && size <= room) {
        known.get(last).push(item);
        room -= size;
      } else {
        const chunk = document.createElement("div");
        chunk.className = "chunk";
        known.set(chunk, [item]);
        chunks.push(chunk);
        room = CARDS - size;
      }
      item.chunk = chunks.at(-1);
    }
    for (const chunk of chunks) later(chunk, known.get(chunk).length);
    shown = chosen;
    list.replaceChildren(...chunks);
    if (chunks.length) fill(chunks[0]);
  };

  // What is filtered and sorted by stands apart, a line a passage, and is read when it is first asked for.
  let read = null;
  const facts = () => read ??= by("facets").textContent.split("\n").slice(0, passages().length).map((line, rank) => {
    const [numbers, of] = line.split("|");
    const [kind, scope, score, outlets, documents, groups, agency, time] = numbers.split(" ");
    return {
      item: passages()[rank], rank, kind, scope, agency, of: ` ${of} `, words: null, score: Number(score),
      outlets: Number(outlets), documents: Number(documents), groups: Number(groups), time: Number(time),
    };
  });
  const MARKS = { amp: "&", lt: "<", gt: ">", quot: '"', "#x27": "'" };
  const plain = (html) => html.replace(/<[^>]*>/g, "").replace(/&(amp|lt|gt|quot|#x27);/g, (_, name) => MARKS[name]);
  const words = (about) => {
    const { html, card } = about.item;
    return about.words ??= (html ? plain(html) : card.textContent).toLowerCase();
  };

  let current = null;
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
    const order = shown ?? passages(), card = active();
    const at = card ? order.findIndex((item) => item.card === card) : -1;
    const next = order[at < 0 && by < 0 ? order.length - 1 : at + by];
    if (!next) return;
    fill(next.chunk);
    focus(next.card);
  };
  const toggle = () => {
    const card = active();
    if (card && card.matches("details")) card.open = !card.open;
    else if (card) card.click();
  };

  const fields = ["f-search", "f-kind", "f-scope", "f-outlet", "f-agency", "f-from", "f-to", "f-score", "f-groups"];
  const day = (name, hours) => (by(name).value ? Date.parse(`${by(name).value}T${hours}Z`) / 1000 : NaN);

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
  const choose = () => {
    const sought = by("f-search").value.toLowerCase().split(/\s+/).filter(Boolean);
    const kind = by("f-kind").value, scope = by("f-scope").value;
    const outlet = by("f-outlet").value, agency = by("f-agency").value;
    const from = day("f-from", "00:00:00"), to = day("f-to", "23:59:59");
    const score = Number(by("f-score").value), groups = Number(by("f-groups").value);
    const found = facts().filter((about) => (!kind || about.kind === kind) && (!scope || about.scope === scope)
      && (!outlet || about.of.includes(` ${outlet} `)) && (!agency || about.agency === agency)
      && about.score >= score && about.groups >= groups
      && (Number.isNaN(from) || about.time >= from) && (Number.isNaN(to) || about.time <= to)
      && sought.every((word) => words(about).includes(word)));
    if (by("f-order").value !== "rank") {
      const key = orders[by("f-order").value];
      for (const about of found) about.key = key(about);
      found.sort((a, b) => compare(a.key, b.key));
    }
    arrange(found.map((about) => about.item));
    tell(found.length);
  };
  const total = Number(list.dataset.count);
  const tell = (found) => {
    const every = number.format(total);
    by("found").textContent = found === total ? `${every} shown` : `${number.format(found)} of ${every} shown`;
    by("nothing").hidden = found > 0 || total === 0;
  };
  const reset = () => {
    for (const name of fields) by(name).value = "";
    choose();
  };

  // What an address leads to may be no element yet, or be left out by a filter.
  const reveal = (id) => {
    const holds = (item) => (item.card ? item.card.id === id : item.html.includes(` id="${id}"`));
    const make = () => {
      const chunk = !by(id) && [...waiting].find((chunk) => items(chunk).some(holds));
      if (chunk) fill(chunk);
      return by(id);
    };
    if (make() || !shown || !passages().some(holds)) return by(id);
    reset();
    return make();
  };
  const show = () => {
    let id = location.hash.slice(1);
    try { id = decodeURIComponent(id); } catch { /* a fragment that is no encoding is taken as it stands */ }
    const target = id && reveal(id);
    if (!target) return;
    for (let up = target; up; up = up.parentElement) if (up.tagName === "DETAILS") up.open = true;
    if (target.matches(`details, ${CARD}`)) focus(target);
    else target.scrollIntoView({ block: "start" });
  };

  const help = by("keys");
  const keys = { j: () => step(1), k: () => step(-1), o: toggle };
  if (filters) {
    Object.assign(keys, { "/": () => by("f-search").focus(), c: reset, "?": () => help.showModal() });
    let soon = 0;
    for (const name of ["f-search", "f-score", "f-groups"]) {
      by(name).addEventListener("input", () => {
        clearTimeout(soon);
        soon = setTimeout(choose, 150);
      });
    }
    for (const name of ["f-kind", "f-scope", "f-outlet", "f-agency", "f-from", "f-to", "f-order"]) {
      by(name).addEventListener("change", choose);
    }
    by("reset").addEventListener("click", reset);
    by("expand").addEventListener("click", (event) => {
      opened = !opened;
      for (const { card } of shown ?? passages()) if (card && card.matches("details")) card.open = opened;
      event.target.textContent = opened ? "Close all" : "Open all";
    });
    by("keys-open").addEventListener("click", () => help.showModal());
    by("keys-close").addEventListener("click", () => help.close());
    filters.hidden = by("more-filters").hidden = false;
    // A browser may have kept what was chosen before the page was loaded again.
    if (fields.some((name) => by(name).value) || by("f-order").value !== "rank") choose();
    else tell(total);
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
