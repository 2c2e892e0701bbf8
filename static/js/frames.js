// Shows a banner by itself, on a desktop page or on a phone.
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-frame]");
  if (!button) return;
  document.querySelector("[data-preview-frame]").dataset.previewFrame = button.dataset.frame;
  for (const other of button.parentElement.querySelectorAll("[data-frame]")) {
    other.classList.toggle("active", other === button);
    other.setAttribute("aria-pressed", String(other === button));
  }
});
