import { remember, way } from "./focus.js";
import "./keys.js";
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

// A filter that is changed with a pointer asks at once. With the keys every step through a list is a change: there, as
// without a script, the button or Enter does.
for (const form of document.querySelectorAll("form[data-filters]")) {
  const button = form.querySelector("button");
  let keyed = false;
  button?.setAttribute("hidden", "");
  form.addEventListener("formdata", ({ formData }) => {
    for (const name of [...formData.keys()]) if (!formData.get(name)) formData.delete(name);
  });
  form.addEventListener("pointerdown", () => { keyed = false; });
  form.addEventListener("keydown", (event) => {
    keyed = true;
    if (event.key === "Enter" && event.target.matches("select")) form.requestSubmit();
  });
  form.addEventListener("change", () => {
    if (keyed && button) button.hidden = false;
    else form.requestSubmit();
  });
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

// A form is sent once; a second click must not propose or decide twice. One that answers with a file leaves the page
// as it is, and may be sent again.
const AGAIN = 4000;

function busy(form, button) {
  const buttons = [...form.elements].filter((one) => one.matches("button:not([hidden], .sr)"));
  const words = button?.dataset.busy && button.textContent;
  buttons.forEach((one) => { one.disabled = true; });
  if (words) button.textContent = button.dataset.busy;
  return () => {
    buttons.forEach((one) => { one.disabled = false; });
    if (words) button.textContent = words;
  };
}

// Enter on a box sends a form in some browsers; a box is ticked with the space bar.
document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && event.target.matches?.("input[type=checkbox], input[type=radio]")) event.preventDefault();
});

const released = [];
for (const form of document.querySelectorAll("form[method=post]")) {
  form.addEventListener("submit", (event) => {
    setTimeout(() => {
      const release = busy(form, event.submitter);
      if ("file" in form.dataset) setTimeout(release, AGAIN);
      else released.push(release);
    }, 0);
  });
}
window.addEventListener("pageshow", (event) => {
  if (event.persisted) released.splice(0).forEach((release) => release());
});

// What a worker is carrying out now: look again until its state moves, then show the page as it has become. Whoever
// has typed something is told, and loses nothing.
const typed = () => [...document.querySelectorAll("main textarea, main input")].some((one) => one.value !== one.defaultValue);

for (const place of document.querySelectorAll("[data-follow]")) {
  const look = async () => {
    const response = await fetch(place.dataset.follow).catch(() => null);
    const state = response?.ok ? (await response.json()).state : place.dataset.state;
    if (state === place.dataset.state) return setTimeout(look, 1500);
    if (typed()) return moved(place);
    remember({ at: way(document.activeElement), plain: true });
    location.reload();
  };
  setTimeout(look, 800);
}

function moved(place) {
  const notice = document.createElement("div");
  const link = document.createElement("a");
  notice.className = "notice warn";
  notice.setAttribute("role", "status");
  link.href = location.pathname;
  link.textContent = "Show it as it is now";
  notice.append("This has moved on while you were writing. ", link);
  place.closest(".top").after(notice);
}
