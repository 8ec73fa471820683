// Tables that sort by the column whose title is pressed; without this script they stay as they came.
const collator = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });

const key = (row, at) => row.cells[at]?.dataset.key ?? row.cells[at]?.textContent.trim() ?? "";

function compared(one, other) {
  const [a, b] = [one, other].map((text) => Number(text.replaceAll(",", "").replace(/%$/, "")));
  return Number.isFinite(a) && Number.isFinite(b) && one && other ? a - b : collator.compare(one, other);
}

function sort(table, at) {
  const heads = [...table.tHead.rows[0].cells];
  const down = heads[at].getAttribute("aria-sort") === "ascending";
  heads.forEach((head) => head.removeAttribute("aria-sort"));
  heads[at].setAttribute("aria-sort", down ? "descending" : "ascending");
  const rows = [...table.tBodies[0].rows].filter((row) => !/^(total|all)$/i.test(key(row, 0)));
  rows.sort((one, other) => compared(key(one, at), key(other, at)) * (down ? -1 : 1));
  table.tBodies[0].prepend(...rows); // a total stays below
}

export function sortable(root) {
  for (const table of root.querySelectorAll("table[data-sortable]")) {
    if (table.tBodies[0]?.rows.length < 2 || table.dataset.sortable === "on") continue;
    table.dataset.sortable = "on";
    [...table.tHead.rows[0].cells].forEach((head, at) => {
      if (!head.textContent.trim()) return;
      const button = document.createElement("button");
      button.type = "button";
      button.className = "sort";
      button.append(...head.childNodes);
      button.addEventListener("click", () => sort(table, at));
      head.append(button);
    });
  }
}

sortable(document);
