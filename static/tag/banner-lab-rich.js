/* Banner Lab: what is no picture, composed banners and films. banner-lab.js loads this file when a
 * slot is given one; while it is away the shop's default stays.
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
