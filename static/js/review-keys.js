// One key for each thing a reviewer does, while no field has the focus.
import { isCommand } from "./keys.js";

document.addEventListener("keydown", (event) => {
  if (!isCommand(event)) return;
  const key = event.key.toLowerCase();
  const aim = /^[arjk]$/.test(key) && document.querySelector(`[data-key="${key}"]`);
  if (!aim) return;
  event.preventDefault();
  if (aim.matches("textarea")) aim.focus();
  else aim.click();
});
