// As the server counts the room of a text: a Chinese character takes two columns.
const WIDE = /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u;
const columns = (text) => [...text].reduce((sum, one) => sum + (WIDE.test(one) ? 2 : 1), 0);

// Counts what is typed against the limit of its field, and shows the alternative text as it stands.
for (const field of document.querySelectorAll("[data-counted]")) {
  const counter = document.createElement("small");
  counter.className = "counter form-hint";
  field.after(counter);
  const count = () => {
    const most = Number(field.dataset.counted);
    const length = "wide" in field.dataset ? columns(field.value) : [...field.value].length;
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
