// Dropping a picture, and seeing it before it is sent. The form works without this.
const MAX_BYTES = 5 * 1024 * 1024;
const MAX_FILM_BYTES = 4 * 1024 * 1024;

for (const area of document.querySelectorAll("[data-drop]")) {
  const input = area.querySelector("input[type=file]");
  const preview = area.querySelector("[data-preview]");
  const words = area.querySelector("[data-file-words]");
  const warning = area.parentElement.querySelector("[data-upload-warning]");
  let address;

  const show = () => {
    const [file] = input.files;
    if (!file) return;
    if (address) URL.revokeObjectURL(address);
    address = URL.createObjectURL(file);
    preview.src = address;
    preview.hidden = false;
    words.textContent = `${file.name} · ${size(file.size)}`;
    warn(file);
    suggestName(file.name);
  };

  const warn = (file) => {
    const accepted = input.accept.split(",").includes(file.type);
    const isHeavyFilm = file.type.startsWith("video/") && file.size > MAX_FILM_BYTES;
    const tooLarge = isHeavyFilm ? "filmTooLarge" : file.size > MAX_BYTES ? "tooLarge" : "";
    const reason = tooLarge || (accepted ? "" : "wrongType");
    warning.textContent = reason ? warning.dataset[reason] : "";
    warning.classList.toggle("d-block", Boolean(reason));
  };

  preview.addEventListener("error", () => (preview.hidden = true));
  preview.addEventListener("load", () => {
    if (input.files[0]) words.textContent = `${input.files[0].name} · ${preview.naturalWidth} × ${preview.naturalHeight} · ${size(input.files[0].size)}`;
  });
  input.addEventListener("change", show);
  for (const name of ["dragenter", "dragover"]) {
    area.addEventListener(name, (event) => {
      event.preventDefault();
      area.classList.add("drop-over");
    });
  }
  for (const name of ["dragleave", "drop"]) area.addEventListener(name, () => area.classList.remove("drop-over"));
  area.addEventListener("drop", (event) => {
    event.preventDefault();
    const [file] = event.dataTransfer.files;
    if (!file) return;
    const one = new DataTransfer();
    one.items.add(file);
    input.files = one.files;
    show();
  });
  // A file that falls beside the area would replace the page and lose the form.
  for (const name of ["dragover", "drop"]) window.addEventListener(name, (event) => event.preventDefault());
}

function size(bytes) {
  return bytes < 1024 * 1024 ? `${Math.ceil(bytes / 1024)} KB` : `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}

function suggestName(filename) {
  const field = document.querySelector("#id_name");
  if (!field || field.value) return;
  const stem = filename.replace(/\.[^.]*$/, "").replace(/[_-]+/g, " ").trim();
  field.value = stem.charAt(0).toUpperCase() + stem.slice(1);
}
