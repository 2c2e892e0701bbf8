// What can be pressed in a banner answers in the preview as it does in a shop; nobody counts it.
// Letters and apps show a picture of it, without what could be pressed.
import { enliven } from "../tag/banner-lab-rich.js";

const drawn = document.body.matches(".page-email, .page-app");

export const answer = () => {
  for (const { shadowRoot } of document.querySelectorAll(".slot-composed")) {
    if (!drawn) enliven(shadowRoot);
    else for (const part of shadowRoot.querySelectorAll("[data-alive]")) part.hidden = true;
  }
};

answer();
