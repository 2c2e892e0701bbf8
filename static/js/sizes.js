// A usual size fills in width, height and the weight limit; each can be typed as well.
for (const chooser of document.querySelectorAll("[data-sizes]")) {
  chooser.addEventListener("change", () => {
    if (!chooser.value) return;
    const [width, height] = chooser.value.split("x");
    chooser.form.elements.width.value = width;
    chooser.form.elements.height.value = height;
    chooser.form.elements.max_kilobytes.value = chooser.selectedOptions[0].dataset.kilobytes;
  });
}
