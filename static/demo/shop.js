/* The demo shop's own script: asks for consent, and tells the tag what happens in the shop. */
(() => {
  "use strict";
  const CHOICE = "qiwu_consent";
  const chosen = () => {
    try { return localStorage.getItem(CHOICE); } catch { return null; }
  };
  const words = { granted: true, denied: false };
  const choice = chosen();
  const lab = (window.bannerLab = { q: [] });
  if (choice in words) lab.consent = { measurement: words[choice], personalisation: words[choice] };
  const tell = (...call) => window.bannerLab.q.push(call);

  const choose = (bar, answer) => {
    try { localStorage.setItem(CHOICE, answer); } catch { /* asked again next time */ }
    tell("consent", answer);
    bar.hidden = true;
  };

  const consent = () => {
    const bar = document.querySelector("[data-consent-bar]");
    bar.hidden = choice in words;
    for (const button of bar.querySelectorAll("[data-consent-give]")) {
      button.addEventListener("click", () => choose(bar, button.dataset.consentGive));
    }
    document.querySelector("[data-consent-again]").addEventListener("click", () => {
      bar.hidden = false;
      bar.querySelector("button").focus();
    });
  };

  const carts = () => {
    document.addEventListener("submit", ({ target }) => {
      const { cart, amount } = target.dataset;
      if (cart) tell("track", "add_to_cart", { amount: +amount, currency: "CNY", properties: { product: cart } });
    });
  };

  const product = () => {
    const shown = document.querySelector("[data-product]");
    if (shown) tell("track", "product_view", { properties: { product: shown.dataset.product, category: shown.dataset.category } });
  };

  const order = () => {
    const done = document.querySelector("[data-order]");
    if (!done) return;
    const { order: order_id, amount, currency, items } = done.dataset;
    tell("track", "purchase", { order_id, amount: +amount, currency, properties: { items: +items } });
  };

  document.addEventListener("DOMContentLoaded", () => [consent, carts, product, order].forEach((run) => run()));
})();
