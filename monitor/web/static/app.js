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

const ticker = document.getElementById("ticker");
const LINES_MAX = 500;

function arrive(html) {
  const holder = document.createElement("template");
  holder.innerHTML = html;
  const line = holder.content.firstElementChild;
  const known = document.getElementById(line.id);
  const newestFirst = ticker.dataset.order === "newest";
  if (known) {
    if (known.classList.contains("current")) line.classList.add("current");
    known.replaceWith(line);
    return;
  }
  const seen = [...ticker.children].map((item) => Number(item.dataset.id));
  const own = Number(line.dataset.id);
  if (seen.length && own < Math.min(...seen)) return; // an older article matched anew: it stands on an older page
  line.classList.add("fresh");
  const atEnd = window.innerHeight + window.scrollY >= document.body.scrollHeight - 80;
  if (newestFirst) ticker.prepend(line); else ticker.append(line);
  if (!newestFirst && atEnd) line.scrollIntoView({ block: "nearest" });
  while (ticker.children.length > LINES_MAX) (newestFirst ? ticker.lastElementChild : ticker.firstElementChild).remove();
  document.getElementById("empty").hidden = true;
}

if (ticker && ticker.dataset.stream) {
  const state = document.getElementById("state");
  const stream = new EventSource(ticker.dataset.stream);
  const say = (lost) => {
    state.classList.toggle("lost", lost);
    state.textContent = lost ? state.dataset.lost : state.dataset.live;
  };
  stream.addEventListener("article", (event) => arrive(event.data));
  stream.addEventListener("ready", () => say(false));
  stream.addEventListener("reset", () => location.reload());
  stream.addEventListener("error", () => {
    say(true);
    if (stream.readyState === EventSource.CLOSED) setTimeout(() => location.reload(), 5000);
  });
  addEventListener("pagehide", () => stream.close());
}

// Keys: j and k go on and back, o opens, m mutes the story, / searches.
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

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, select, textarea, [contenteditable]");
  if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
  const acts = {
    j: () => go(1),
    k: () => go(-1),
    o: () => current()?.querySelector(".what a")?.click() ?? document.querySelector("[data-open]")?.click(),
    m: mute,
    "/": () => document.querySelector("input[name=q]")?.focus() ?? (location.href = "/search"),
  };
  if (acts[event.key]) { event.preventDefault(); acts[event.key](); }
});

// The workbench: insert a name where the cursor stands.
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-insert]");
  const editor = document.getElementById("rule-text");
  if (!button || !editor) return;
  editor.setRangeText(button.dataset.insert, editor.selectionStart, editor.selectionEnd, "end");
  editor.focus();
  editor.dispatchEvent(new Event("input", { bubbles: true }));
});
