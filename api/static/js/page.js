import { localise } from "./moments.js";
import { trusted } from "./trusted.js";

// What every page may use; nothing here is needed for a page to work.
for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.querySelector(button.dataset.copy).textContent);
    button.textContent = "Copied";
  });
}

localise(document);

// A filter that changes asks at once; without a script its button does.
for (const form of document.querySelectorAll("form[data-filters]")) {
  form.querySelector("button")?.setAttribute("hidden", "");
  form.addEventListener("change", () => form.requestSubmit());
}

// What takes longer to count than a page should comes after it; without a script a link leads there.
for (const place of document.querySelectorAll("[data-fill]")) {
  fetch(place.dataset.fill).then(async (response) => {
    if (!response.ok) return;
    const found = trusted(await response.text());
    localise(found);
    place.replaceChildren(found);
  }).catch(() => {});
}

// The bar at a phone's foot begins where one is.
const current = document.querySelector(".tabs-bottom [aria-current]");
if (current) current.parentElement.scrollLeft = current.offsetLeft - current.parentElement.clientWidth / 2;

// A form is sent once; a second click must not propose or decide twice.
for (const form of document.querySelectorAll("form[method=post]")) {
  form.addEventListener("submit", () => {
    setTimeout(() => form.querySelectorAll("button").forEach((button) => { button.disabled = true; }), 0);
  });
}
window.addEventListener("pageshow", (event) => {
  if (event.persisted) document.querySelectorAll("form button:disabled").forEach((b) => { b.disabled = false; });
});

// What a worker is carrying out now: look again until its state moves, then show the page as it has become.
for (const place of document.querySelectorAll("[data-follow]")) {
  const look = async () => {
    const response = await fetch(place.dataset.follow).catch(() => null);
    const state = response?.ok ? (await response.json()).state : place.dataset.state;
    if (state !== place.dataset.state) location.reload();
    else setTimeout(look, 1500);
  };
  setTimeout(look, 800);
}
