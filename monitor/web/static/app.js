// The ticker's stream and keys, and the browser's time zone.  Everything else works without a script.
"use strict";

const csrf = () => document.querySelector('meta[name="csrf"]').content;

// The zone of the reader's clock: the server writes times in it from the next page on.
(() => {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (zone && document.documentElement.dataset.zone !== zone && !document.cookie.includes(`zone=${encodeURIComponent(zone)}`)) {
    document.cookie = `zone=${encodeURIComponent(zone)}; path=/; max-age=31536000; samesite=lax`;
    if (document.querySelector("time")) location.reload();
  }
})();

for (const form of document.querySelectorAll("form[data-auto]")) {
  form.addEventListener("change", () => form.requestSubmit());
  form.querySelector("button").hidden = true;
}

// Times on a page that stays open: distances go on, and at midnight a time gets its date.
const say = (text, n) => text.replace("{n}", n);

function span(seconds) {
  const found = [[86400, "d"], [3600, "h"], [60, "min"]].find(([size]) => seconds >= size);
  return found ? `${Math.floor(seconds / found[0])} ${found[1]}` : `${Math.floor(seconds)} s`;
}

function localDay(instant) {
  return new Intl.DateTimeFormat("sv-SE", { timeZone: document.documentElement.dataset.zone }).format(instant);
}

function dated(time) {
  const [year, month, day] = localDay(new Date(time.dateTime)).split("-");
  const date = document.documentElement.lang === "de" ? `${day}.${month}.${year}` : `${year}-${month}-${day}`;
  if (/^\d\d:/.test(time.textContent)) time.textContent = `${date} ${time.textContent}`;
}

setInterval(() => {
  for (const time of document.querySelectorAll("time[data-ago]")) time.textContent = span(Math.abs(Date.now() - new Date(time.dateTime)) / 1000);
  const root = document.documentElement;
  if (localDay(new Date()) === root.dataset.today) return;
  root.dataset.today = localDay(new Date());
  document.querySelectorAll("time:not([data-ago])").forEach(dated);
}, 30000);

const ticker = document.getElementById("ticker");
const LINES_MAX = 500;
const SAY_EVERY_MS = 15000;
const newestFirst = ticker?.dataset.order === "newest";
const fresh = document.getElementById("fresh");
const title = document.title;
let unread = 0;
let unsaid = 0;

// Whether what arrives is in sight: the tab is looked at, and the end that grows is on the screen.
function inSight() {
  if (document.hidden) return false;
  return newestFirst ? scrollY < 120 : innerHeight + scrollY >= document.body.scrollHeight - 80;
}

function count(more) {
  unread = more ? unread + more : 0;
  const words = say(unread === 1 ? fresh.dataset.one : fresh.dataset.many, unread);
  fresh.hidden = !unread;
  fresh.classList.toggle("below", !newestFirst);
  fresh.textContent = `${newestFirst ? "↑" : "↓"} ${words}`;
  document.title = unread ? `(${unread}) ${title}` : title;
}

function toNewest() {
  scrollTo({ top: newestFirst ? 0 : document.body.scrollHeight });
  if (fresh && unread) count(0);
}

function arrive(html) {
  const holder = document.createElement("template");
  holder.innerHTML = html;
  const line = holder.content.firstElementChild;
  const known = document.getElementById(line.id);
  if (known) {
    const focused = known.contains(document.activeElement);
    if (known.classList.contains("current")) line.classList.add("current");
    known.replaceWith(line);
    if (focused) line.focus({ preventScroll: true });
    return;
  }
  const seen = [...ticker.children].map((item) => Number(item.dataset.id));
  const own = Number(line.dataset.id);
  if (seen.length && own < Math.min(...seen)) return; // an older article matched anew: it stands on an older page
  line.classList.add("fresh");
  const watched = inSight();
  if (newestFirst) ticker.prepend(line); else ticker.append(line);
  if (watched && !newestFirst) line.scrollIntoView({ block: "nearest" });
  if (!watched) count(1);
  unsaid += 1;
  while (ticker.children.length > LINES_MAX) (newestFirst ? ticker.lastElementChild : ticker.firstElementChild).remove();
  document.getElementById("empty").hidden = true;
}

if (fresh) {
  fresh.addEventListener("click", toNewest);
  const looked = () => { if (unread && inSight()) count(0); };
  addEventListener("scroll", looked, { passive: true });
  document.addEventListener("visibilitychange", looked);
  // Who listens rather than looks hears how many came, now and then, instead of every headline.
  setInterval(() => {
    if (!unsaid) return;
    document.getElementById("said").textContent = say(unsaid === 1 ? fresh.dataset.one : fresh.dataset.many, unsaid);
    unsaid = 0;
  }, SAY_EVERY_MS);
}

if (ticker && ticker.dataset.stream) {
  const state = document.getElementById("state");
  const stream = new EventSource(ticker.dataset.stream);
  const show = (lost) => {
    state.classList.toggle("lost", lost);
    state.textContent = lost ? state.dataset.lost : state.dataset.live;
  };
  stream.addEventListener("article", (event) => arrive(event.data));
  stream.addEventListener("ready", () => show(false));
  stream.addEventListener("reset", () => location.reload());
  stream.addEventListener("error", () => {
    show(true);
    if (stream.readyState === EventSource.CLOSED) setTimeout(() => location.reload(), 5000);
  });
  addEventListener("pagehide", () => stream.close());
}

// Keys: j and k go on and back, o opens, m mutes the story, n shows the newest, / searches, ? explains.
function current() { return document.querySelector(".line.current"); }

