import { initAll } from "./govuk/govuk-frontend.min.js";

initAll();

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
      if (fresh && fresh.outerHTML !== part.outerHTML) part.replaceWith(fresh);
    } catch {
      return;
    }
    lookAgain(id, times + 1);
  }, EVERY);
}

for (const part of document.querySelectorAll("[data-refresh]")) lookAgain(part.id, 0);
