import { initAll } from "./govuk/govuk-frontend.min.js";

initAll();

// Whoever writes is not idle: while something is being typed into a form that will be sent, its writer stays signed in.
const ALIVE = 300_000;
let heard = Date.now();
document.addEventListener("input", (event) => {
  if (event.target.form?.method !== "post" || Date.now() - heard < ALIVE) return;
  heard = Date.now();
  fetch("/help", { method: "HEAD", credentials: "same-origin" }).catch(() => {});
});

// A part of the page marked data-refresh looks again by itself while work goes on, and stops after twenty
// minutes: a forgotten window must not keep somebody signed in for ever.
const EVERY = 5000;
const MOST = 240;

function lookAgain(id, times) {
  const part = document.getElementById(id);
  if (!part || !part.dataset.refresh || times >= MOST) return;
  setTimeout(async () => {
    try {
      const answer = await fetch(part.dataset.refresh, { credentials: "same-origin", redirect: "error" });
      if (!answer.ok) return;
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById(id);
      // A part that is there only while work goes on is gone once it is done: its page then has what came of it.
      if (!fresh) return location.assign(part.dataset.refresh);
      if (fresh.outerHTML !== part.outerHTML) part.replaceWith(fresh);
    } catch {
      return;
    }
    lookAgain(id, times + 1);
  }, EVERY);
}

for (const part of document.querySelectorAll("[data-refresh]")) lookAgain(part.id, 0);

// A list that was narrowed is gone back to as it was. What it was narrowed to stays in this tab of this browser, and
// holds no words that anybody typed.
if (document.querySelector("[data-keep]")) sessionStorage.setItem(`candour-list ${location.pathname}`, location.search);
for (const back of document.querySelectorAll(".govuk-back-link")) {
  const kept = sessionStorage.getItem(`candour-list ${back.pathname}`);
  if (kept && !back.search) back.search = kept;
}

// On a phone a table of many columns is shown line by line, each cell after the heading of its column; without
// JavaScript it scrolls. What is no longer laid out as a table has to be told that it is one.
function fitForPhone(table) {
  const headings = [...table.querySelectorAll("thead th")];
  if (!headings.length) return;
  const isNumeric = (heading) => heading.classList.contains("govuk-table__header--numeric");
  if (headings.length < 3 || (headings.length === 3 && headings.slice(1).every(isNumeric))) {
    table.classList.add("candour-narrow");
    return;
  }
  table.classList.add("candour-stacked");
  table.setAttribute("role", "table");
  for (const part of table.querySelectorAll("thead, tbody, tfoot")) part.setAttribute("role", "rowgroup");
  for (const row of table.rows) {
    row.setAttribute("role", "row");
    [...row.cells].forEach((cell, at) => {
      const isHeading = cell.tagName === "TH";
      cell.setAttribute("role", isHeading ? (cell.closest("thead") ? "columnheader" : "rowheader") : "cell");
      if (isHeading) return;
      cell.dataset.heading = headings[at]?.textContent.trim() ?? "";
      if (!cell.textContent.trim() && !cell.children.length) cell.classList.add("candour-stacked__nothing");
    });
  }
}

for (const table of document.querySelectorAll(".candour-scroll table")) fitForPhone(table);

// Single keys for whoever reads record after record: each acts on what carries it as data-key. They can be
// turned off, and are never taken while something is being typed.
const KEYS_OFF = "candour-keys-off";
const help = document.querySelector("[data-keys]");
const keysOff = () => localStorage.getItem(KEYS_OFF) === "yes";

function isTyping(target) {
  return target.closest("input:not([type=radio]):not([type=checkbox]), textarea, select, [contenteditable]") !== null;
}

function useKey(part) {
  if (part.dataset.then && !part.dataset.choose) {
    document.getElementById(part.dataset.then)?.focus();
  } else if (part.dataset.choose) {
    const choice = document.getElementById(part.dataset.choose);
    const then = document.getElementById(part.dataset.then);
    if (!choice || !then) return;
    choice.checked = true;
    then.focus();
  } else if (part.matches("input")) {
    part.focus();
    part.select();
  } else {
    part.click();
  }
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing || keysOff()) return;
  if (!(event.target instanceof Element) || isTyping(event.target)) return;
  const part = [...document.querySelectorAll("[data-key]")].find((each) => each.dataset.key === event.key);
  if (!part) return;
  event.preventDefault();
  useKey(part);
});

if (help) {
  const button = help.querySelector("[data-keys-switch]");
  const words = help.querySelector("[data-keys-words]");
  const show = () => {
    button.textContent = keysOff() ? "Turn single keys on" : "Turn single keys off";
    words.hidden = keysOff();
  };
  help.classList.add("candour-keys--ready");
  button.hidden = false;
  button.addEventListener("click", () => {
    localStorage.setItem(KEYS_OFF, keysOff() ? "no" : "yes");
    show();
  });
  show();
}

// A link to what is folded up unfolds it.
function unfold() {
  document.getElementById(location.hash.slice(1))?.closest("details")?.setAttribute("open", "");
}
addEventListener("hashchange", unfold);
unfold();

// A form that was sent with faults stands in the middle of a long page: what hides it is opened.
document.querySelector(".govuk-error-summary a")?.addEventListener("click", (event) => {
  document.querySelector(event.target.getAttribute("href"))?.closest("details")?.setAttribute("open", "");
});
