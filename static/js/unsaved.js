// Leaving a page with a changed form asks first. Every form that is sent is guarded unless it says data-no-guard.
const touched = new Set();
let sent = false;

const isGuarded = (form) => form?.method === "post" && form.closest("main") && !form.closest("[data-no-guard]");

function isChanged(field) {
  if (field.disabled || field.type === "hidden" || /^(submit|button|reset|fieldset|output)$/.test(field.type)) return false;
  if (field.type === "checkbox" || field.type === "radio") return field.checked !== field.defaultChecked;
  if (field.type === "file") return field.files.length > 0;
  if (field.options) {
    const given = [...field.options].some((option) => option.defaultSelected);
    return [...field.options].some((option, n) => option.selected !== (given || field.multiple ? option.defaultSelected : n === 0));
  }
  return field.value !== field.defaultValue;
}

export const isUnsaved = () => [...touched].some((form) => form.isConnected && [...form.elements].some(isChanged));

for (const name of ["input", "change"]) {
  document.addEventListener(name, (event) => {
    if (isGuarded(event.target.form)) touched.add(event.target.form);
  });
}
// What came back with a mistake is not saved either, although the page has it as given.
const refused = [...document.querySelectorAll("main form")].some((form) => isGuarded(form) && form.querySelector(".is-invalid"));

window.addEventListener("submit", (event) => {
  if (event.defaultPrevented) return;
  sent = true;
  setTimeout(() => (sent = false), 5000); // an answer that is a file leaves the page where it is
});
window.addEventListener("beforeunload", (event) => {
  if (!sent && (isUnsaved() || (refused && touched.size))) event.preventDefault();
});
