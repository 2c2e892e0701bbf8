// Banners in rooms of their true size, scaled to the column that they stand in.
export function fit(within, actual = false) {
  for (const frame of within.querySelectorAll(".room-frame")) {
    const box = frame.firstElementChild;
    const [width, height] = frame.dataset.room.split("x").map(Number);
    frame.style.width = `${width}px`;
    const scale = actual ? 1 : Math.min(1, frame.clientWidth / width);
    box.style.transform = scale === 1 ? "none" : `scale(${scale})`;
    frame.style.height = `${Math.ceil(height * scale)}px`;
  }
}
