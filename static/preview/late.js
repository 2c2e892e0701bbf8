// A slow network: the banner comes after what stood there first, as the tag would put it.
const SECONDS = 3;

setTimeout(() => {
  for (const slot of document.querySelectorAll("[data-slot]")) {
    const late = slot.querySelector("template[data-late]");
    if (!late) continue;
    const found = document.importNode(late.content, true);
    for (const inner of found.querySelectorAll("template[shadowrootmode]")) {
      const host = inner.parentElement;
      host.attachShadow({ mode: "open" }).append(inner.content);
      inner.remove();
    }
    slot.querySelector("[data-before]")?.remove();
    slot.append(found);
  }
}, SECONDS * 1000);
