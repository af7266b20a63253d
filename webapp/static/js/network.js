/* The network one can move about in. It stands still: positions come from the server.
 *
 * <div data-network="…">SVG</div>: the value is the id of a <script type="application/json"> on the page, or an
 * address of ours that gives the same JSON (`pyvis_data`). The SVG stays for print, and if anything here fails.
 * Keys: arrows walk from an actor to a neighbour, + - 0 zoom, Enter opens the page, Esc clears.
 */
(function () {
  "use strict";

  const still = matchMedia("(prefers-reduced-motion: reduce)");
  const dark = matchMedia("(prefers-color-scheme: dark)");

  function isNight() {
    const theme = document.documentElement.dataset.theme;
    return theme ? theme === "dark" : dark.matches;
  }

  function element(name, className, text) {
    const made = document.createElement(name);
    if (className) made.className = className;
    if (text) made.textContent = text; // never markup
    return made;
  }

  /* The outline of a role, the same as in the SVG; corners come with the data. */
  function outline(role, size, context, x, y) {
    context.beginPath();
    if (!role.corners.length) {
      context.arc(x, y, size * role.radius, 0, 2 * Math.PI);
      return;
    }
    const points = role.corners.map(([a, b]) => [x + a * size, y + b * size]);
    points.forEach(([a, b], i) => {
      if (!role.round) {
        if (i) context.lineTo(a, b); else context.moveTo(a, b);
        return;
      }
      const [c, d] = points[(i + points.length - 1) % points.length];
      const [e, f] = points[(i + 1) % points.length];
      const cut = role.round / 2;
      const start = [a + (c - a) * cut, b + (d - b) * cut];
      if (i) context.lineTo(...start); else context.moveTo(...start);
      context.quadraticCurveTo(a, b, a + (e - a) * cut, b + (f - b) * cut);
    });
    context.closePath();
  }

  class View {
    constructor(section, data) {
      this.section = section;
      this.data = data;
      this.roles = new Map(data.roles.map((role) => [role.family, role]));
      this.spots = new Map(data.nodes.map((node) => [node.id, node]));
      this.walk = this.neighbours();
      this.chosen = null;
      this.near = null;
      this.font = getComputedStyle(section).fontFamily;
      this.build();
      this.draw();
      this.listen();
    }

    get colours() {
      return this.data.page[isNight() ? "night" : "day"];
    }

    /* Who is joined to whom. A junction of a tie of three or more is passed through, not stopped at. */
    neighbours() {
      const beside = new Map([...this.spots.keys()].map((id) => [id, new Set()]));
      for (const edge of this.data.edges) {
        beside.get(edge.from).add(edge.to);
        beside.get(edge.to).add(edge.from);
      }
      const walk = new Map();
      for (const id of Object.keys(this.data.cards)) {
        const met = new Set();
        for (const other of beside.get(id) || []) {
          if (this.data.cards[other]) met.add(other);
          else for (const third of beside.get(other)) if (third !== id) met.add(third);
        }
        walk.set(id, [...met]);
      }
      return walk;
    }

    build() {
      const words = this.data.controls;
      const section = this.section;
      section.classList.add("network-live");
      this.canvas = element("div", "network-canvas");
      this.canvas.tabIndex = 0;
      this.canvas.setAttribute("role", "application");
      this.canvas.setAttribute("aria-label", `${section.dataset.label || words.about}. ${words.keys}`);
      const tools = element("div", "network-tools");
      for (const [sign, label, action] of [
        ["+", words.nearer, () => this.zoom(1.3)],
        ["−", words.farther, () => this.zoom(1 / 1.3)],
        ["0", words.whole, () => this.whole()],
      ]) {
        const button = element("button", "", sign);
        button.type = "button";
        button.setAttribute("aria-label", label);
        button.title = label;
        button.addEventListener("click", action);
        tools.append(button);
      }
      this.card = element("div", "network-card");
      this.card.setAttribute("role", "status");
      this.card.hidden = true;
      section.append(this.canvas, tools, this.card);
    }

    /* What is drawn of an actor is asked for at each drawing, as vis-network keeps the first way it was given. */
    nodes() {
      const { ink } = this.colours;
      return this.data.nodes.map((node) => {
        const role = this.roles.get(node.role);
        if (!role) return { ...node, group: undefined, color: ink };
        const drawn = ({ ctx, x, y }) => ({
          drawNode: () => this.paint(ctx, x, y, node, role),
          nodeDimensions: { width: node.size * 2, height: node.size * 2 },
        });
        return { ...node, label: "", shape: "custom", ctxRenderer: drawn };
      });
    }

    paint(context, x, y, node, role) {
      const { paper, ink } = this.colours;
      const tone = role[isNight() ? "night" : "day"];
      const away = Boolean(this.near && !this.near.has(node.id));
      context.save();
      context.globalAlpha = away ? 0.22 : 1;
      outline(role, node.size, context, x, y);
      context.fillStyle = role.shape === "ring" ? paper : tone.fill;
      context.fill();
      context.lineWidth = role.shape === "ring" ? node.size * 0.36 : 1.3;
      context.strokeStyle = tone.line;
      context.setLineDash([]);
      context.stroke();
      if (node.id === this.chosen) {
        // Chosen is shown by a ring around, not by a colour.
        context.beginPath();
        context.arc(x, y, node.size * 1.38 + 5, 0, 2 * Math.PI);
        context.lineWidth = 2.5;
        context.strokeStyle = ink;
        context.stroke();
      }
      if (node.labelAt || (this.near && !away)) this.write(context, node, paper, ink);
      context.restore();
    }

    /* The label where the server found room for it, else below. */
    write(context, node, paper, ink) {
      const [x, y, anchor] = node.labelAt || [node.x, node.y + node.size + 13, "middle"];
      context.font = `11.5px ${this.font}`;
      context.textAlign = { start: "left", end: "right" }[anchor] || "center";
      context.textBaseline = "alphabetic";
      context.lineJoin = "round";
      context.lineWidth = 3;
      context.strokeStyle = paper;
      context.fillStyle = ink;
      node.labelRows.forEach((row, i) => {
        context.strokeText(row, x, y + i * 12.6);
        context.fillText(row, x, y + i * 12.6);
      });
    }

    edges() {
      const { ink } = this.colours;
      const tables = new Set(this.data.edges.filter((e) => e.kind === "spoke" && e.to === this.chosen).map((e) => e.from));
      return this.data.edges.map((edge) => {
        const touches = !this.chosen || [edge.from, edge.to].includes(this.chosen) || tables.has(edge.from);
        return { ...edge, color: { color: ink, highlight: ink, hover: ink, opacity: touches ? edge.color.opacity : 0.08 } };
      });
    }

    draw() {
      this.sets = { nodes: new vis.DataSet(this.nodes()), edges: new vis.DataSet(this.edges()) };
      this.network = new vis.Network(this.canvas, this.sets, this.data.options);
      this.network.on("afterDrawing", (context) => this.bars(context));
      this.whole(false);
    }

    /* A bar across each tie that is against, at its middle. */
    bars(context) {
      context.save();
      context.strokeStyle = this.colours.ink;
      context.lineWidth = 2.2;
      context.setLineDash([]);
      for (const edge of this.data.edges) {
        if (!edge.against) continue;
        const a = this.spots.get(edge.from);
        const b = this.spots.get(edge.to);
        const length = Math.hypot(b.x - a.x, b.y - a.y) || 1;
        const bent = edge.smooth ? edge.smooth.roundness * length * (edge.smooth.type === "curvedCW" ? 1 : -1) / 2 : 0;
        const [u, v] = [(a.y - b.y) / length, (b.x - a.x) / length];
        const [x, y] = [(a.x + b.x) / 2 - u * bent, (a.y + b.y) / 2 - v * bent];
        context.beginPath();
        context.moveTo(x - u * 6, y - v * 6);
        context.lineTo(x + u * 6, y + v * 6);
        context.stroke();
      }
      context.restore();
    }

    repaint() {
      this.near = this.chosen && new Set([this.chosen, ...this.walk.get(this.chosen)]);
      const { ink } = this.colours;
      this.sets.nodes.update(this.data.nodes.filter((node) => !node.role).map(({ id }) => ({ id, color: ink })));
      this.sets.edges.update(this.edges());
    }

    listen() {
      this.network.on("click", ({ nodes }) => this.choose(nodes.find((id) => this.data.cards[id]) || null));
      this.canvas.addEventListener("keydown", (event) => this.key(event));
      dark.addEventListener("change", () => this.repaint());
      new MutationObserver(() => this.repaint()).observe(document.documentElement, { attributeFilter: ["data-theme"] });
    }

    key(event) {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const ways = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] };
      if (ways[event.key]) this.step(ways[event.key]);
      else if (event.key === "+" || event.key === "=") this.zoom(1.3);
      else if (event.key === "-") this.zoom(1 / 1.3);
      else if (event.key === "0") this.whole();
      else if (event.key === "Escape") this.choose(null);
      else if (event.key === "Enter" && this.chosen && this.data.cards[this.chosen].href) location.assign(this.data.cards[this.chosen].href);
      else return;
      event.preventDefault();
    }

    /* To the neighbour that lies most in the way of the arrow; the first step is to the best joined actor. */
    step([dx, dy]) {
      if (!this.chosen) {
        const ids = Object.keys(this.data.cards);
        ids.sort((a, b) => this.data.cards[b].ties.length - this.data.cards[a].ties.length);
        if (ids.length) this.choose(ids[0]);
        return;
      }
      const from = this.spots.get(this.chosen);
      let best = null;
      for (const id of this.walk.get(this.chosen)) {
        const to = this.spots.get(id);
        const length = Math.hypot(to.x - from.x, to.y - from.y) || 1;
        const along = ((to.x - from.x) * dx + (to.y - from.y) * dy) / length;
        if (along > 0.3 && (!best || along / length > best.worth)) best = { id, worth: along / length };
      }
      if (best) this.choose(best.id, true);
    }

    choose(id, follow) {
      this.chosen = id;
      this.repaint();
      this.network.unselectAll();
      this.section.dataset.chosen = id || "";
      this.card.hidden = !id;
      this.card.replaceChildren();
      if (!id) return;
      const card = this.data.cards[id];
      const close = element("button", "network-close", "×");
      close.type = "button";
      close.setAttribute("aria-label", this.data.controls.close);
      close.addEventListener("click", () => { this.choose(null); this.canvas.focus(); });
      const heading = element("p", "network-name");
      heading.append(card.href ? Object.assign(element("a", "", card.label), { href: card.href }) : card.label);
      const list = element("ul");
      for (const sentence of card.ties) list.append(element("li", "", sentence));
      this.card.append(close, heading, element("p", "network-role", `${card.role} · ${card.count}`), list);
      if (follow) this.network.moveTo({ position: this.spots.get(id), animation: this.motion() });
    }

    motion() {
      return still.matches ? false : { duration: 180, easingFunction: "easeInOutQuad" };
    }

    zoom(factor) {
      const scale = Math.min(6, Math.max(0.2, this.network.getScale() * factor));
      this.network.moveTo({ scale, animation: this.motion() });
    }

    whole(moving = true) {
      this.network.fit({ animation: moving ? this.motion() : false });
    }
  }

  async function start(section) {
    const source = section.dataset.network;
    const block = document.getElementById(source);
    const answer = block ? block.textContent : await (await fetch(source, { headers: { Accept: "application/json" } })).text();
    const data = JSON.parse(answer);
    // links in a file of its own are meant from where that file stands
    const from = block ? document.baseURI : new URL(source, document.baseURI);
    for (const card of Object.values(data.cards)) if (card.href) card.href = new URL(card.href, from).href;
    if (data.nodes.length) new View(section, data);
  }

  for (const section of document.querySelectorAll("[data-network]")) {
    start(section).catch(() => section.classList.remove("network-live"));
  }
})();
