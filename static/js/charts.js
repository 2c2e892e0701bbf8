// Draws the figures of a page with Plotly. A figure carries the colours of a palette; each is replaced by
// the CSS variable that the palette names, so the same figure fits the light and the dark page.
// One figure after the other, with a frame between them: the first is there before the last is worked out.

const CONFIG = { displayModeBar: false, responsive: true, scrollZoom: false, doubleClick: false };
const NARROW = 480;

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

const read = (place) => JSON.parse(document.getElementById(place.dataset.chart).textContent);

async function draw(place) {
  const { figure, palette } = read(place);
  const { data, layout } = painted(figure, coloursOf(palette, place));
  const family = getComputedStyle(place).fontFamily;
  const narrow = place.clientWidth < NARROW;
  layout.font = { ...layout.font, family, size: narrow ? 11 : layout.font.size };
  layout.hoverlabel = { ...layout.hoverlabel, font: { family } };
  await window.Plotly.react(place, data, layout, CONFIG);
  place.classList.add("chart-drawn");
  performance.mark("chart-drawn");
}

const places = [...document.querySelectorAll("[data-chart]")];
const visible = (place) => place.offsetParent !== null;
const pause = () => new Promise((done) => setTimeout(done));
let round = 0;

async function drawMissing() {
  const mine = ++round;
  document.documentElement.dataset.charts = "drawing";
  for (const place of places) {
    if (place.classList.contains("chart-drawn") || !visible(place)) continue;
    await draw(place);
    await pause();
    if (mine !== round) return; // a newer round goes on from here
  }
  document.documentElement.dataset.charts = "drawn";
}

function drawAgain() {
  places.forEach((place) => place.classList.remove("chart-drawn"));
  drawMissing();
}

// The room of a figure is kept from the beginning, so nothing that one reads moves when it comes.
for (const place of places) place.style.minHeight = `${read(place).figure.layout.height}px`;

drawMissing();
new MutationObserver(drawAgain).observe(document.documentElement, { attributes: true, attributeFilter: ["data-bs-theme"] });
// What lies under a fold has no width before the fold is opened.
document.querySelectorAll("details").forEach((fold) => fold.addEventListener("toggle", drawMissing));
