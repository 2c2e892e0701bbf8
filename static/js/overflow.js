// Which texts of a composed banner do not fit, and which it leaves out at this size.
// Also run by the server where it draws banners: no imports, one exported function.
export function overflow(banner) {
  const found = { over: [], hidden: [] };
  const within = (part, box) =>
    part.left >= box.left - 1 && part.right <= box.right + 1 && part.top >= box.top - 1 && part.bottom <= box.bottom + 1;
  const shown = [];
  for (const text of banner.querySelectorAll("[data-slot]")) {
    const range = document.createRange();
    range.selectNodeContents(text);
    const lines = [...range.getClientRects()];
    const whole = (text.closest("[data-whole]") || banner).getBoundingClientRect(); // of several pictures its own
    const box = (text.closest("[data-box]") || banner).getBoundingClientRect();
    const fits = lines.every((line) => within(line, whole) && within(line, box));
    if (!lines.length) found.hidden.push(text.dataset.slot);
    else if (!fits) found.over.push(text.dataset.slot);
    else shown.push([text, text.getBoundingClientRect()]);
  }
  // A text that lies on another one cannot be read either.
  for (const [place, [text, one]] of shown.entries()) {
    for (const [, other] of shown.slice(place + 1)) {
      const across = Math.min(one.right, other.right) - Math.max(one.left, other.left);
      const down = Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top);
      if (across > 2 && down > 2 && !found.over.includes(text.dataset.slot)) found.over.push(text.dataset.slot);
    }
  }
  return found;
}
