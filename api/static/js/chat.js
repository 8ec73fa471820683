// Streams an answer into the page. Without this script the same forms answer as whole pages.
import "./cards.js";
import { events } from "./events.js";
import { localise } from "./moments.js";
import { sortable } from "./tables.js";
import { trusted } from "./trusted.js";

const messages = document.getElementById("messages");
const composer = document.getElementById("composer");
const text = document.getElementById("text");
const send = document.getElementById("send");
const stop = document.getElementById("stop");
const next = document.getElementById("next");
let running = null;

document.addEventListener("submit", (event) => {
  const form = event.target.closest("form[data-say]");
  if (!form) return;
  event.preventDefault();
  event.stopPropagation();
  const data = new FormData(form, event.submitter);
  if (running || !String(data.get("text")).trim()) return;
  ask(form.action, data);
}, true);

text.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    composer.requestSubmit();
  }
});
text.addEventListener("input", grow);
stop.addEventListener("click", () => running?.abort());
document.addEventListener("keydown", (event) => { if (event.key === "Escape") running?.abort(); });

function grow() {
  text.rows = Math.min(8, text.value.split("\n").length);
}

function line(author) {
  const item = document.createElement("li");
  item.className = `message ${author}`;
  messages.append(item);
  return item;
}

async function ask(address, data) {
  running = new AbortController();
  document.querySelector(".welcome")?.remove();
  next.replaceChildren();
  const said = document.createElement("p");
  said.textContent = data.get("text");
  document.querySelector(".fresh")?.classList.remove("fresh");
  const question = line("person");
  question.append(said);
  const answer = line("agent");
  answer.classList.add("fresh");
  const status = document.createElement("p");
  status.className = "working";
  status.textContent = "Looking…";
  answer.append(status);
  text.value = "";
  grow();
  const sender = document.activeElement;
  send.hidden = true;
  stop.hidden = false;
  if (sender !== text && !sender?.checkVisibility()) stop.focus({ preventScroll: true });
  question.scrollIntoView({ block: "start" });
  try {
    const response = await fetch(address, {
      method: "POST",
      headers: { accept: "text/event-stream" },
      body: new URLSearchParams(data),
      signal: running.signal,
    });
    if (response.status === 401) return signIn(data.get("text"));
    if (!response.ok) throw new Error((await response.json()).detail);
    let whole = false;
    for await (const event of events(response.body)) {
      whole ||= event.kind === "done";
      take(event, answer, status);
    }
    if (!whole) throw new TypeError();
    status.remove();
  } catch (error) {
    status.className = "none";
    status.textContent = broken(error);
    if (error.name !== "AbortError" && !text.value) text.value = data.get("text");
  } finally {
    running = null;
    send.hidden = false;
    stop.hidden = true;
    text.focus({ preventScroll: true });
  }
}

// The session is over: the form itself leads through the sign-in page, which keeps the question.
function signIn(question) {
  text.value = question;
  composer.submit();
}

// A connection that breaks is a TypeError in every browser, each with words of its own.
function broken(error) {
  if (error.name === "AbortError") return "Stopped.";
  return error instanceof TypeError ? "The connection was lost. What was answered so far is kept; ask again." : error.message;
}

function take({ kind, data }, answer, status) {
  if (kind === "thread") {
    const { thread } = JSON.parse(data);
    composer.action = `/threads/${thread}/messages`;
    history.replaceState(null, "", `/threads/${thread}`);
  } else if (kind === "status") {
    status.textContent = JSON.parse(data).text;
  } else if (kind === "error") {
    const note = document.createElement("p");
    note.className = "notice bad";
    note.textContent = JSON.parse(data).detail;
    answer.insertBefore(note, status);
  } else if (kind === "block") {
    const block = trusted(data);
    localise(block);
    sortable(block);
    place(answer, block, status);
  } else if (kind === "done") {
    const { thread, turn } = JSON.parse(data);
    answer.querySelectorAll("[data-file]").forEach((link, at) => {
      link.href = `/threads/${thread}/turns/${turn}/tables/${at + 1}.csv`;
      link.hidden = false;
    });
  } else if (kind === "links") {
    answer.insertBefore(trusted(data), status);
  } else if (kind === "list") {
    beside(trusted(data));
  } else if (kind === "share") {
    if (!document.getElementById("shares")) document.querySelector(".conversation").prepend(trusted(data));
  } else if (kind === "next") {
    next.replaceChildren(trusted(data));
  }
}

// The list of conversations as it is by now, unless somebody is looking for something in it.
function beside(list) {
  const old = document.querySelector(".threads");
  if (!old || old.contains(document.activeElement) || old.querySelector("input[name=find]").value) return;
  localise(list);
  old.replaceWith(list);
}

// Prose (position 0) may come last and belongs first.
function place(answer, block, status) {
  const position = Number(block.dataset.position);
  const later = [...answer.querySelectorAll(":scope > .block")].find((other) => Number(other.dataset.position) > position);
  const same = [...answer.querySelectorAll(":scope > .block")].find((other) => Number(other.dataset.position) === position);
  if (same) same.replaceWith(block);
  else answer.insertBefore(block, later ?? status);
}

[...document.querySelectorAll(".message.person")].at(-1)?.scrollIntoView({ block: "start" });
if (!matchMedia("(max-width: 48rem)").matches) text.focus({ preventScroll: true });
