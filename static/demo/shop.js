/* The demo shop's own script: asks what may be counted, and tells the tag what happens in the shop.
 *
 * It runs before the tag: what the visitor chose on an earlier page must be known to its first
 * question. Everything else waits until the page is read.
 */
(() => {
  "use strict";
  const KEPT = "qiwu_consent";
  const ORDER = "qiwu_order"; // the last order that was reported: its page may be loaded again
  const CHOICES = {
    granted: { measurement: true, personalisation: true },
    counted: { measurement: true, personalisation: false },
    denied: { measurement: false, personalisation: false },
  };
  const DESKTOP = "(min-width: 821px)"; // as in shop.css

  const kept = (name) => {
    try { return localStorage.getItem(name); } catch { return null; }
  };
  const keep = (name, value) => {
    try { localStorage.setItem(name, value); } catch { /* storage is closed: forgotten with the page */ }
  };
  const forget = (name) => {
    try { localStorage.removeItem(name); } catch { /* nothing is kept */ }
  };

  let choice = kept(KEPT) in CHOICES ? kept(KEPT) : "";
  const lab = (window.bannerLab = { q: [] });
  if (choice) lab.consent = CHOICES[choice];
  const tell = (...call) => window.bannerLab.q.push(call);

  // ---- what the page reports, once it may --------------------------------------------------------

  const mayCount = () => CHOICES[choice]?.measurement === true;
  const report = ({ type, ...fields }) => {
    if (!mayCount()) return;
    if (fields.order_id && fields.order_id === kept(ORDER)) return;
    if (fields.order_id) keep(ORDER, fields.order_id);
    tell("track", type, fields);
  };
  let waiting = [];

  /* A page that was open before counting was allowed is counted from then on, and once. */
  const reportPage = () => {
    if (mayCount()) waiting.splice(0).forEach(report);
  };

  const page = () => {
    waiting = JSON.parse(document.getElementById("tells").textContent);
    reportPage();
    document.addEventListener("submit", ({ target }) => {
      if (target.dataset.tells) report(JSON.parse(target.dataset.tells));
    });
  };

  // ---- what may be counted -------------------------------------------------------------------------

  const choose = (chosen) => {
    choice = chosen;
    keep(KEPT, chosen);
    if (!mayCount()) forget(ORDER);
    tell("consent", CHOICES[chosen]);
    reportPage();
  };

  const consent = () => {
    const bar = document.querySelector("[data-consent-bar]");
    const buttons = [...bar.querySelectorAll("[data-consent-give]")];
    const again = document.querySelector("[data-consent-again]");
    const said = document.querySelector("[data-consent-said]");
    const words = document.querySelector("[data-consent-words]").content.textContent;
    let from; // where the visitor was when asking for the bar

    const close = () => {
      bar.hidden = true;
      from?.focus();
      from = undefined;
    };
    const open = (opener) => {
      from = opener;
      bar.hidden = false;
      for (const one of buttons) one.setAttribute("aria-pressed", one.dataset.consentGive === choice);
      buttons[0].focus();
    };

    for (const one of buttons) {
      one.addEventListener("click", () => {
        choose(one.dataset.consentGive);
        said.textContent = words;
        close();
      });
    }
    bar.addEventListener("keydown", ({ key }) => key === "Escape" && choice && close());
    again.addEventListener("click", () => open(again));
    again.hidden = false;
    bar.hidden = Boolean(choice);
    window.qiwu.askAgain = () => open(again);
  };

  /* A slot for wide screens is not in a narrow page at all: hidden, it would be counted as shown. */
  const slots = () => {
    if (matchMedia(DESKTOP).matches) return;
    document.querySelectorAll("[data-desktop-only]").forEach((slot) => slot.remove());
  };

  window.qiwu = { choose, choice: () => choice };

  // "interactive" comes before any script that waits for the page, so also before the tag starts.
  const start = () => {
    if (document.readyState === "loading") return;
    document.removeEventListener("readystatechange", start);
    [slots, consent, page].forEach((run) => run());
  };
  document.addEventListener("readystatechange", start);
})();
