// Hundreds and thousands of actors, drawn by the graphics card from the places that the server gave. Nothing moves.

import {
  DEFAULT_STYLES, MultiGraph, Sigma, extremityArrow, extremityBar, layerDashed, layerFill, layerPlain, pathLine, sdfCircle,
} from "../vendor/sigma-4.0.4/sigma.js";

const stamp = new URL(import.meta.url).search;
const [{ ARROWS, Walk }, { listen }, { say }] = await Promise.all(
  ["walk", "gestures"].map((part) => import(`./explore-${part}.js${stamp}`)).concat(import(`./words.js${stamp}`)),
);

/** Shapes are drawn into a square, so that the widest of them has to fit. */
const WIDEST = 1.4;
const AWAY = 0.12;
/** More lines than these are plain and thin, until one is near enough to tell them apart; more than `MOST` always. */
const MANY = 1500;
const MOST = 20_000;
/** How much more is drawn than is seen, so that there is something to move into view: `.crowd` in explore.css says the same. */
const SPARE = 1.3;
const NEAREST = 0.01;
const NEAR = 0.35 * SPARE;
const FARTHEST = 2 * SPARE;
/** What is drawn in fewer milliseconds is drawn anew while it is moved, what takes longer once it rests. */
const QUICK = 40;
const REST = 150;
/** How far beside a symbol, in pixels, one may point and still mean it. */
const BESIDE = 8;
const DASHES = { formal: [0, 0], informal: [6, 4], mixed: [9, 3], unstated: [1.5, 4] };

const dark = matchMedia("(prefers-color-scheme: dark)");

/** A regular polygon as a distance function, from the corners that the SVG is drawn with. */
function polygon(name, corners, round) {
  const sides = corners.length;
  const [x, y] = corners[0];
  const reach = (Math.hypot(x, y) / WIDEST).toFixed(4);
  const turn = Math.atan2(x, -y).toFixed(4);
  const soft = (round * 0.12).toFixed(4);
  return {
    name,
    uniforms: [],
    inradiusFactor: Math.cos(Math.PI / sides),
    glsl: `float sdf_${name}(vec2 uv, float size) {
      float part = ${(Math.PI / sides).toFixed(6)};
      float angle = atan(uv.x, uv.y) - ${turn};
      float across = mod(angle, 2.0 * part) - part;
      float inner = (${reach} - ${soft}) * cos(part) * size;
      vec2 p = length(uv) * vec2(sin(across), cos(across));
      float half_ = inner * tan(part);
      vec2 away = vec2(max(abs(p.x) - half_, 0.0), max(p.y - inner, 0.0));
      float outside = length(away);
      return (outside > 0.0 ? outside : p.y - inner) - ${soft} * size;
    }`,
  };
}

function disc(name, radius) {
  const reach = (radius / WIDEST).toFixed(4);
  return { name, uniforms: [], inradiusFactor: 1, glsl: `float sdf_${name}(vec2 uv, float size) { return length(uv) - ${reach} * size; }` };
}

function ring(name, radius) {
  const reach = (radius / WIDEST).toFixed(4);
  const half = (0.18 / WIDEST).toFixed(4);
  return { name, uniforms: [], inradiusFactor: 1, glsl: `float sdf_${name}(vec2 uv, float size) { return abs(length(uv) - ${reach} * size) - ${half} * size; }` };
}

const called = (family) => `role_${family.replaceAll("-", "_")}`;

function shape(role) {
  if (role.corners.length) return polygon(called(role.family), role.corners, role.round);
  return role.shape === "ring" ? ring(called(role.family), role.radius) : disc(called(role.family), role.radius);
}

/** The darker edge of a symbol, where a fill alone would be too pale. */
const edge = () => ({
  name: "edge",
  uniforms: [],
  attributes: [{ name: "edgeColor", size: 4, type: WebGL2RenderingContext.UNSIGNED_BYTE, normalized: true, source: "lineColor" }],
  glsl: `vec4 layer_edge(vec4 v_edgeColor) {
    float wide = max(0.09 * context.shapeSize, context.pixelToUV);
    return vec4(v_edgeColor.rgb, v_edgeColor.a * smoothstep(-wide - context.aaWidth, -wide + context.aaWidth, context.sdf));
  }`,
});

export class Crowd {
  /** Fetches the scene of a place and draws it there; `open` is called with the id of an actor that was clicked. */
  static async over(place, open) {
    // as the page asked for it already
    const response = await fetch(place.dataset.scene);
    return new Crowd(place, await response.json(), open);
  }

