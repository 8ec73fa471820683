// Cards of proposals that still move: each is looked at again while the page is looked at, and replaced when it has moved.
import { trusted } from "./trusted.js";

const EVERY = 3000;

async function look() {
  if (document.hidden) return;
  for (const card of document.querySelectorAll("[data-card][data-moving]")) {
    const response = await fetch(card.dataset.card).catch(() => null);
    if (!response?.ok) continue;
    const fresh = trusted(await response.text()).querySelector("[data-card]");
    if (fresh && fresh.dataset.state !== card.dataset.state) card.replaceWith(fresh);
  }
}

setInterval(look, EVERY);
