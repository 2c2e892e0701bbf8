// Light, dark or like the system: the choice is kept in this browser.
const KEY = "banner-lab-theme";
const system = matchMedia("(prefers-color-scheme: dark)");

function stored() {
  try {
    return localStorage.getItem(KEY) ?? "auto";
  } catch {
    return "auto";
  }
}

function apply(choice) {
  const dark = choice === "dark" || (choice === "auto" && system.matches);
  document.documentElement.setAttribute("data-bs-theme", dark ? "dark" : "light");
  for (const button of document.querySelectorAll("[data-theme-choice]")) {
    const chosen = button.dataset.themeChoice === choice;
    button.setAttribute("aria-pressed", String(chosen));
    button.classList.toggle("active", chosen);
  }
  document.dispatchEvent(new CustomEvent("themechange", { detail: { dark } }));
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-theme-choice]");
  if (!button) return;
  try {
    localStorage.setItem(KEY, button.dataset.themeChoice);
  } catch {
    // Without storage the choice holds for this page.
  }
  apply(button.dataset.themeChoice);
});

system.addEventListener("change", () => apply(stored()));
apply(stored());
