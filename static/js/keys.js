// The sheet of keys, and whether keys without Ctrl work at all (WCAG 2.1.4): kept in this browser.
import { open } from "./sheets.js";

const YEAR = 365 * 24 * 3600;
const sheet = document.querySelector("#keys-dialog");
const box = document.querySelector("[data-single-keys]");

export const singleKeysWork = () => !/(?:^|;\s*)lab_keys=off/.test(document.cookie);

// Whether a press is meant as a command: not while somebody types, and not as part of another combination.
export function isCommand(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || event.defaultPrevented) return false;
  if (event.target.closest?.("input, textarea, select, [contenteditable], dialog")) return false;
  return singleKeysWork();
}

document.addEventListener("keydown", (event) => {
  if (event.key !== "?" || !isCommand(event)) return;
  event.preventDefault();
  open(sheet);
});
document.addEventListener("click", (event) => {
  if (event.target.closest?.("[data-keys-open]")) open(sheet);
});
if (box) {
  box.checked = singleKeysWork();
  box.addEventListener("change", () => {
    document.cookie = `lab_keys=${box.checked ? "on" : "off"}; path=/; max-age=${YEAR}; samesite=lax`;
  });
}
