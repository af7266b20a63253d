// Who is beside whom in a scene, and where an arrow key leads.

export class Walk {
  constructor(data) {
    this.actors = data.actors.map(([id, label, family, x, y, radius, ties, more]) => ({ id, label, family, x, y, radius, ties, more }));
    this.number = new Map(this.actors.map((actor, number) => [actor.id, number]));
    const beside = [...data.actors, ...data.tables].map(() => new Set());
    for (const [one, other] of data.lines) {
      beside[one].add(other);
      beside[other].add(one);
    }
    this.beside = beside;
  }

  /** The numbers of those joined to an actor; a tie of three or more is passed through, not stopped at. */
  around(number) {
    const met = new Set();
    for (const other of this.beside[number]) {
      if (other < this.actors.length) met.add(other);
      else for (const third of this.beside[other]) if (third !== number) met.add(third);
    }
    return met;
  }

  /** Where to begin: at the actor with most ties. */
  get first() {
    let best = 0;
    this.actors.forEach((actor, number) => { if (actor.ties > this.actors[best].ties) best = number; });
    return best;
  }

  /** The neighbour that lies most in the way of an arrow; without one there, whoever is nearest that way. */
  step(from, dx, dy) {
    return this.#nearest(from, this.around(from), dx, dy) ?? this.#nearest(from, this.actors.keys(), dx, dy);
  }

  #nearest(from, others, dx, dy) {
    const { x, y } = this.actors[from];
    let best = null;
    let worth = 0;
    for (const other of others) {
      if (other === from) continue;
      const to = this.actors[other];
      const length = Math.hypot(to.x - x, to.y - y) || 1;
      const along = ((to.x - x) * dx + (to.y - y) * dy) / length;
      if (along > 0.3 && along / length > worth) [best, worth] = [other, along / length];
    }
    return best;
  }
}

export const ARROWS = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] };
