// Reviews by keyboard: through the inbox, and to what decides. A key never decides: it leads to the button that does.
import { keys } from "./keys.js";

const rows = [...document.querySelectorAll("[data-row]")];
const together = document.getElementById("together");
const titles = rows.map((row) => row.querySelector("a.title"));
const boxes = [...document.querySelectorAll("[data-row] input[type=checkbox]")];

const at = () => rows.findIndex((row) => row.contains(document.activeElement));
const go = (to) => titles[Math.max(0, Math.min(to, titles.length - 1))]?.focus();
const follow = (rel) => document.querySelector(`.turns a[rel=${rel}]`)?.click();

function counted() {
  const ticked = boxes.filter((box) => box.checked).length;
  const said = together?.querySelector("[data-count]");
  if (!said) return;
  said.textContent = ticked ? `: ${ticked}` : "";
  together.classList.toggle("some", ticked > 0);
}
boxes.forEach((box) => box.addEventListener("change", counted));
counted();

keys(rows.length && together ? {
  j: () => go(at() + 1),
  k: () => go(at() - 1),
  x: () => rows[at()]?.querySelector("input[type=checkbox]")?.click(),
  d: () => {
    together.open = true;
    together.querySelector("textarea").focus();
  },
} : {
  c: () => document.querySelector("#decision button.approve")?.focus(),
  r: () => document.querySelector("#decision #reason")?.focus(),
  e: () => {
    const edit = document.querySelector("details.edit");
    if (!edit) return;
    edit.open = true;
    edit.querySelector("input:not([type=hidden]), select, textarea")?.focus();
  },
  n: () => follow("next"),
  p: () => follow("prev"),
});