  constructor(place, data, open) {
    this.place = place;
    this.data = data;
    this.open = open;
    this.walk = new Walk(data);
    this.current = this.walk.first;
    this.frame = null;
    this.roles = new Map(data.roles.map((role) => [role.family, role]));
    place.classList.add("live");
    place.tabIndex = 0;
    place.setAttribute("role", "application");
    place.setAttribute("aria-label", say("Picture: %(title)s. Arrow keys walk from actor to actor, Enter opens a card.", { title: place.dataset.label }));
    this.canvas = document.createElement("div");
    this.canvas.className = "crowd";
    this.tip = Object.assign(document.createElement("div"), { className: "tip", hidden: true });
    this.tip.setAttribute("role", "status");
    place.append(this.canvas, this.tip);
    this.repaint = () => this.paint();
    dark.addEventListener("change", this.repaint);
    this.cost = Infinity;
    this.hovered = null;
    this.paint();
    listen(place, this);
  }

  end() {
    clearTimeout(this.resting);
    dark.removeEventListener("change", this.repaint);
    this.sigma.kill();
  }

  get night() {
    return dark.matches;
  }

  graph() {
    const [, ink] = this.data.page[this.night ? "night" : "day"];
    const graph = new MultiGraph();
    this.walk.actors.forEach((actor, number) => {
      const tone = this.roles.get(actor.family)[this.night ? "night" : "day"];
      const isRing = this.roles.get(actor.family).shape === "ring";
      graph.addNode(String(number), {
        x: actor.x, y: -actor.y, size: actor.radius * WIDEST, shape: called(actor.family),
        color: isRing ? tone.line : tone.fill, line: tone.line, label: actor.label, opacity: 1,
      });
    });
    this.data.tables.forEach(([x, y], number) => {
      const colours = { color: ink, line: ink };
      graph.addNode(String(this.walk.actors.length + number), { x, y: -y, size: 4, shape: "table", label: "", opacity: 1, ...colours });
    });
    this.data.lines.forEach(([one, other, kind, form, against, arrow, faint], number) => {
      const belongs = kind === "affiliation";
      const [dash, gap] = belongs ? [0, 0] : DASHES[form];
      const strength = belongs || faint ? 0.28 : against ? 0.85 : 0.5;
      graph.addEdgeWithKey(String(number), String(one), String(other), {
        size: belongs ? 0.8 : against ? 2 : 1.4, dash, gap, strength, opacity: strength,
        solid: dash ? "#00000000" : ink, ink, head: against ? "bar" : arrow ? "arrow" : "none",
      });
    });
    return graph;
  }

  /** Whether forms and directions are drawn along the lines: where there are few, or one is near. */
  fine(ratio) {
    const { length } = this.data.lines;
    return length <= MANY || (length <= MOST && ratio < NEAR);
  }

  paint() {
    const [paper, ink] = this.data.page[this.night ? "night" : "day"];
    const camera = this.sigma?.getCamera().getState() ?? { x: 0.5, y: 0.5, ratio: SPARE, angle: 0 };
    this.sigma?.kill();
    const fine = this.isFine = this.fine(camera.ratio);
    this.held = null;
    this.landing = null;
    this.canvas.style.transform = "";
    this.canvas.replaceChildren();
    this.sigma = new Sigma(this.graph(), this.canvas, {
      settings: {
        itemSizesReference: "positions",
        zoomToSizeRatioFunction: (ratio) => ratio,
        enableCameraRotation: false,
        labelRenderedSizeThreshold: 7,
        labelDensity: 0.35,
        stagePadding: 20,
        minCameraRatio: NEAREST,
        maxCameraRatio: FARTHEST,
        antialiasEdges: fine,
        minEdgeThickness: fine ? 1.7 : 0.8,
      },
      primitives: {
        nodes: {
          shapes: [...this.data.roles.map(shape), disc("table", 0.8), sdfCircle()],
          variables: { lineColor: { type: "color", default: "#000000" } },
          layers: [layerFill(), edge()],
          label: { font: { family: '"Source Sans 3"', size: 13 } },
        },
        edges: {
          paths: [pathLine()],
          extremities: fine ? [extremityArrow({ lengthRatio: 5, widthRatio: 4 }), extremityBar({ lengthRatio: 1, widthRatio: 7 })] : [],
          variables: {
            dash: { type: "number", default: 0 }, gap: { type: "number", default: 0 },
            solid: { type: "color", default: "#000000" }, ink: { type: "color", default: "#000000" },
          },
          layers: !fine ? [layerPlain({ color: { attribute: "ink" } })] : [
            layerPlain({ color: { attribute: "solid" } }),
            layerDashed({
              dashSize: { attribute: "dash", mode: "pixels" }, gapSize: { attribute: "gap", mode: "pixels" }, dashColor: { attribute: "ink" },
            }),
          ],
        },
      },
      styles: {
        nodes: [DEFAULT_STYLES.nodes, {
          shape: { attribute: "shape" }, size: { attribute: "size" }, color: { attribute: "color" },
          lineColor: { attribute: "line" }, opacity: { attribute: "opacity" }, labelColor: ink, backdropVisibility: "hidden",
        }],
        edges: [DEFAULT_STYLES.edges, {
          size: { attribute: "size" }, color: ink, opacity: { attribute: "opacity" }, head: fine ? { attribute: "head" } : "none",
          dash: { attribute: "dash" }, gap: { attribute: "gap" }, solid: { attribute: "solid" }, ink: { attribute: "ink" },
        }],
        stage: { background: paper },
      },
    });
    this.sigma.getCamera().setState(camera);
    this.sigma.on("afterRender", () => { this.landed(); this.mark(); });
    if (this.chosen) this.choose(this.chosen);
  }

