// What can be pressed in a banner answers in the preview as it does in a shop; nobody counts it.
import { enliven } from "../tag/banner-lab-rich.js";

export const answer = () => {
  for (const host of document.querySelectorAll(".slot-composed")) if (host.shadowRoot) enliven(host.shadowRoot);
};

answer();
