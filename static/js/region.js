// A rectangle on the picture under review: drawn with the mouse, or followed from the fields.

const SIDES = ["left", "top", "width", "height"];
const PERCENT = 100;
let began = null;

const picture = () => document.querySelector("[data-region-picture]");
const fields = () => document.querySelector("[data-region-fields]");
const field = (side) => fields()?.querySelector(`[name=${side}]`);
const within = (value) => Math.min(PERCENT, Math.max(0, value));

function at(event) {
  const box = picture().getBoundingClientRect();
  return {
    x: within(((event.clientX - box.left) / box.width) * PERCENT),
    y: within(((event.clientY - box.top) / box.height) * PERCENT),
  };
}

function draw([left, top, width, height]) {
  const shape = document.querySelector("[data-region-new]");
  const sides = { x: left, y: top, width, height };
  for (const [name, value] of Object.entries(sides)) shape?.setAttribute(name, value ? `${value}%` : "0");
}

function between(a, b) {
  const [left, top] = [Math.min(a.x, b.x), Math.min(a.y, b.y)];
  return [left, top, Math.abs(a.x - b.x), Math.abs(a.y - b.y)];
}

function fill(sides) {
  SIDES.forEach((side, place) => {
    field(side).value = sides[place].toFixed(1);
  });
}

document.addEventListener("pointerdown", (event) => {
  // A finger scrolls the page; who has only that types the numbers.
  const wanted = event.button === 0 && event.pointerType !== "touch" && fields();
  if (!wanted || !event.target.closest?.("[data-region-picture]")) return;
  event.preventDefault();
  began = at(event);
});

document.addEventListener("pointermove", (event) => {
  if (began) draw(between(began, at(event)));
});

document.addEventListener("pointerup", (event) => {
  if (!began) return;
  const sides = between(began, at(event));
  began = null;
  if (sides[2] < 1 || sides[3] < 1) {
    draw([0, 0, 0, 0]);
    return;
  }
  fill(sides);
  fields().open = true;
  document.querySelector(".remark-form [name=text]")?.focus();
});

document.addEventListener("input", (event) => {
  if (!event.target.closest?.("[data-region-fields]")) return;
  const sides = SIDES.map((side) => Number(field(side).value));
  draw(sides.every(Number.isFinite) ? sides : [0, 0, 0, 0]);
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !fields()) return;
  began = null;
  draw([0, 0, 0, 0]);
  for (const side of SIDES) field(side).value = "";
});