  /** Who an actor is, beside it. */
  say(number) {
    const actor = this.walk.actors[number];
    if (!actor) return;
    this.tip.textContent = `${actor.label}: ${actor.ties} ${actor.ties === 1 ? "tie" : "ties"}`;
    const { x, y } = this.seen(number);
    this.tip.style.left = `${Math.min(Math.max(0, x + 12), Math.max(0, this.place.clientWidth - 268))}px`;
    this.tip.style.top = `${Math.max(0, y + 12)}px`;
    this.tip.hidden = false;
  }

  at(number) {
    const { x, y } = this.walk.actors[number];
    return this.sigma.graphToViewport({ x, y: -y });
  }

  /** Where one walks, and who is chosen: rings around them, as colour alone says nothing. */
  mark() {
    for (const [name, number] of [["current", document.activeElement === this.place ? this.current : undefined], ["chosen", this.number]]) {
      let ring_ = this.canvas.querySelector(`.ring.${name}`);
      if (number === undefined) {
        ring_?.remove();
        continue;
      }
      if (!ring_) {
        ring_ = Object.assign(document.createElement("div"), { className: `ring ${name}` });
        this.canvas.append(ring_);
      }
      const { x, y } = this.at(number);
      const size = Math.max(9, this.sigma.scaleSize(this.walk.actors[number].radius * 1.4) + 4);
      Object.assign(ring_.style, { left: `${x - size}px`, top: `${y - size}px`, width: `${size * 2}px`, height: `${size * 2}px` });
    }
  }

  choose(id) {
    // nothing to fade or to light up again: to draw thousands once more would take long
    if (!id && !this.chosen) return;
    this.chosen = id;
    this.number = id ? this.walk.number.get(id) : undefined;
    const graph = this.sigma.getGraph();
    const near = this.number === undefined ? null : this.walk.around(this.number).add(this.number);
    const tables = near && new Set([...this.walk.beside[this.number]].filter((other) => other >= this.walk.actors.length));
    graph.updateEachNodeAttributes((node, said) => {
      said.opacity = !near || near.has(Number(node)) || tables.has(Number(node)) ? 1 : AWAY;
      return said;
    });
    graph.updateEachEdgeAttributes((line, said, one, other) => {
      const touches = !near || Number(one) === this.number || Number(other) === this.number || tables.has(Number(one)) || tables.has(Number(other));
      said.opacity = touches ? said.strength : 0.03;
      return said;
    });
    if (this.number !== undefined) {
      this.current = this.number;
      this.reveal(this.number);
    }
    this.sigma.refresh();
  }

  // Moving: what is drawn is shifted as an image, which costs nothing, and drawn anew once it rests.

  pan(dx, dy) {
    const { x, y, scale } = this.held ?? { x: 0, y: 0, scale: 1 };
    this.hold({ x: x + dx, y: y + dy, scale });
  }

  /** Nearer by a factor, around a point of the window or the middle. */
  zoom(factor, clientX, clientY) {
    const { x, y, scale } = this.held ?? { x: 0, y: 0, scale: 1 };
    const { ratio } = this.sigma.getCamera().getState();
    const now = this.landing ? ratio * this.landing.scale : ratio;
    const next = Math.min(now / NEAREST, Math.max(now / FARTHEST, scale * factor));
    const { width, height } = this.sigma.getDimensions();
    const at = clientX === undefined ? { x: width / 2, y: height / 2 } : this.onCanvas(clientX, clientY);
    this.hold({ x: at.x - (at.x - x) * (next / scale), y: at.y - (at.y - y) * (next / scale), scale: next });
  }

