import { keys } from "./keys.js";

// Terms and their quotes point at each other; without this script the links do.
const of = (id) => document.querySelectorAll(`[data-term~="${CSS.escape(id)}"]`);

for (const name of ["mouseover", "focusin"]) {
  document.addEventListener(name, (event) => {
    const held = event.target.closest("[data-term]");
    document.querySelectorAll(".lit").forEach((one) => one.classList.remove("lit"));
    held?.dataset.term.split(" ").forEach((id) => of(id).forEach((one) => one.classList.add("lit")));
    if (name === "focusin" && held?.matches("article")) shown(document.querySelector(".paper a.lit"));
  });
}

// The quote of the term in focus comes into the page's own window; the rest of the page stays where it is.
function shown(mark) {
  const paper = mark?.closest(".paper");
  if (!paper) return;
  const [inner, outer] = [mark.getBoundingClientRect(), paper.getBoundingClientRect()];
  if (inner.top < outer.top || inner.bottom > outer.bottom) paper.scrollTop += inner.top - outer.top - outer.height / 3;
}

// Where the page does not stand beside the terms, a quote leads to it, and its mark back to the term.
const stacked = matchMedia("(max-width: 68rem)");
document.addEventListener("click", (event) => {
  const quote = event.target.closest("article.term a.quote");
  const sheet = document.querySelector(".sheet");
  if (!quote || !sheet || event.metaKey || event.ctrlKey) return;
  const wanted = new URL(quote.href);
  const number = new URLSearchParams(location.search).get("page") ?? "1";
  const term = quote.closest("article").dataset.term;
  if (wanted.searchParams.get("page") === number) {
    event.preventDefault();
    of(term).forEach((one) => one.classList.add("lit"));
    const mark = document.querySelector(".paper a.lit");
    if (stacked.matches) (mark ?? sheet).scrollIntoView({ block: "center" });
    shown(mark);
  } else if (stacked.matches) {
    event.preventDefault();
    wanted.hash = "sheet";
    location.assign(wanted);
  }
});

// The zoom is part of the address; here it changes without asking the server.
const paper = document.querySelector(".paper");
const zooms = [...document.querySelectorAll("a[data-zoom]")];
for (const link of zooms) {
  link.addEventListener("click", (event) => {
    event.preventDefault();
    for (const other of zooms) other.removeAttribute("aria-current");
    link.setAttribute("aria-current", "true");
    paper.classList.remove("zoom150", "zoom200");
    if (link.dataset.zoom) paper.classList.add(`zoom${link.dataset.zoom}`);
    const address = new URL(location);
    address.searchParams[link.dataset.zoom ? "set" : "delete"]("zoom", link.dataset.zoom);
    history.replaceState(null, "", address);
  });
}

// j and k go through the terms, c confirms, e corrects, r rejects the one in focus; n and p turn pages, z zooms.
const terms = [...document.querySelectorAll("article.term")];
terms.forEach((term) => { term.tabIndex = -1; });
terms.find((term) => `#${term.id}` === location.hash)?.focus({ preventScroll: true });

const here = () => terms.indexOf(document.activeElement.closest("article.term"));

keys({
  j: () => terms[Math.min(here() + 1, terms.length - 1)]?.focus(),
  k: () => terms[Math.max(here() - 1, 0)]?.focus(),
  c: () => terms[here()]?.querySelector(".decide button[value=confirm]")?.click(),
  r: () => terms[here()]?.querySelector(".decide button[value=reject]")?.click(),
  e: () => {
    const editor = terms[here()]?.querySelector(".decide details");
    if (!editor) return;
    editor.open = true;
    editor.querySelector("input:not([type=hidden]), select")?.focus();
  },
  n: () => document.querySelector(".pager a[rel=next]")?.click(),
  p: () => document.querySelector(".pager a[rel=prev]")?.click(),
  z: () => {
    const now = zooms.findIndex((link) => link.hasAttribute("aria-current"));
    zooms[(now + 1) % zooms.length]?.click();
  },
  "/": () => document.querySelector(".asked input")?.focus(),
});
