// The live part of the studio: tabs, counters, what does not fit. Without it the page works with a button.
import { listed } from "./listed.js";
import { overflow } from "./overflow.js";
import { fit } from "./rooms.js";
import { enliven } from "../tag/banner-lab-rich.js";

const form = document.querySelector("[data-studio]");
const target = document.querySelector("#preview");
const WIDE = /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe10-\ufe6b\uff01-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u;

// ---- languages: one at a time ----

const languages = [...form.querySelectorAll("[data-tab]")];
let language = languages[0]?.dataset.tab;

const turn = () => {
  for (const part of form.querySelectorAll("[data-locale]")) part.classList.toggle("is-shown", part.dataset.locale === language);
  for (const tab of languages) tab.setAttribute("aria-pressed", String(tab.dataset.tab === language));
  lay();
};

for (const tab of languages) {
  tab.addEventListener("click", () => {
    language = tab.dataset.tab;
    turn();
  });
}

// ---- counters ----

const columns = (text) => [...text.trim().replace(/\s+/g, " ")].reduce((sum, one) => sum + (WIDE.test(one) ? 2 : 1), 0);

const count = (field) => {
  const most = Number(field.dataset.columns);
  const place = form.querySelector(`[data-count-for="${CSS.escape(field.id)}"]`);
  const now = columns(field.value);
  place.textContent = `${now} / ${most}`;
  place.classList.toggle("is-over", now > most);
};

for (const field of form.querySelectorAll("[data-columns]")) {
  count(field);
  field.addEventListener("input", () => count(field));
}

// ---- the banner in its rooms: scaled to the column, measured as it is ----

const lay = () => {
  const page = target.querySelector(".is-shown");
  if (page) fit(page, target.classList.contains("is-actual"));
  measure();
};

const labels = new Map([...form.querySelectorAll("[data-note]")].map((note) => [note.dataset.note, note]));
const named = (slot) => {
  const note = labels.get(`${language}.${slot}`);
  return note ? note.parentElement.querySelector(".form-label span").firstChild.textContent.trim() : slot;
};

const measure = () => {
  const page = target.querySelector(".is-shown");
  const places = {};
  for (const room of page?.querySelectorAll(".room") ?? []) {
    const frame = room.querySelector(".room-frame");
    const { over, hidden } = overflow(frame.firstElementChild.firstElementChild);
    for (const slot of over) (places[slot] ||= []).push(frame.dataset.room.replace("x", " × "));
    say(room, over, hidden);
  }
  for (const [key, note] of labels) {
    const [where, slot] = [key.slice(0, key.lastIndexOf(".")), key.slice(key.lastIndexOf(".") + 1)];
    const list = where === language ? places[slot] : undefined;
    note.hidden = !list;
    note.textContent = list ? form.dataset.doesNotFitAt.replace("{sizes}", listed(list)) : "";
  }
};

const say = (room, over, hidden) => {
  const note = room.querySelector("[data-room-note]");
  const words = [];
  if (over.length) words.push(form.dataset.doesNotFit.replace("{texts}", listed(over.map(named))));
  if (hidden.length) words.push(form.dataset.leftOut.replace("{texts}", listed(hidden.map(named))));
  note.textContent = words.join(" · ");
  note.classList.toggle("is-over", over.length > 0);
  room.classList.toggle("is-over", over.length > 0);
};

// ---- what the server sends anew: first its style sheet, then the banner is seen ----

const sheets = new Set([...document.querySelectorAll('link[rel="stylesheet"]')].map((link) => link.getAttribute("href")));

const dressed = (address) => {
  if (sheets.has(address)) return Promise.resolve();
  sheets.add(address);
  return new Promise((done) => {
    const link = Object.assign(document.createElement("link"), { rel: "stylesheet", href: address, onload: done, onerror: done });
    document.head.append(link);
  });
};

const settle = async () => {
  const preview = target.querySelector("[data-preview]");
  preview.classList.add("is-waiting");
  await dressed(preview.dataset.sheet);
  preview.classList.remove("is-waiting");
  for (const box of preview.querySelectorAll(".room-box")) enliven(box);
  turn();
};

target.addEventListener("htmx:afterSwap", settle);
addEventListener("resize", lay);
form.querySelector("[data-actual]")?.addEventListener("click", (event) => {
  const actual = target.classList.toggle("is-actual");
  event.target.setAttribute("aria-pressed", String(actual));
  lay();
});
document.fonts.ready.then(settle);