function go(step) {
  const lines = [...document.querySelectorAll(".line")];
  if (!lines.length) return;
  const at = lines.indexOf(current());
  const next = lines[Math.max(0, Math.min(lines.length - 1, at < 0 ? 0 : at + step))];
  current()?.classList.remove("current");
  next.classList.add("current");
  next.focus({ preventScroll: true });
  next.scrollIntoView({ block: "nearest" });
}

async function mute() {
  const line = current();
  const kind = line?.dataset.story ? "story" : "rule";
  const subject = line?.dataset.story || line?.dataset.rule;
  const place = document.getElementById("muted");
  if (!subject || !place) return;
  const body = new URLSearchParams({ kind, subject, for: "4h", csrf: csrf() });
  const answer = await fetch("/silences", { method: "POST", body, headers: { "HX-Request": "true", Accept: "text/html" } });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  place.replaceChildren(...(answer.ok ? page.body : page.querySelector("main")).children);
}

const keys = document.getElementById("keys");
document.querySelector("[data-keys]").addEventListener("click", () => keys.showModal());

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, select, textarea, [contenteditable]");
  if (typing || keys.open || event.ctrlKey || event.metaKey || event.altKey) return;
  const acts = {
    j: () => go(1),
    k: () => go(-1),
    o: () => current()?.querySelector(".what a")?.click() ?? document.querySelector("[data-open]")?.click(),
    m: mute,
    n: toNewest,
    "?": () => keys.showModal(),
    "/": () => document.querySelector("input[name=q]")?.focus() ?? (location.href = "/search"),
  };
  if (acts[event.key]) { event.preventDefault(); acts[event.key](); }
});

// The workbench on a narrow screen: what a button brings stands below it.
document.addEventListener("htmx:afterSwap", (event) => {
  if (event.target.id === "result" && document.activeElement.closest("button")) event.target.scrollIntoView({ block: "nearest" });
});

// The workbench: insert a name where the cursor stands.
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-insert]");
  const text = document.getElementById("rule-text");
  if (!button || !text) return;
  text.setRangeText(button.dataset.insert, text.selectionStart, text.selectionEnd, "end");
  text.focus();
  text.dispatchEvent(new Event("input", { bubbles: true }));
});

// The workbench: suggestions at the cursor.  The text keeps the focus, the chosen one is its active descendant.
const editor = document.getElementById("rule-text");
const offers = document.getElementById("offers");
let offered = { length: 0, offers: [] };
let asked = 0;

function closeOffers() {
  offers.hidden = true;
  editor.removeAttribute("aria-activedescendant");
}

function chooseOffer(step) {
  const items = [...offers.children];
  const at = items.findIndex((item) => item.getAttribute("aria-selected") === "true");
  const next = (at + step + items.length) % items.length;
  items.forEach((item, n) => item.setAttribute("aria-selected", String(n === next)));
  editor.setAttribute("aria-activedescendant", items[next].id);
  items[next].scrollIntoView({ block: "nearest" });
}

function takeOffer(text) {
  const end = editor.selectionStart;
  editor.setRangeText(text, end - offered.length, end, "end");
  closeOffers();
  editor.focus();
  editor.dispatchEvent(new Event("input", { bubbles: true }));
}

function showOffers() {
  offers.replaceChildren(...offered.offers.map((text, n) => {
    const item = document.createElement("li");
    item.id = `offer-${n}`;
    item.setAttribute("role", "option");
    item.setAttribute("aria-selected", String(n === 0));
    item.textContent = text;
    item.addEventListener("mousedown", (event) => { event.preventDefault(); takeOffer(text); });
    return item;
  }));
  if (!offered.offers.length) { closeOffers(); return; }
  const before = editor.value.slice(0, editor.selectionStart).split("\n");
  const style = getComputedStyle(editor);
  const line = parseFloat(style.lineHeight);
  const ruler = document.createElement("canvas").getContext("2d");
  ruler.font = style.font;
  const left = ruler.measureText(before.at(-1)).width - editor.scrollLeft + parseFloat(style.paddingLeft);
  offers.style.left = `${Math.max(0, Math.min(left, editor.clientWidth - 160))}px`;
  offers.style.top = `${editor.offsetTop + before.length * line - editor.scrollTop + parseFloat(style.paddingTop) + 4}px`;
  offers.hidden = false;
  editor.setAttribute("aria-activedescendant", "offer-0");
  document.getElementById("offers-said").textContent = offered.offers.join(", ");
}

async function askOffers() {
  const turn = ++asked;
  const before = editor.value.slice(0, editor.selectionStart).slice(-3000);
  const answer = await fetch(`/bench/offers?${new URLSearchParams({ before })}`, { headers: { Accept: "application/json" } });
  if (turn !== asked || !answer.ok) return;
  offered = await answer.json();
  showOffers();
}

if (editor && offers) {
  let waiting;
  editor.addEventListener("input", (event) => {
    clearTimeout(waiting);
    if (event.inputType) waiting = setTimeout(askOffers, 120); else closeOffers();
  });
  editor.addEventListener("keydown", (event) => {
    if (offers.hidden) return;
    const chosen = offers.querySelector('[aria-selected="true"]');
    const acts = { ArrowDown: () => chooseOffer(1), ArrowUp: () => chooseOffer(-1), Escape: closeOffers, Enter: () => takeOffer(chosen.textContent), Tab: closeOffers };
    if (!acts[event.key]) return;
    if (event.key !== "Tab") event.preventDefault();
    acts[event.key]();
  });
  editor.addEventListener("blur", closeOffers);
  editor.addEventListener("scroll", closeOffers);
}
