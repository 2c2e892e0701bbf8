// The contact sheet: prints scaled to their cells, and those whose texts do not fit are marked.
import { listed } from "./listed.js";
import { overflow } from "./overflow.js";
import { fit } from "./rooms.js";

const sheet = document.querySelector("[data-contact-sheet]");

const lay = () => {
  fit(sheet);
  for (const room of sheet.querySelectorAll(".room")) {
    const { over } = overflow(room.querySelector(".room-box").firstElementChild);
    const note = room.querySelector("[data-room-note]");
    note.textContent = over.length ? sheet.dataset.doesNotFit.replace("{texts}", listed(over)) : "";
    note.classList.toggle("is-over", over.length > 0);
    room.classList.toggle("is-over", over.length > 0);
  }
};

if (sheet) {
  addEventListener("resize", lay);
  document.fonts.ready.then(lay);
}
