// The picture that the server drew, to move about in: one walks from actor to actor, and nothing in it moves by itself.

const stamp = new URL(import.meta.url).search;
const [{ ARROWS, Walk }, { listen }] = await Promise.all([import(`./explore-walk.js${stamp}`), import(`./explore-gestures.js${stamp}`)]);

export class Picture {
  /** `frame` is what another picture of the same places showed, or nothing. */
  constructor(place, data, frame) {
    this.place = place;
    this.svg = place.querySelector("svg");
    this.walk = new Walk(data);
    this.box = data.box;
    this.links = [...this.svg.querySelectorAll("a.actor")];
    this.lines = [...this.svg.querySelectorAll(".tie, .spoke, .affiliation")];
    this.ends = data.lines.map(([one, other]) => [one, other]);
    this.byNumber = new Map();
    for (const link of this.links) this.byNumber.set(this.walk.number.get(this.idOf(link)), link);
    this.isWhole = true;
    place.classList.add("live");
    this.svg.setAttribute("preserveAspectRatio", "xMidYMid meet");
    if (frame) this.show(frame);
    else this.begin();
    this.rove(this.chosenNumber() ?? this.walk.first);
    this.listen();
  }

  idOf(link) {
    return new URL(link.href.baseVal ?? link.href, location.href).searchParams.get("card");
  }

  chosenNumber() {
    const ring = this.svg.querySelector(".chosen");
    return ring ? this.walk.number.get(this.idOf(ring.closest("a.actor"))) : undefined;
  }

  /** All of it; on a small screen as much as can be read, around the chosen or the best joined actor. */
  begin() {
    this.whole();
    const scale = this.place.clientWidth / this.box[2];
    if (scale < 0.5) {
      const { x, y } = this.walk.actors[this.chosenNumber() ?? this.walk.first];
      const wide = this.place.clientWidth / 0.8;
      const high = this.place.clientHeight / 0.8;
      this.isWhole = false;
      this.show([x - wide / 2, y - high / 2, wide, high]);
    }
  }

  whole() {
    this.isWhole = true;
    this.show([...this.box]);
  }

  get frame() {
    return this.isWhole ? null : this.view;
  }

  show(view) {
    this.view = view;
    if (view.join() !== this.box.join()) this.isWhole = false;
    this.svg.setAttribute("viewBox", view.map((n) => Math.round(n * 100) / 100).join(" "));
  }

  /** Units of the picture for a pixel of the screen. */
  get unit() {
    return Math.max(this.view[2] / this.place.clientWidth, this.view[3] / this.place.clientHeight);
  }

  /** Nearer by a factor, around a point of the screen or the middle. */
  zoom(factor, clientX, clientY) {
    const [x, y, wide, high] = this.view;
    const most = this.box[2] * 1.6;
    const width = Math.min(most, Math.max(this.box[2] / 12, wide / factor));
    const change = width / wide;
    const rect = this.place.getBoundingClientRect();
    const at = clientX === undefined ? [0.5, 0.5] : [(clientX - rect.left) / rect.width, (clientY - rect.top) / rect.height];
    this.show([x + wide * (1 - change) * at[0], y + high * (1 - change) * at[1], width, high * change]);
  }

  pan(dx, dy) {
    const [x, y, wide, high] = this.view;
    this.show([x - dx * this.unit, y - dy * this.unit, wide, high]);
  }

  /** An actor into the frame, if it is outside of it. */
  reveal(number) {
    const { x, y } = this.walk.actors[number];
    const [left, top, wide, high] = this.view;
    const inside = x > left + wide * 0.06 && x < left + wide * 0.94 && y > top + high * 0.06 && y < top + high * 0.94;
    if (!inside) this.show([x - wide / 2, y - high / 2, wide, high]);
  }

  /** One actor at a time can be tabbed to. */
  rove(number) {
    for (const link of this.links) link.setAttribute("tabindex", "-1");
    this.byNumber.get(number)?.setAttribute("tabindex", "0");
    this.current = number;
  }

  focus(number) {
    this.rove(number);
    this.reveal(number);
    this.byNumber.get(number)?.focus({ preventScroll: true });
  }

  /** Shows who is chosen by a ring, and fades all that is not beside it. */
  choose(id) {
    const number = id ? this.walk.number.get(id) : undefined;
    this.svg.querySelector(".chosen")?.remove();
    const near = number === undefined ? null : this.walk.around(number).add(number);
    this.links.forEach((link) => link.classList.toggle("away", Boolean(near) && !near.has(this.walk.number.get(this.idOf(link)))));
    const tables = near && new Set([...this.walk.beside[number]].filter((other) => other >= this.walk.actors.length));
    this.lines.forEach((line, i) => {
      const touches = !near || this.ends[i].includes(number) || this.ends[i].some((end) => tables.has(end));
      line.classList.toggle("away", !touches);
    });
    if (number === undefined) return;
    const { x, y, radius } = this.walk.actors[number];
    const ring = document.createElementNS("http://www.w3.org/2000/svg", "circle");
    const said = { class: "chosen", cx: x, cy: y, r: radius * 1.38 + 4, stroke: "currentColor", "stroke-width": 2.5 };
    for (const [name, value] of Object.entries(said)) ring.setAttribute(name, value);
    this.byNumber.get(number)?.append(ring);
    this.rove(number);
  }

  key(event) {
    const arrow = ARROWS[event.key];
    if (!arrow) return false;
    const next = this.walk.step(this.current, ...arrow);
    if (next !== null) this.focus(next);
    return true;
  }

  listen() {
    this.svg.addEventListener("focusin", (event) => {
      const link = event.target.closest?.("a.actor");
      if (link) this.current = this.walk.number.get(this.idOf(link));
    });
    listen(this.place, this);
  }
}
