"use strict";
(() => {
  const by = (id) => document.getElementById(id);
  const list = by("passage-list");
  const cards = [...list.querySelectorAll(":scope > details")];
  const words = new Map();
  const help = by("keys");
  let current = null;

  const textOf = (card) => {
    if (!words.has(card)) words.set(card, card.textContent.toLowerCase());
    return words.get(card);
  };
  const visible = () => [...list.children].filter((card) => card.matches("details:not([hidden])"));

  const fits = (card) => {
    const data = card.dataset;
    const outlet = by("f-outlet").value;
    const sought = by("f-search").value.toLowerCase().split(/\s+/).filter(Boolean);
    return (!by("f-kind").value || data.kind === by("f-kind").value)
      && (!by("f-scope").value || data.scope === by("f-scope").value)
      && (!outlet || data.outlets.split(" ").includes(outlet))
      && sought.every((word) => textOf(card).includes(word));
  };

  const filter = () => {
    let found = 0;
    for (const card of cards) {
      card.hidden = !fits(card);
      found += card.hidden ? 0 : 1;
    }
    by("found").textContent = found === cards.length ? `${found} shown` : `${found} of ${cards.length} shown`;
    by("nothing").hidden = found > 0 || cards.length === 0;
  };

  // Larger first, except that ranks and dates begin with the smallest; what lacks a value comes last.
  const orders = {
    rank: (card) => [Number(card.dataset.rank)],
    score: (card) => [-Number(card.dataset.score)],
    carriers: (card) => card.dataset.carriers.split(" ").map((n) => -Number(n)),
    date: (card) => ["date" in card.dataset ? Number(card.dataset.date) : Infinity],
  };
  const compare = (a, b) => {
    for (let i = 0; i < a.length; i += 1) if (a[i] !== b[i]) return a[i] < b[i] ? -1 : 1;
    return 0;
  };
  const order = () => {
    const key = orders[by("f-order").value];
    const keyed = cards.map((card) => [[...key(card), Number(card.dataset.rank)], card]);
    keyed.sort((a, b) => compare(a[0], b[0]));
    list.append(...keyed.map((pair) => pair[1]));
  };

  const focus = (card) => {
    current = card;
    card.querySelector("summary").focus({ preventScroll: true });
    card.scrollIntoView({ block: "start" });
  };
  const step = (by) => {
    const shown = visible();
    if (!shown.length) return;
    const active = document.activeElement && document.activeElement.closest("#passage-list > details");
    const at = shown.indexOf(active || current);
    const next = at < 0 ? (by > 0 ? 0 : shown.length - 1) : Math.min(Math.max(at + by, 0), shown.length - 1);
    focus(shown[next]);
  };
  const toggle = () => {
    const active = document.activeElement && document.activeElement.closest("#passage-list > details");
    const card = active || current;
    if (card) card.open = !card.open;
  };

  const show = () => {
    let id = location.hash.slice(1);
    try { id = decodeURIComponent(id); } catch { /* a fragment that is no encoding is taken as it stands */ }
    const target = id && by(id);
    if (!target) return;
    if (cards.includes(target) && target.hidden) {
      for (const name of ["f-search", "f-kind", "f-scope", "f-outlet"]) by(name).value = "";
      filter();
    }
    for (let up = target; up; up = up.parentElement) if (up.tagName === "DETAILS") up.open = true;
    if (target.tagName === "DETAILS") focus(target);
  };

  const keys = { j: () => step(1), k: () => step(-1), o: toggle, "/": () => by("f-search").focus(), "?": () => help.showModal() };
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, select, textarea");
    if (event.key === "Escape" && event.target === by("f-search")) event.target.blur();
    if (typing || help.open || event.ctrlKey || event.metaKey || event.altKey) return;
    if (!by("f-keys").checked || !Object.hasOwn(keys, event.key)) return;
    event.preventDefault();
    keys[event.key]();
  });

  let waiting = 0;
  by("f-search").addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(filter, 150);
  });
  for (const name of ["f-kind", "f-scope", "f-outlet"]) by(name).addEventListener("change", filter);
  by("f-order").addEventListener("change", order);
  by("expand").addEventListener("click", (event) => {
    const open = event.target.textContent === "Open all";
    for (const card of visible()) card.open = open;
    event.target.textContent = open ? "Close all" : "Open all";
  });
  by("keys-open").addEventListener("click", () => help.showModal());
  by("keys-close").addEventListener("click", () => help.close());
  window.addEventListener("hashchange", show);
  by("filters").hidden = false;
  filter();
  show();
})();
