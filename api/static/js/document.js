// Terms and their quotes point at each other; without this script the links do.
const of = (id) => document.querySelectorAll(`[data-term~="${CSS.escape(id)}"]`);

for (const name of ["mouseover", "focusin"]) {
  document.addEventListener(name, (event) => {
    const held = event.target.closest("[data-term]");
    document.querySelectorAll(".lit").forEach((one) => one.classList.remove("lit"));
    held?.dataset.term.split(" ").forEach((id) => of(id).forEach((one) => one.classList.add("lit")));
  });
}

// j and k go through the terms, c confirms the one in focus.
const terms = [...document.querySelectorAll("article.term")];
terms.forEach((term) => { term.tabIndex = -1; });
document.addEventListener("keydown", (event) => {
  if (event.target.closest("input, select, textarea") || event.metaKey || event.ctrlKey || event.altKey) return;
  const at = terms.indexOf(document.activeElement.closest("article.term"));
  if (event.key === "j") terms[Math.min(at + 1, terms.length - 1)]?.focus();
  if (event.key === "k") terms[Math.max(at - 1, 0)]?.focus();
  if (event.key === "c" && at >= 0) terms[at].querySelector("button[value=confirm]")?.click();
});
