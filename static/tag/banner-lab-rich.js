/* Banner Lab: what is no picture, composed banners and films, and what in them can be pressed.
 * banner-lab.js loads this file when a slot is given one; while it is away the shop's default stays.
 */
const sheets = new Map(); // address -> style sheet, shared by all slots of the page

const sheet = (address) => {
  if (!sheets.has(address)) sheets.set(address, load(address));
  return sheets.get(address);
};

const load = async (address) => {
  const answer = await fetch(address, { credentials: "omit" });
  if (!answer.ok) throw answer.status;
  return new CSSStyleSheet().replace(await answer.text());
};

/* How wide a picture is that covers the slot: small slots load small files. */
export const sized = (html, width, height) => {
  const [, across, down] = /<img [^>]*width="(\d+)" height="(\d+)"/.exec(html) || [0, 1, 1];
  return html.replaceAll('sizes="100vw"', `sizes="${Math.round(Math.max(width, (height * across) / down))}px"`);
};

/* What this visitor liked in this session is kept in the tag's own note, which is there with consent alone. */
const note = () => {
  try { return JSON.parse(sessionStorage.banner_lab); } catch { return null; }
};
const liked = (key) => !!note()?.liked?.includes(key);
const remember = (key, on) => {
  const known = note();
  if (!known) return;
  const others = (known.liked || []).filter((one) => one !== key);
  try { sessionStorage.banner_lab = JSON.stringify({ ...known, liked: on ? [...others, key].slice(-50) : others }); } catch { /* closed */ }
};

/* A heart: pressed and released at will, told once. */
const heart = (button, tell, key) => {
  let told = liked(key);
  const press = (on) => button.setAttribute("aria-pressed", on);
  press(told);
  button.addEventListener("click", () => {
    const on = button.getAttribute("aria-pressed") === "false";
    press(on);
    remember(key, on);
    if (on && !told) told = tell("custom:like", { id: undefined });
  });
};

/* Pictures that a visitor moves by hand, by arrow keys or by buttons; each that comes to rest is told once. */
const carousel = (track, buttons, tell) => {
  const slides = [...track.querySelectorAll("[data-whole]")];
  const seen = new Set([0]);
  let at = 0;
  let rest;
  const turn = (to) => {
    at = Math.min(Math.max(to, 0), slides.length - 1);
    for (const button of buttons) button.setAttribute("aria-disabled", !slides[at + +button.dataset.move]);
  };
  const go = (by) => {
    turn(at + by);
    track.scrollTo({ left: slides[at].offsetLeft });
  };
  track.addEventListener("scroll", () => {
    clearTimeout(rest);
    rest = setTimeout(() => {
      turn(Math.round(Math.abs(track.scrollLeft) / track.clientWidth));
      if (seen.has(at)) return;
      seen.add(at);
      tell("custom:slide", { properties: { picture: at + 1 } });
    }, 150);
  });
  track.addEventListener("keydown", (event) => {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!by || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    go(getComputedStyle(track).direction === "rtl" ? -by : by);
  });
  for (const button of buttons) button.addEventListener("click", () => go(+button.dataset.move));
  turn(0);
};

/* Let a banner answer; `tell` reports it. The studio's previews do the same and tell nobody. */
export const enliven = (root, tell = () => true, key = "") => {
  const part = (name) => root.querySelector(`[data-${name}]`);
  const bar = part("buttons");
  const track = part("track");
  if (!bar?.hidden) return; // nothing to press, or done
  bar.hidden = false;
  if (part("like")) heart(part("like"), tell, key);
  if (!track) return;
  if (!root.host?.querySelector("a[href]")) track.tabIndex = 0;
  carousel(track, [...root.querySelectorAll("[data-move]")], tell);
};

/* A button is no part of a link: where there are any, the link goes into the banner, below them. */
const seat = (slot, host, root, { creative, token }) => {
  const link = host.parentNode;
  if (!slot.contains(host) || !root.querySelector("slot")) return;
  link.setAttribute("aria-label", root.querySelector('[data-slot="button"]')?.textContent || creative.alt);
  slot.replaceChildren(host);
  host.append(link);
  const tell = (type, fields) => token && window.bannerLab.track(type, { user_id: undefined, token, ...fields });
  enliven(root, tell, creative.key);
};

/* Markup and style in a shadow root: the page's style does not reach in, ours does not get out. */
const composed = async (slot, { html, stylesheet }, ratio) => {
  const [across, down] = ratio.split(" / ");
  const width = slot.clientWidth || +across;
  const host = document.createElement("div");
  const root = host.attachShadow({ mode: "open" });
  const style = sheet(stylesheet);
  root.innerHTML = sized(html, width, (width * down) / across);
  root.adoptedStyleSheets = [await style];
  await Promise.all([...root.querySelectorAll("img")].map((image) => image.decode()));
  slot.addEventListener("bannerlab:shown", ({ detail }) => seat(slot, host, root, detail), { once: true });
  return host;
};

const still = async (frame) => {
  await frame.lastChild.decode();
  return frame;
};

/* A film without sound, three times and thirty seconds at most; its poster alone for whoever wants less motion. */
const film = async (creative, picture) => {
  const poster = await still(picture(creative));
  const video = document.createElement("video");
  const playable = creative.films?.find(({ type }) => video.canPlayType(type));
  if (!playable || matchMedia("(prefers-reduced-motion: reduce)").matches) return poster;
  Object.assign(video, { muted: true, playsInline: true, autoplay: true, disableRemotePlayback: true,
    poster: poster.lastChild.currentSrc });
  for (const name of ["muted", "playsinline"]) video.setAttribute(name, "");
  if (creative.alt) video.setAttribute("aria-label", creative.alt);
  else video.setAttribute("aria-hidden", "true");
  let rounds = 0;
  video.addEventListener("ended", () => {
    rounds += 1;
    if (rounds < 3 && (rounds + 1) * video.duration <= 30) video.play();
  });
  video.addEventListener("error", () => { // blocked, or gone: the picture in its place
    poster.lastChild.style.cssText = video.style.cssText;
    video.replaceWith(poster);
  }, { once: true });
  video.src = playable.src;
  return video;
};

export const paint = (slot, creative, ratio, picture) =>
  creative.kind === "html" ? composed(slot, creative, ratio) : film(creative, picture);
