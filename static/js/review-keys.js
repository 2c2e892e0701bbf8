// One key for each thing a reviewer does, while no field has the focus.

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  if (event.target.closest?.("input, textarea, select, [contenteditable]")) return;
  const key = event.key.toLowerCase();
  const aim = /^[arjk]$/.test(key) && document.querySelector(`[data-key="${key}"]`);
  if (!aim) return;
  event.preventDefault();
  if (aim.matches("textarea")) aim.focus();
  else aim.click();
});