  hold(held) {
    this.held = held;
    this.tip.hidden = true;
    this.canvas.style.transform = `translate(${held.x}px, ${held.y}px) scale(${held.scale})`;
    clearTimeout(this.resting);
    if (this.cost < QUICK) this.rest();
    else this.resting = setTimeout(() => this.rest(), REST);
  }

  /** Draws from where the image was shifted to. */
  rest() {
    if (!this.held || this.landing) return;
    const { x, y, scale } = this.held;
    const { width, height } = this.sigma.getDimensions();
    const centre = this.sigma.viewportToFramedGraph({ x: (width / 2 - x) / scale, y: (height / 2 - y) / scale });
    const camera = this.sigma.getCamera();
    this.landing = { ...this.held, began: performance.now() };
    camera.setState({ x: centre.x, y: centre.y, ratio: camera.getState().ratio / scale });
  }

  /** Once it is drawn the image need not be shifted any more, but for what was moved meanwhile. */
  landed() {
    if (!this.landing) return;
    const { x, y, scale, began } = this.landing;
    const rest = this.held.scale / scale;
    const held = { x: this.held.x - x * rest, y: this.held.y - y * rest, scale: rest };
    this.landing = null;
    const stays = Math.abs(held.x) < 0.1 && Math.abs(held.y) < 0.1 && Math.abs(rest - 1) < 1e-6;
    this.held = null;
    this.canvas.style.transform = "";
    if (!stays) this.hold(held);
    else if (this.fine(this.sigma.getCamera().getState().ratio) !== this.isFine) setTimeout(this.repaint);
    // the frame after the next begins when this one is on the screen
    requestAnimationFrame(() => requestAnimationFrame(() => { this.cost = performance.now() - began - 16; }));
  }

  whole() {
    this.sigma.getCamera().setState({ x: 0.5, y: 0.5, ratio: SPARE, angle: 0 });
  }

  /** A point of the window as one of what is drawn, shifted or not. */
  onCanvas(clientX, clientY) {
    const { left, top } = this.place.getBoundingClientRect();
    return {
      x: clientX - left - this.place.clientLeft - this.canvas.offsetLeft,
      y: clientY - top - this.place.clientTop - this.canvas.offsetTop,
    };
  }

  /** Where an actor is seen in the place. */
  seen(number) {
    const { x, y } = this.at(number);
    return { x: x + this.canvas.offsetLeft, y: y + this.canvas.offsetTop };
  }

  /** The actor at a point of the window: the number of the nearest, if it is near enough. */
  pointed(clientX, clientY) {
    const { x, y, scale } = this.held ?? { x: 0, y: 0, scale: 1 };
    const at = this.onCanvas(clientX, clientY);
    const spot = { x: (at.x - x) / scale, y: (at.y - y) / scale };
    const here = this.sigma.viewportToGraph(spot);
    const unit = Math.abs(this.sigma.viewportToGraph({ x: spot.x + 1, y: spot.y }).x - here.x) / scale;
    let best = null;
    let nearest = Infinity;
    this.walk.actors.forEach((actor, number) => {
      const away = Math.hypot(actor.x - here.x, actor.y + here.y);
      if (away < nearest && away < actor.radius * WIDEST + BESIDE * unit) [best, nearest] = [number, away];
    });
    return best;
  }

  tap(clientX, clientY) {
    const number = this.pointed(clientX, clientY);
    if (number !== null) this.open(this.walk.actors[number].id);
  }

  hover(clientX, clientY) {
    const number = this.pointed(clientX, clientY);
    if (number === this.hovered) return;
    this.hovered = number;
    this.place.classList.toggle("over", number !== null);
    if (number === null) this.tip.hidden = true;
    else this.say(number);
  }

  /** An actor into the frame, if it is outside of it. */
  reveal(number) {
    const { x, y } = this.seen(number);
    const { clientWidth, clientHeight } = this.place;
    if (x > 20 && y > 20 && x < clientWidth - 20 && y < clientHeight - 20) return;
    const there = this.sigma.getNodeDisplayData(String(number));
    if (there) this.sigma.getCamera().setState({ x: there.x, y: there.y });
  }

  focus(number) {
    this.current = number;
    this.place.focus({ preventScroll: true });
    this.reveal(number);
    this.sigma.refresh();
    this.say(number);
  }

  key(event) {
    if (event.key === "Enter") {
      this.open(this.walk.actors[this.current].id);
      return true;
    }
    const arrow = ARROWS[event.key];
    if (!arrow) return false;
    const next = this.walk.step(this.current, ...arrow);
    if (next !== null) this.focus(next);
    return true;
  }
}
