// Where the keyboard is when a page comes anew: at what is said there, at what was sent for, or where it was before.
// Only for whoever uses one: a pointer has its own place.
const KEPT = "countersign-focus";
const SOON = 60_000;
let keyed = false;

document.addEventListener("keydown", () => { keyed = true; }, true);
document.addEventListener("pointerdown", () => { keyed = false; }, true);

// `what` may hold `at` (where to go on), `done` (what to say when it went well) and `plain` (the same page once more).
export function remember(what) {
  if (!keyed && !what.done) return;
  try { sessionStorage.setItem(KEPT, JSON.stringify({ ...what, keyed, when: Date.now() })); } catch { /* not kept */ }
}

// A way to an element that holds as long as the page is built alike.
export function way(element) {
  if (!element || element === document.body) return "";
  if (element.id) return `#${CSS.escape(element.id)}`;
  const href = element.getAttribute("href");
  return href ? `${element.localName}[href="${CSS.escape(href)}"]` : "";
}

function remembered() {
  try {
    const found = JSON.parse(sessionStorage.getItem(KEPT));
    sessionStorage.removeItem(KEPT);
    return found && Date.now() - found.when < SOON ? found : null;
  } catch {
    return null;
  }
}

function go(element) {
  if (!element) return;
  if (element.tabIndex < 0 && !element.hasAttribute("tabindex")) element.tabIndex = -1;
  element.focus();
}

// What went well is said where the page says nothing of its own.
function said(text) {
  const main = document.getElementById("main");
  if (!text || main.querySelector(".errorpage, .notice[role]")) return;
  const notice = document.createElement("div");
  notice.className = "notice good";
  notice.setAttribute("role", "status");
  notice.textContent = text;
  main.querySelector(".top")?.after(notice);
}

document.addEventListener("submit", (event) => {
  const { target: form, submitter } = event;
  if (form.method === "dialog") return;
  remember(form.method === "post"
    ? { done: submitter?.dataset.done ?? form.dataset.done ?? "" }
    : { at: way(document.activeElement), plain: true });
});
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-stay]");
  if (link) remember({ at: link.dataset.stay, plain: true });
});

const kept = remembered();
if (kept) {
  said(kept.done);
  const there = kept.at && document.querySelector(kept.at);
  const target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (kept.keyed && document.activeElement === document.body) {
    go(kept.plain ? there : target || document.querySelector("main .notice[role], main [role=alert]") || document.querySelector("h1"));
  }
}
