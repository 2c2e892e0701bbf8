/* Banner Lab tag: see README.md. A slot keeps its default until a banner can be painted. */
(() => {
  "use strict";
  const { src, dataset: own } = document.currentScript;
  const server = new URL(src).origin;
  const shop = window.bannerLab || {};
  const say = /[?&]banner_lab_debug=1\b/.test(location.search)
    ? console.info.bind(console, "[banner-lab]") : () => {};

  const PATIENCE = +own.timeout || 300; // ms; then the default stays
  const PAUSE = 1000; // gather
  const SOON = 50; // before the next page asks
  const TRIES = 3;

  // consent, and what is kept with it

  const spoken = {
    granted: { measurement: true, personalisation: true },
    denied: { measurement: false, personalisation: false },
  };
  let consent = structuredClone(shop.consent || spoken[own.consent]);
  const denied = () => consent && !consent.measurement;

  const stores = ["sessionStorage", "localStorage"];
  let memory = {}; // where storage is closed

  const read = (store) => {
    if (!consent?.measurement) return {};
    try { return JSON.parse(window[store].banner_lab); } catch { return memory[store] || {}; }
  };

  const write = (store, news) => {
    if (!consent?.measurement) return {};
    const note = (memory[store] = { ...read(store), ...news });
    try { window[store].banner_lab = JSON.stringify(note); } catch { /* closed */ }
    return note;
  };

  const forget = () => {
    memory = {};
    for (const store of stores) try { delete window[store].banner_lab; } catch { /* closed */ }
  };

  const uuid7 = () => {
    const time = "0" + Date.now().toString(16);
    const random = () => (crypto.getRandomValues(new Uint8Array(1))[0] % 16).toString(16);
    return `${time.slice(0, 8)}-${time.slice(8)}-7xxx-axxx-xxxxxxxxxxxx`.replace(/x/g, random);
  };

  const remembered = (store) => read(store).id || write(store, { id: uuid7() }).id;

  const user = () =>
    denied() ? undefined : String(shop.user || own.user || "") || remembered("localStorage");

  // shown in this session and today, for caps

  const today = () => new Date().toDateString();

  const counts = (store) => {
    const { day, shown } = read(store);
    return new Map(store === "localStorage" && day !== today() ? [] : shown);
  };

  const count = (key) => {
    for (const store of stores) {
      const times = counts(store);
      const before = times.get(key) || 0;
      times.delete(key); // newest last
      write(store, { day: today(), shown: [...times, [key, before + 1]].slice(-50) });
    }
  };

  const seen = () => {
    let all;
    stores.forEach((store, place) => counts(store).forEach((times, key) => {
      ((all ||= {})[key] ||= [0, 0])[place] = times;
    }));
    return all;
  };

  // a link for tests holds for the visit

  const force = () => {
    const { groups } = /[?&]bl_force=(?<force>[\w.-]+)/.exec(location.search) || {};
    return { ...write("sessionStorage", groups), ...groups }.force;
  };

  // events: together, by beacon when the page goes

  let queue = [];
  const address = `${server}/api/v1/events`;

  const add = (event, pause = PAUSE) => {
    if (denied()) return;
    queue.push({ occurred_at: new Date().toISOString(), ...event });
    say(event.type, event);
    setTimeout(send, pause);
  };

  const take = () => queue.splice(0, 100);
  const pack = (events) =>
    JSON.stringify({ key: own.key, sent_at: new Date().toISOString(), consent, events });

  // Plain text needs no preflight, so the key travels in the body.
  const send = async (events = take(), tries = 1) => {
    if (!events.length || denied()) return;
    const { status } = await fetch(address, { method: "POST", body: pack(events), keepalive: true,
      credentials: "omit" }).catch(() => ({ status: 503 }));
    say("events", status, events.length);
    if (tries < TRIES && (status === 429 || status > 499)) {
      setTimeout(send, PAUSE * 4 ** tries, events, tries + 1);
    }
  };

  const beacon = () => {
    for (let events = take(); events.length; events = take()) {
      if (!navigator.sendBeacon(address, pack(events))) send(events);
    }
  };

  // pictures

  const make = (name, attributes) => Object.assign(document.createElement(name), attributes);

  // a slot keeps its size: data-width and -height, or what it has
  const hold = (slot, creative) => {
    const sizes = [slot.dataset, slot.getBoundingClientRect(), creative.sources.at(-1)];
    const { width, height } = sizes.find((size) => size.width > 0 && size.height > 0);
    return `${width} / ${height}`;
  };

  const picture = ({ alt, sources }) => {
    const sets = {};
    for (const { src, type, density, media = "" } of sources) {
      const set = (sets[media + type] ||= make("source", { type, media }));
      set.srcset += `${set.srcset && ","}${src} ${density || 1}x`;
    }
    const { src, width, height } = sources.at(-1);
    const img = make("img", { alt, width, height });
    const frame = make("picture");
    frame.append(...Object.values(sets), img);
    img.src = src;
    return frame;
  };

  // what is no picture: a second file
  const paint = async (slot, creative, ratio) => {
    if (creative.kind !== "image") {
      const rich = await import(`${server}/tag/banner-lab-rich.js?2`);
      return rich.paint(slot, creative, ratio, picture);
    }
    const frame = picture(creative);
    await frame.lastChild.decode();
    return frame;
  };

  const show = async (slot, decision, turn) => {
    const { creative, token } = decision;
    const ratio = hold(slot, creative);
    const body = await paint(slot, creative, ratio);
    if (turns.get(slot)[0] !== turn) return;
    const link = make("a");
    if (/^https?:/i.test(creative.landing_url)) link.href = creative.landing_url;
    link.append(body);
    slot.style.aspectRatio = ratio;
    link.style.display = "block";
    Object.assign((body.lastChild || body).style, { display: "block", width: "100%", height: "auto",
      aspectRatio: ratio, objectFit: "contain" });
    slot.replaceChildren(link);
    if (token) report(link, token, creative.key);
    slot.dispatchEvent(new CustomEvent("bannerlab:shown", { bubbles: true, detail: decision }));
  };

  const report = (link, token, key) => {
    const clicked = () => {
      add({ type: "click", token });
      beacon();
    };
    add({ type: "impression", token });
    count(key);
    link.addEventListener("click", clicked, { once: true });
    link.addEventListener("auxclick", (event) => event.button === 1 && clicked());
    watch(link, token);
  };

  /* Viewable: half of the pixels for one unbroken second. */
  const watch = (link, token) => {
    let timer;
    const eyes = new IntersectionObserver((entries) => {
      clearTimeout(timer);
      if (entries.at(-1).intersectionRatio >= 0.5) timer = setTimeout(viewed, 1000);
    }, { threshold: 0.5 });
    const look = () => {
      clearTimeout(timer);
      eyes.disconnect();
      if (link && !document.hidden) eyes.observe(link);
    };
    const viewed = () => {
      add({ type: "viewable", token });
      link = null;
      look();
    };
    document.addEventListener("visibilitychange", look);
    look();
  };

  // one question for all slots of the page

  const turns = new WeakMap(); // slot -> its newest question, on what
  const name = (slot) => slot.dataset.bannerLab;
  const need = (slot) => name(slot) + location.pathname;
  let turn = 0;
  let told; // no question overtakes a word on consent

  const ask = async (slots) => {
    const mine = ++turn;
    slots.forEach((slot) => turns.set(slot, [mine, need(slot)]));
    await told;
    const body = {
      key: own.key,
      user_id: user(),
      session_id: remembered("sessionStorage"),
      placements: slots.map(name),
      locale: document.documentElement.lang || undefined,
      attributes: shop.attributes,
      page: { url: location.origin + location.pathname, referrer: document.referrer },
      consent,
      seen: seen(),
      force: force(),
    };
    const answer = await fetch(`${server}/api/v1/decide`, {
      method: "POST", body: JSON.stringify(body), credentials: "omit",
      signal: AbortSignal.timeout(PATIENCE),
    });
    if (!answer.ok) throw answer.status;
    const { decisions } = await answer.json();
    say("decisions", decisions);
    await Promise.allSettled(slots.map((slot) => {
      const decision = decisions[name(slot)];
      return decision?.creative && show(slot, decision, mine);
    }));
    return decisions;
  };

  const fill = async (slots) => {
    if (!slots.length) return;
    const detail = await ask(slots).catch((reason) => {
      say("the default stays:", reason);
      if (reason.name === "TimeoutError")
        api.track("custom:late", { properties: { placements: slots.map(name) } });
    });
    document.dispatchEvent(new CustomEvent("bannerlab:done", { detail }));
    shop.onDone?.(detail);
  };

  const all = () => [...document.querySelectorAll("[data-banner-lab]")];
  const refresh = () => fill(all());

  // what a shop may call

  const api = {
    refresh,
    q: { push: ([name, ...rest]) => api[name]?.(...rest) },
    track(type, fields) {
      const user_id = user();
      if (!user_id) return void say("not counted without consent:", type);
      const id = uuid7();
      add({ type, id, user_id, ...fields }, SOON);
      return id;
    },
    consent(given) {
      const { measurement, personalisation } = (given = structuredClone(spoken[given] || given));
      const news = consent?.measurement ? consent.personalisation !== personalisation : measurement;
      if (personalisation) send(); // under the old word
      if (measurement) consent = given;
      else queue = [];
      if (news) {
        api.track("consent", { properties: { measurement, personalisation } });
        told = Promise.race([send(), new Promise((done) => setTimeout(done, 300))]);
      }
      consent = given;
      if (!measurement) forget();
      return refresh();
    },
    identify(id) {
      shop.user = id;
      return refresh();
    },
  };

  const start = () => {
    if (denied()) forget();
    window.bannerLab = api;
    for (const call of shop.q || []) api.q.push(call);
    turn || refresh();
    let soon;
    new MutationObserver(() => {
      soon ||= setTimeout(() => {
        soon = 0;
        fill(all().filter((slot) => turns.get(slot)?.[1] !== need(slot)));
      });
    }).observe(document, { childList: true, subtree: true, attributeFilter: ["data-banner-lab"] });
    document.addEventListener("visibilitychange", () => document.hidden && beacon());
    addEventListener("pagehide", beacon);
  };

  const ready = () =>
    document.readyState === "loading" ? document.addEventListener("DOMContentLoaded", start) : start();
  if (document.prerendering) document.addEventListener("prerenderingchange", ready, { once: true });
  else ready();
})();
