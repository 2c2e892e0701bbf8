// Suggests a key from the name as long as nobody has typed one.
const name = document.querySelector("#id_name");
const key = document.querySelector("#id_key");

if (name && key && !key.value) {
  let own = false;
  key.addEventListener("input", () => (own = key.value !== ""));
  name.addEventListener("input", () => {
    if (!own) key.value = suggest(name.value);
  });
}

function suggest(text) {
  const plain = text.normalize("NFKD").replace(/[\u0300-\u036f]/g, "").toLowerCase();
  return plain.replace(/[^a-z0-9]+/g, "-").replace(/^-+|-+$/g, "").slice(0, 56);
}
