// Runs before the first paint, so that a dark page never flashes white. Everything else is theme.js.
(function () {
  var root = document.documentElement;
  var choice = null;
  try {
    choice = localStorage.getItem("banner-lab-theme");
  } catch (error) {
    // Storage may be forbidden; the system's choice is then followed.
  }
  var dark = choice === "dark" || (choice !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
  root.setAttribute("data-bs-theme", dark ? "dark" : "light");
  root.classList.add("js");
})();
