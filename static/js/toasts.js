// Messages can be closed. Plain successes go by themselves; what offers a way back, warns or failed stays.
const SECONDS = 8;
const calm = matchMedia("(prefers-reduced-motion: reduce)");

function close(toast) {
  if (calm.matches) {
    toast.remove();
    return;
  }
  toast.classList.add("toast-going");
  setTimeout(() => toast.remove(), 200);
}

for (const toast of document.querySelectorAll("[data-toast-passing]")) {
  let timer = 0;
  const wait = () => {
    clearTimeout(timer);
    timer = setTimeout(() => close(toast), SECONDS * 1000);
  };
  // Who reads or points at it has all the time there is.
  for (const name of ["pointerenter", "focusin"]) toast.addEventListener(name, () => clearTimeout(timer));
  for (const name of ["pointerleave", "focusout"]) toast.addEventListener(name, wait);
  wait();
}
document.addEventListener("click", (event) => {
  const toast = event.target.closest?.("[data-toast-close]")?.closest("[data-toast]");
  if (toast) close(toast);
});
