// What mouse, wheel and fingers ask of a picture: to be moved, to come nearer, to tell who stands there.

/** So many pixels are a tremble, more are a move. */
const TREMBLE = 6;
const LARGEST = 6;

/**
 * Listens at a place, and tells a view: `pan(dx, dy)`, `zoom(factor, x, y)`, and where the view has them `tap(x, y)`
 * and `hover(x, y)`, all in pixels of the window.
 */
export function listen(place, view) {
  const fingers = new Map();
  let moved = 0;
  const wheel = (event) => {
    // the page scrolls, unless one asks to zoom
    if (!event.ctrlKey && !event.metaKey && !document.fullscreenElement) return;
    event.preventDefault();
    view.zoom(event.deltaY < 0 ? 1.15 : 1 / 1.15, event.clientX, event.clientY);
  };
  const down = (event) => {
    if (event.button) return;
    if (!fingers.size) moved = 0;
    fingers.set(event.pointerId, [event.clientX, event.clientY]);
  };
  const move = (event) => {
    const before = fingers.get(event.pointerId);
    if (!before) {
      if (event.pointerType === "mouse") view.hover?.(event.clientX, event.clientY);
      return;
    }
    const now = [event.clientX, event.clientY];
    const [other] = [...fingers].filter(([id]) => id !== event.pointerId).map(([, at]) => at);
    moved += other ? TREMBLE + 1 : Math.abs(now[0] - before[0]) + Math.abs(now[1] - before[1]);
    if (moved > TREMBLE && !place.hasPointerCapture(event.pointerId)) {
      place.setPointerCapture(event.pointerId);
      place.classList.add("moving");
    }
    if (other) {
      const distance = (at) => Math.hypot(at[0] - other[0], at[1] - other[1]) || 1;
      const middle = (at) => [(at[0] + other[0]) / 2, (at[1] + other[1]) / 2];
      const [from, to] = [middle(before), middle(now)];
      view.pan(to[0] - from[0], to[1] - from[1]);
      view.zoom(Math.min(LARGEST, distance(now) / distance(before)), ...to);
    } else {
      view.pan(now[0] - before[0], now[1] - before[1]);
    }
    fingers.set(event.pointerId, now);
  };
  const up = (event) => {
    // a finger that is caught here lets go of what it was laid on: that is no end
    if (event.type === "lostpointercapture" && event.target !== place) return;
    fingers.delete(event.pointerId);
    if (!fingers.size) place.classList.remove("moving");
  };
  place.addEventListener("wheel", wheel, { passive: false });
  place.addEventListener("pointerdown", down);
  place.addEventListener("pointermove", move);
  for (const kind of ["pointerup", "pointercancel", "lostpointercapture"]) place.addEventListener(kind, up);
  place.addEventListener("pointerleave", (event) => { if (!place.hasPointerCapture(event.pointerId)) up(event); });
  // what ended as a move was no click
  place.addEventListener("click", (event) => {
    if (moved > TREMBLE) {
      event.preventDefault();
      event.stopImmediatePropagation();
    } else view.tap?.(event.clientX, event.clientY);
    moved = 0;
  }, true);
  place.addEventListener("dragstart", (event) => event.preventDefault());
}
