// Keys of one letter, which a person can turn off (WCAG 2.1.4): some input methods say letters by themselves.
const OFF = "countersign-keys-off";
const NEXT = 1500;
const help = document.getElementById("help");
let parting = -Infinity; // when g was pressed, which a place's letter follows

function off() {
  try { return localStorage.getItem(OFF) === "1"; } catch { return false; }
}

function turn(to) {
  try { to ? localStorage.setItem(OFF, "1") : localStorage.removeItem(OFF); } catch { return; }
  told();
}

function told() {
  for (const place of document.querySelectorAll("[data-keys]")) place.hidden = off();
  for (const again of document.querySelectorAll("[data-keys-on-again]")) again.hidden = !off();
}

for (const button of document.querySelectorAll("[data-keys-off]")) button.addEventListener("click", () => turn(true));
for (const button of document.querySelectorAll("[data-keys-on]")) button.addEventListener("click", () => turn(false));
told();

const typing = (place) => place.closest("input:not([type=checkbox], [type=radio]), select, textarea, dialog");

// `deeds` names what each key does; typing in a field and keys with a modifier stay what they are.
export function keys(deeds) {
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || off() || typing(event.target) || event.metaKey || event.ctrlKey || event.altKey) return;
    const deed = deeds[event.key];
    if (!deed || deed() === false) return;
    event.preventDefault();
  });
}

// All keys of this page and of every page, for whoever asks for them.
function open() {
  const here = help.querySelector("[data-here]");
  here.replaceChildren(...[...document.querySelectorAll("[data-key]")].map((key) => {
    const row = document.createElement("li");
    row.append(...[...key.childNodes].map((node) => node.cloneNode(true)));
    return row;
  }));
  here.hidden = !here.children.length;
  help.showModal();
}

if (help) {
  for (const button of document.querySelectorAll("[data-help]")) {
    button.hidden = false;
    button.addEventListener("click", open);
  }
  help.querySelector("[data-close]").addEventListener("click", () => help.close());
  help.addEventListener("click", (event) => { if (event.target === help) help.close(); });
  const places = Object.fromEntries([...help.querySelectorAll("a[data-place]")].map((link) => [link.dataset.place, link]));
  // In the capturing phase: the letter after g belongs to the place, whatever it does on the page.
  document.addEventListener("keydown", (event) => {
    if (off() || typing(event.target) || event.metaKey || event.ctrlKey || event.altKey) return;
    const place = performance.now() - parting < NEXT ? places[event.key] : null;
    parting = event.key === "g" ? performance.now() : -Infinity;
    if (!place && event.key !== "g") return;
    event.preventDefault();
    if (place) location.assign(place.href);
  }, true);
  const titles = () => [...document.querySelectorAll("main a.title")].filter((link) => link.checkVisibility());
  const step = (by) => {
    const all = titles();
    const now = all.indexOf(document.activeElement);
    all[Math.max(0, Math.min(now < 0 ? 0 : now + by, all.length - 1))]?.focus();
    return all.length > 0;
  };
  const to = (wanted) => {
    const place = document.querySelector(wanted);
    place?.focus();
    return Boolean(place);
  };
  // After those of the page itself, which may give the same key another meaning.
  document.addEventListener("DOMContentLoaded", () => keys({
    "?": open,
    "/": () => to("main [type=search], main .askbox input, #text"),
    j: () => step(1),
    k: () => step(-1),
    u: () => to("#upload input[type=file]"),
  }));
}
