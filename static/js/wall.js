// Choosing many banners, and only the field that the chosen action reads. Works without this.
const bar = document.querySelector("[data-bulk]");

if (bar) {
  const boxes = () => [...bar.form.querySelectorAll("input[name=creative]")];
  const all = bar.querySelector("[data-bulk-all]");
  const count = bar.querySelector("[data-bulk-count]");
  const action = bar.querySelector("select[name=action]");

  const tell = () => {
    const chosen = boxes().filter((box) => box.checked).length;
    count.textContent = chosen ? `${count.dataset.some} ${chosen}` : count.dataset.none;
    all.checked = chosen > 0 && chosen === boxes().length;
    all.indeterminate = chosen > 0 && !all.checked;
    bar.classList.toggle("bulk-idle", chosen === 0);
  };
  const narrow = () => {
    for (const field of bar.querySelectorAll("[data-for]")) {
      field.hidden = !field.dataset.for.split(" ").includes(action.value);
    }
  };

  all.addEventListener("change", () => {
    for (const box of boxes()) box.checked = all.checked;
    tell();
  });
  bar.form.addEventListener("change", tell);
  action.addEventListener("change", narrow);
  tell();
  narrow();
}
