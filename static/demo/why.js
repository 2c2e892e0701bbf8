/* "Why this banner?": turns the decision behind a banner into plain words, with a way out. */
(() => {
  "use strict";
  const decisions = new Map(); // slot -> the decision that filled it
  let asked; // the slot that the open box is about

  const reasonOf = ({ reason, policy, segment }) => {
    if (policy === "thompson" && (reason === "SPLIT" || reason === "TARGETING_MATCH")) return "THOMPSON";
    return reason === "TARGETING_MATCH" && segment ? segment : reason;
  };

  const within = (words, name, value) =>
    [...words.querySelectorAll(`[data-${name}]`)].find((one) => one.dataset[name] === value);

  const sentenceFor = (words, decision) =>
    within(words, "reason", reasonOf(decision)) ||
    within(words, "reason", decision.reason) ||
    within(words, "reason", "");

  const browserObjects = () =>
    navigator.globalPrivacyControl === true || navigator.doNotTrack === "1";

  const start = () => {
    const box = document.querySelector("[data-why-box]");
    const words = document.querySelector("[data-why-words]").content;
    const part = (name) => box.querySelector(`[data-why-${name}]`);

    const offer = () => {
      const choice = window.qiwu.choice();
      const open = !browserObjects();
      for (const button of box.querySelectorAll("[data-why-set]")) {
        const other = button.dataset.whySet === "granted" ? "counted" : "granted";
        button.hidden = !(open && choice === other);
      }
      part("choices").hidden = choice === "granted" || choice === "counted";
      part("browser").hidden = open;
    };

    const tell = () => {
      const sentence = sentenceFor(words, decisions.get(asked));
      part("reason").textContent = sentence.textContent;
      part("used").textContent = within(words, "use", sentence.dataset.used).textContent;
      const steps = part("steps");
      if (steps) steps.search = `?placement=${encodeURIComponent(asked.dataset.bannerLab)}`;
      offer();
    };

    const set = ({ currentTarget }) => {
      const chosen = currentTarget.dataset.whySet;
      window.qiwu.choose(chosen);
      part("thanks").textContent = within(words, "thanks", chosen).textContent;
      offer();
      box.querySelector("[data-why-set]:not([hidden])")?.focus();
    };

    document.addEventListener("click", ({ target }) => {
      const button = target.closest("[data-why]");
      if (!button) return;
      asked = button.closest(".place").querySelector("[data-banner-lab]");
      part("thanks").textContent = "";
      tell();
      box.showModal();
    });
    part("close").addEventListener("click", () => box.close());
    box.addEventListener("click", ({ target }) => target === box && box.close()); // beside it
    part("choices").addEventListener("click", () => {
      box.close();
      window.qiwu.askAgain();
    });
    box.querySelectorAll("[data-why-set]").forEach((one) => one.addEventListener("click", set));
    document.addEventListener("bannerlab:shown", ({ target }) => box.open && target === asked && tell());
  };

  document.addEventListener("bannerlab:shown", ({ target, detail }) => {
    decisions.set(target, detail);
    target.closest(".place")?.querySelector("[data-why]")?.removeAttribute("hidden");
  });
  document.addEventListener("DOMContentLoaded", start);
})();
