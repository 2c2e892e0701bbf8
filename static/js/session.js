// A page that was open for long asks whether the session still lives before it sends a form.
// Without scripts the server keeps what was sent until the log-in.
import { open } from "./sheets.js";

const YOUNG = 60_000; // milliseconds in which no session ends
const born = Date.now();
const dialog = document.querySelector("#session-dialog");
const checked = new WeakSet();
let waiting = null;

async function isAlive(form) {
  try {
    const answer = await fetch("/session/", { cache: "no-store" });
    if (!answer.ok) return true; // the form's own answer will say what is wrong
    const state = await answer.json();
    const token = form.querySelector("[name=csrfmiddlewaretoken]");
    if (state.alive && token) token.value = state.token;
    return state.alive;
  } catch {
    return true;
  }
}

async function send({ form, submitter }) {
  if (await isAlive(form)) {
    dialog.close();
    checked.add(form);
    form.requestSubmit(submitter);
    return;
  }
  waiting = { form, submitter };
  dialog.querySelector("[data-session-still]").hidden = !dialog.open;
  open(dialog);
}

if (dialog) {
  window.addEventListener(
    "submit",
    (event) => {
      const form = event.target;
      if (form.method !== "post" || !form.closest("main") || form.hasAttribute("hx-post")) return;
      if (Date.now() - born < YOUNG || checked.delete(form)) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      send({ form, submitter: event.submitter });
    },
    { capture: true },
  );
  dialog.querySelector("[data-session-again]").addEventListener("click", () => waiting && send(waiting));
}
