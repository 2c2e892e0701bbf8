// Moving the focal point by click or arrow keys, and seeing what the slots keep. Numbers work without this.
const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

for (const form of document.querySelectorAll("[data-focus]")) {
  const [width, height] = [Number(form.dataset.width), Number(form.dataset.height)];
  const picture = form.querySelector("[data-focus-picture]");
  const point = form.querySelector("[data-focus-point]");
  const fields = [form.elements.focus_x, form.elements.focus_y];
  const limit = (value, most) => Math.max(0, Math.min(most, value));
  const values = () => fields.map((field) => limit(Number(field.value.replace(",", ".")) || 0, 100));

  const draw = () => {
    const [x, y] = values();
    point.setAttribute("transform", `translate(${(width * x) / 100} ${(height * y) / 100})`);
    for (const crop of form.querySelectorAll("[data-crop]")) {
      const [w, h] = crop.dataset.crop.split(" ").map(Number);
      const left = limit((width * x) / 100 - w / 2, width - w);
      const top = limit((height * y) / 100 - h / 2, height - h);
      crop.setAttribute("viewBox", `${left} ${top} ${w} ${h}`);
    }
  };
  const move = (x, y) => {
    fields[0].value = Math.round(limit(x, 100));
    fields[1].value = Math.round(limit(y, 100));
    draw();
  };

  picture.setAttribute("tabindex", "0");
  picture.setAttribute("role", "application");
  picture.addEventListener("click", (event) => {
    const box = picture.getBoundingClientRect();
    move(((event.clientX - box.left) / box.width) * 100, ((event.clientY - box.top) / box.height) * 100);
  });
  picture.addEventListener("keydown", (event) => {
    const step = STEPS[event.key];
    if (!step) return;
    event.preventDefault();
    const far = event.shiftKey ? 10 : 1;
    const [x, y] = values();
    move(x + step[0] * far, y + step[1] * far);
  });
  for (const field of fields) field.addEventListener("input", draw);
}
