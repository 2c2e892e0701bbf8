// A slow network: the banner comes after what stood there first, as the tag would put it.
import { answer } from "./alive.js";

const SECONDS = 3;

setTimeout(() => {
  for (const slot of document.querySelectorAll("[data-slot]")) {
    const late = slot.querySelector("template[data-late]");
    if (!late) continue;
    slot.querySelector("[data-before]")?.remove();
    slot.append(late.content); // moved, not copied: a composed banner keeps its shadow root
  }
  answer();
}, SECONDS * 1000);
