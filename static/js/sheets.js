// Dialogs of the frame: opened, closed by their button, by Esc (the browser's own) or by a press beside them.
export function open(dialog) {
  if (!dialog || dialog.open) return;
  document.querySelectorAll("dialog.sheet[open]").forEach((other) => other.close());
  dialog.showModal();
}

document.addEventListener("click", (event) => {
  const dialog = event.target.closest?.("dialog.sheet");
  if (dialog && (event.target === dialog || event.target.closest("[data-sheet-close]"))) dialog.close();
});
