// Keys of one letter, which a person can turn off (WCAG 2.1.4): some input methods say letters by themselves.
const OFF = "countersign-keys-off";
const place = document.querySelector("[data-keys]");
const again = document.querySelector("[data-keys-on-again]");

function off() {
  try { return localStorage.getItem(OFF) === "1"; } catch { return false; }
}

function turn(to) {
  try { to ? localStorage.setItem(OFF, "1") : localStorage.removeItem(OFF); } catch { return; }
  told();
}

function told() {
  if (place) place.hidden = off();
  if (again) again.hidden = !off();
}

document.querySelector("[data-keys-off]")?.addEventListener("click", () => turn(true));
document.querySelector("[data-keys-on]")?.addEventListener("click", () => turn(false));
told();

// `deeds` names what each key does; typing in a field and keys with a modifier stay what they are.
export function keys(deeds) {
  document.addEventListener("keydown", (event) => {
    if (off() || event.target.closest("input:not([type=checkbox]), select, textarea") || event.metaKey || event.ctrlKey || event.altKey) return;
    const deed = deeds[event.key];
    if (!deed || deed() === false) return;
    event.preventDefault();
  });
}
