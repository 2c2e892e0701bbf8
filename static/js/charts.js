// Draws the figures of a page with Plotly. A figure carries the colours of a palette; each is replaced by
// the CSS variable that the palette names, so the same figure fits the light and the dark page.

const CONFIG = { displayModeBar: false, responsive: true, scrollZoom: false, doubleClick: false };

function painted(value, colours) {
  if (typeof value === "string") return colours.get(value) ?? value;
  if (Array.isArray(value)) return value.map((item) => painted(item, colours));
  if (value && typeof value === "object") {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, painted(item, colours)]));
  }
  return value;
}

function coloursOf(palette, place) {
  const style = getComputedStyle(place);
  return new Map(Object.entries(palette).map(([colour, name]) => [colour, style.getPropertyValue(name).trim() || colour]));
}

function draw(place) {
  const { figure, palette } = JSON.parse(document.getElementById(place.dataset.chart).textContent);
  const { data, layout } = painted(figure, coloursOf(palette, place));
  const family = getComputedStyle(place).fontFamily;
  const narrow = place.clientWidth < 480;
  layout.font = { ...layout.font, family, size: narrow ? 11 : layout.font.size };
  layout.hoverlabel = { ...layout.hoverlabel, font: { family } };
  window.Plotly.react(place, data, layout, CONFIG).then(() => place.classList.add("chart-drawn"));
}

const places = [...document.querySelectorAll("[data-chart]")];
const visible = (place) => place.offsetParent !== null;
const drawAll = () => places.filter(visible).forEach(draw);

drawAll();
new MutationObserver(drawAll).observe(document.documentElement, { attributes: true, attributeFilter: ["data-bs-theme"] });
// What lies under a fold has no width before the fold is opened.
document.querySelectorAll("details").forEach((fold) => fold.addEventListener("toggle", drawAll));
