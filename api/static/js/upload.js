// Several files, chosen or dropped: each is sent alone and says how far it has come. Without this script the form sends all.
import { events } from "./events.js";
import { remember } from "./focus.js";

const AT_ONCE = 2;
const form = document.getElementById("upload");

if (form) {
  const files = document.getElementById("files");
  const input = form.querySelector("input[type=file]");
  form.querySelector("[data-drops]").hidden = false;

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    event.stopImmediatePropagation();
    send([...input.files]);
  }, true);

  for (const name of ["dragenter", "dragover"]) {
    document.addEventListener(name, (event) => {
      if (!event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault();
      form.classList.add("over");
    });
  }
  document.addEventListener("dragleave", (event) => { if (!event.relatedTarget) form.classList.remove("over"); });
  document.addEventListener("drop", (event) => {
    if (!event.dataTransfer?.files.length) return;
    event.preventDefault();
    form.classList.remove("over");
    send([...event.dataTransfer.files]);
  });

  async function send(chosen) {
    const given = new FormData(form);
    const rows = chosen.map((file) => [file, row(file.name)]);
    input.value = "";
    const opened = [];
    const worker = async () => {
      for (let next = rows.shift(); next; next = rows.shift()) opened.push(await one(given, ...next));
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    if (chosen.length > 1 || !opened[0]) return;
    remember({});
    location.assign(opened[0]);
  }

  function row(name) {
    const item = document.createElement("li");
    const title = document.createElement("strong");
    const stages = document.createElement("ol");
    title.textContent = name;
    item.append(title, stages);
    files.append(item);
    step(stages, "Waiting", "now");
    return item;
  }

  // The stage that goes on is the last one; what it says replaces it when it is over.
  function step(stages, text, state) {
    stages.querySelector(".now")?.remove();
    const line = document.createElement("li");
    line.className = state;
    line.textContent = text;
    stages.append(line);
  }

  async function one(given, file, item) {
    const stages = item.querySelector("ol");
    const body = new FormData();
    for (const name of ["csrf", "contract", "password"]) body.set(name, given.get(name) ?? "");
    body.set("file", file);
    step(stages, "Sending", "now");
    try {
      const response = await fetch(form.action, { method: "POST", headers: { accept: "text/event-stream" }, body });
      if (response.status === 401) throw new Error("Your session has ended: sign in again, then choose the files again.");
      if (!response.ok) throw new Error((await response.json()).detail);
      for await (const { kind, data } of events(response.body)) {
        const { text, href, stage } = JSON.parse(data);
        if (kind === "stage") {
          step(stages, text, "done");
          step(stages, stage === "received" ? "Reading" : stage === "read" ? "Examining" : "Keeping", "now");
        } else {
          step(stages, text, kind === "ready" ? "done" : "bad");
          return href ? link(item, file.name, href) : null;
        }
      }
      throw new Error("The connection was lost. What had arrived whole is read all the same: look at the list again.");
    } catch (error) {
      step(stages, error instanceof TypeError ? "The connection was lost. Send it again." : error.message, "bad");
      return null;
    }
  }

  function link(item, name, href) {
    const to = document.createElement("a");
    to.href = href;
    to.textContent = name;
    to.className = "title";
    item.querySelector("strong").replaceWith(to);
    return href;
  }
}
