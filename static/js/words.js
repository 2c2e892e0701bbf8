// Counts what is typed against the limit of its field, and shows the alternative text as it stands.
for (const field of document.querySelectorAll("[data-counted]")) {
  const counter = document.createElement("small");
  counter.className = "counter form-hint";
  field.after(counter);
  const count = () => {
    const most = Number(field.dataset.counted);
    const length = [...field.value].length;
    counter.textContent = `${length} / ${most}`;
    counter.classList.toggle("counter-over", length > most);
  };
  field.addEventListener("input", count);
  count();
}

for (const shown of document.querySelectorAll("[data-alt-of]")) {
  const field = document.getElementById(shown.dataset.altOf);
  field?.addEventListener("input", () => (shown.textContent = field.value || field.placeholder));
}
