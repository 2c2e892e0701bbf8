// Paper is light: charts that were drawn on a dark page are drawn again for it, and back afterwards.
const root = document.documentElement;
let before = null;

addEventListener("beforeprint", () => {
  before = root.getAttribute("data-bs-theme");
  if (before !== "light") root.setAttribute("data-bs-theme", "light");
});
addEventListener("afterprint", () => {
  if (before && before !== "light") root.setAttribute("data-bs-theme", before);
});
