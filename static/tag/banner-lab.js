/* Banner Lab tag. Served as it is read here; how to use it: static/tag/README.md.
 *
 * What is in a slot is the shop's own default and stays there until a banner is ready to be shown:
 * blocked, offline, slow or without JavaScript the page is the page the shop has written.
 */
(() => {
  "use strict";
  const script = document.currentScript;
  const own = script.dataset;
  const server = new URL(script.src).origin;
  const shop = window.bannerLab || {};
  const debugging = /[?&]banner_lab_debug=1\b/.test(location.search);
  const say = (...words) => debugging && console.info("[banner-lab]", ...words);

  const PATIENCE = +own.timeout || 300; // ms for an answer; after that the default stays
  const PAUSE = 1000; // ms in which events gather before they are sent together
  const TRIES = 3; // a lost request may be repeated: nothing counts twice
  const SEEN = { share: 0.5, ms: 1000 }; // viewable: half of the pixels for one unbroken second

  // ---- consent and identity: nothing is stored before measurement is allowed -------------------

  const both = (allowed) => ({ measurement: allowed, personalisation: allowed });
  const spoken = { granted: both(true), denied: both(false) };
  let consent = shop.consent || spoken[own.consent];
  const memory = {};

  const uuid7 = () => {
    const bytes = crypto.getRandomValues(new Uint8Array(10));
    const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
    const time = Date.now().toString(16).padStart(12, "0");
    const variant = "89ab"[bytes[2] & 3];
    return [time.slice(0, 8), time.slice(8), `7${hex.slice(1, 4)}`, variant + hex.slice(5, 8),
      hex.slice(8, 20)].join("-");
  };

  const forget = () => {
    for (const store of ["localStorage", "sessionStorage"]) {
      try { window[store].removeItem("banner_lab"); } catch { /* storage is closed to us */ }
      delete memory[store];
    }
  };

  const remembered = (store) => {
    if (!consent?.measurement) return undefined;
    try {
      memory[store] = window[store].getItem("banner_lab") || memory[store] || uuid7();
      window[store].setItem("banner_lab", memory[store]);
    } catch { /* storage is closed to us: the id lives as long as the page */ }
    return (memory[store] ||= uuid7());
  };

  const user = () => {
    if (consent && !consent.measurement) return undefined;
    return String(shop.user || own.user || "") || remembered("localStorage");
  };

  // ---- events: gathered, sent together, and by beacon when the page goes away --------------------

  let queue = [];
  let timer;
  const address = `${server}/api/v1/events`;
  const pack = (events) =>
    JSON.stringify({ key: own.key, sent_at: new Date().toISOString(), events });

  const add = (event) => {
    queue.push({ occurred_at: new Date().toISOString(), ...event });
    say(event.type, event);
    timer ||= setTimeout(send, PAUSE);
  };

  const take = () => {
    clearTimeout(timer);
    timer = 0;
    return queue.splice(0, 100);
  };

  const again = (events, tries) => {
    if (tries < TRIES) setTimeout(send, PAUSE * 4 ** tries, events, tries + 1);
  };

  // Plain text needs no preflight; that is why the key travels in the body.
  const send = (events = take(), tries = 1) => {
    if (!events.length) return;
    fetch(address, { method: "POST", body: pack(events), keepalive: true, credentials: "omit" })
      .then((answer) => {
        say("events", answer.status, events.length);
        if (answer.status === 429 || answer.status > 499) again(events, tries);
      })
      .catch(() => again(events, tries));
  };

  const beacon = () => {
    for (let events = take(); events.length; events = take()) {
      if (!navigator.sendBeacon(address, pack(events))) send(events);
    }
  };

  // ---- viewable ---------------------------------------------------------------------------------

  const watched = new Map(); // link -> {token, inView, timer}

  const judge = (link, state) => {
    clearTimeout(state.timer);
    if (!state.inView || document.hidden) return;
    state.timer = setTimeout(() => {
      watched.delete(link);
      eyes.unobserve(link);
      add({ type: "viewable", token: state.token });
    }, SEEN.ms);
  };

  const eyes = new IntersectionObserver((entries) => {
    for (const { target, intersectionRatio } of entries) {
      const state = watched.get(target);
      if (!state) continue;
      state.inView = intersectionRatio >= SEEN.share;
      judge(target, state);
      if (!target.isConnected) watched.delete(target);
    }
  }, { threshold: [0, SEEN.share] });

  // ---- pictures ---------------------------------------------------------------------------------

  const make = (name, attributes) => Object.assign(document.createElement(name), attributes);

  /* The box of the slot stays what it was: its size in data-width/-height, or the size it has now. */
  const hold = (slot, size) => {
    const { width, height } = slot.getBoundingClientRect();
    const { width: w, height: h } = slot.dataset;
    return (w && h ? [w, h] : height ? [width, height] : size).join(" / ");
  };

  const picture = (creative) => {
    const types = new Map();
    for (const { src, type, density } of creative.sources) {
      types.set(type, [...(types.get(type) || []), `${src} ${density || 1}x`]);
    }
    const { src, width, height } = creative.sources.at(-1);
    const img = make("img", { alt: creative.alt, width, height });
    const frame = make("picture");
    frame.append(...Array.from(types, ([type, set]) => make("source", { type, srcset: set.join() })), img);
    img.src = src;
    return { frame, img, size: [width, height] };
  };

  const show = async (slot, decision, turn) => {
    const { creative, token } = decision;
    const { frame, img, size } = picture(creative);
    await img.decode(); // the default stays until the picture can be painted
    if (turns.get(slot) !== turn) return;
    const ratio = hold(slot, size);
    const link = make("a");
    if (/^https?:/i.test(creative.landing_url)) link.href = creative.landing_url;
    link.append(frame);
    slot.style.aspectRatio = ratio;
    link.style.display = "block";
    Object.assign(img.style, { display: "block", width: "100%", height: "auto", aspectRatio: ratio,
      objectFit: "contain" });
    slot.replaceChildren(link);
    if (token) report(link, token);
    slot.dispatchEvent(new CustomEvent("bannerlab:shown", { bubbles: true, detail: decision }));
  };

  const report = (link, token) => {
    const clicked = () => {
      add({ type: "click", token });
      beacon();
    };
    add({ type: "impression", token });
    link.addEventListener("click", clicked, { once: true });
    link.addEventListener("auxclick", (event) => event.button === 1 && clicked());
    watched.set(link, { token });
    eyes.observe(link);
  };

  // ---- one question for all slots of the page ---------------------------------------------------

  const turns = new WeakMap(); // slot -> number of the question; a late answer to an old one is dropped
  let turn = 0;

  const ask = async (slots) => {
    const mine = ++turn;
    slots.forEach((slot) => turns.set(slot, mine));
    const body = {
      key: own.key,
      user_id: user(),
      session_id: remembered("sessionStorage"),
      placements: [...new Set(slots.map((slot) => slot.dataset.bannerLab))],
      locale: document.documentElement.lang || undefined,
      attributes: shop.attributes,
      page: { url: location.origin + location.pathname, referrer: document.referrer },
      consent,
    };
    const answer = await fetch(`${server}/api/v1/decide`, {
      method: "POST", body: JSON.stringify(body), credentials: "omit",
      signal: AbortSignal.timeout(PATIENCE),
    });
    if (!answer.ok) throw answer.status;
    const { decisions } = await answer.json();
    say("decisions", answer.status, decisions);
    await Promise.allSettled(slots.map((slot) => {
      const decision = decisions[slot.dataset.bannerLab];
      return decision?.creative && show(slot, decision, mine);
    }));
    return decisions;
  };

  const fill = async (slots) => {
    if (!slots.length) return;
    const decisions = await ask(slots).catch((reason) => say("the default stays:", reason));
    document.dispatchEvent(new CustomEvent("bannerlab:done", { detail: decisions }));
    shop.onDone?.(decisions);
  };

  const all = () => [...document.querySelectorAll("[data-banner-lab]")];
  const refresh = () => fill(all());

  // ---- what a shop may call ---------------------------------------------------------------------

  const api = {
    refresh,
    q: { push: ([name, ...rest]) => api[name]?.(...rest) },
    track(type, fields) {
      const user_id = user();
      if (!user_id) return void say("not counted without consent:", type);
      const id = uuid7();
      add({ type, id, user_id, ...fields });
      return id;
    },
    consent(given) {
      consent = spoken[given] || given;
      if (!consent.measurement) {
        queue = [];
        watched.clear();
        forget();
      }
      return refresh();
    },
    identify(id) {
      shop.user = id;
      return refresh();
    },
  };

  const start = () => {
    if (consent && !consent.measurement) forget();
    window.bannerLab = api;
    for (const call of shop.q || []) api.q.push(call);
    turn || refresh();
    let soon;
    new MutationObserver(() => {
      soon ||= setTimeout(() => {
        soon = 0;
        fill(all().filter((slot) => !turns.has(slot)));
      });
    }).observe(document.documentElement, { childList: true, subtree: true });
    document.addEventListener("visibilitychange", () => {
      watched.forEach((state, link) => judge(link, state));
      if (document.hidden) beacon();
    });
    addEventListener("pagehide", beacon);
  };

  const ready = () =>
    document.readyState === "loading" ? document.addEventListener("DOMContentLoaded", start) : start();
  if (document.prerendering) document.addEventListener("prerenderingchange", ready, { once: true });
  else ready();
})();
