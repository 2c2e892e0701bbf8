// Ctrl+K, ⌘K or /: the search page as a dialog. Arrows move through what was found, Enter opens it.
import { isCommand } from "./keys.js";
import { open } from "./sheets.js";

const WAIT = 120; // milliseconds after the last letter
const dialog = document.querySelector("#search-dialog");

if (dialog) {
  const form = dialog.querySelector("form");
  const text = dialog.querySelector("#search-text");
  const found = dialog.querySelector("[data-search-found]");
  const hits = () => [...found.querySelectorAll(".search-hit")];
  let asked = new AbortController();
  let timer = 0;

  const ask = async () => {
    asked.abort();
    asked = new AbortController();
    const address = new URL(form.action);
    address.search = new URLSearchParams({ q: text.value, part: "1" }).toString();
    try {
      const answer = await fetch(address, { signal: asked.signal });
      if (answer.redirected || !answer.ok) form.submit(); // the page itself says what is wrong
      else found.innerHTML = await answer.text();
    } catch (error) {
      if (error.name !== "AbortError") form.submit();
    }
  };
  const show = () => {
    open(dialog);
    text.select();
    ask();
  };
  const move = (step) => {
    const all = [text, ...hits()];
    const here = Math.max(0, all.indexOf(document.activeElement));
    all[(here + step + all.length) % all.length].focus();
  };

  document.addEventListener("keydown", (event) => {
    const combination = (event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "k";
    if (!combination && !(event.key === "/" && isCommand(event))) return;
    event.preventDefault();
    show();
  });
  document.addEventListener("click", (event) => {
    if (!event.target.closest?.("[data-search-open]") || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    show();
  });
  dialog.addEventListener("keydown", (event) => {
    // A search field would only be emptied by the first Esc.
    if (event.key === "Escape") {
      event.preventDefault();
      dialog.close();
    }
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    move(step);
  });
  text.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, WAIT);
  });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    clearTimeout(timer);
    await ask();
    hits()[0]?.click();
  });
}
