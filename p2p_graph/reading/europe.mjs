// Makes europe.json, the land that the map of Europe is drawn from, out of the pinned package `world-atlas`
// (Natural Earth 4.1, 1:50m, public domain). Run by `make vendor`; the same pins give the same bytes.
// Lines are projected, thinned and rounded once for all countries, so that neighbours keep one border.
import { readFileSync, writeFileSync } from "node:fs";

const ATLAS = "node_modules/world-atlas/countries-50m.json";
const TARGET = "p2p_graph/reading/europe.json";

/** Pixels of the map, kilometres of one, and how far west and north of the centre its corner lies. */
const [WIDTH, HEIGHT, SCALE, WEST, NORTH] = [1000, 985, 4.42, -1900, 2160];
/** Centre of the projection, as in EPSG:3035, and the mean radius of the Earth in kilometres. */
const [LON, LAT, RADIUS] = [10, 52, 6371];
/** Square pixels: corners that span less are left out, and islands that are smaller. */
const [CORNER, ISLAND] = [0.9, 3];

/** Two letters of each country that can be told, by its number in ISO 3166 or, without one, by its name. */
const CODES = {
  "008": "AL", "020": "AD", "040": "AT", 112: "BY", "056": "BE", "070": "BA", 100: "BG", 191: "HR", 196: "CY",
  203: "CZ", 208: "DK", 233: "EE", 246: "FI", 250: "FR", 276: "DE", 300: "GR", 348: "HU", 352: "IS", 372: "IE",
  380: "IT", Kosovo: "XK", 428: "LV", 438: "LI", 440: "LT", 442: "LU", 470: "MT", 498: "MD", 492: "MC", 499: "ME",
  528: "NL", 807: "MK", 578: "NO", 616: "PL", 620: "PT", 642: "RO", 643: "RU", 674: "SM", 688: "RS", 703: "SK",
  705: "SI", 724: "ES", 752: "SE", 756: "CH", 792: "TR", 804: "UA", 826: "GB", 336: "VA", "N. Cyprus": "CY",
};
/** In resolutions of the General Assembly of the United Nations Crimea is a part of Ukraine; Natural Earth draws it
 *  with Russia, as an outline of its own, which is known by a point in it. */
const CRIMEA = { from: "RU", to: "UA", at: [34.2, 45.2] };

const atlas = JSON.parse(readFileSync(ATLAS, "utf8"));
const rad = Math.PI / 180;

/** Lambert's azimuthal projection of equal areas, on a sphere, in pixels of the map. */
function project([lon, lat]) {
  const [l, p, p0] = [(lon - LON) * rad, lat * rad, LAT * rad];
  const cos = Math.sin(p0) * Math.sin(p) + Math.cos(p0) * Math.cos(p) * Math.cos(l);
  const k = RADIUS * Math.sqrt(2 / Math.max(1e-6, 1 + cos));
  const x = k * Math.cos(p) * Math.sin(l);
  const y = k * (Math.cos(p0) * Math.sin(p) - Math.sin(p0) * Math.cos(p) * Math.cos(l));
  return [(x - WEST) / SCALE, (NORTH - y) / SCALE];
}

const triangle = (a, b, c) => Math.abs((b[0] - a[0]) * (c[1] - a[1]) - (c[0] - a[0]) * (b[1] - a[1])) / 2;

/** Leaves out the corner that spans least until all span enough (Visvalingam and Whyatt 1993); ends stay. */
function thinned(points, least) {
  const line = [...points];
  for (;;) {
    let [best, at] = [least, -1];
    for (let i = 1; i < line.length - 1; i += 1) {
      const size = triangle(line[i - 1], line[i], line[i + 1]);
      if (size < best) [best, at] = [size, i];
    }
    if (at < 0) return line;
    line.splice(at, 1);
  }
}

const arcs = atlas.arcs.map((arc) => {
  let [x, y] = [0, 0];
  const { scale, translate } = atlas.transform;
  const degrees = arc.map(([dx, dy]) => {
    [x, y] = [x + dx, y + dy];
    return [x * scale[0] + translate[0], y * scale[1] + translate[1]];
  });
  const points = degrees.map(project);
  const near = points.some(([a, b]) => a > -300 && a < WIDTH + 300 && b > -300 && b < HEIGHT + 300);
  return { degrees, points: near ? thinned(points, CORNER) : points.filter((_, i) => i % 8 === 0 || i === points.length - 1) };
});

/** A ring of the atlas as one line, in pixels or in degrees. */
function ring(numbers, kind) {
  const line = [];
  for (const number of numbers) {
    const arc = number < 0 ? [...arcs[~number][kind]].reverse() : arcs[number][kind];
    line.push(...(line.length ? arc.slice(1) : arc));
  }
  return line;
}

/** What of an outline lies within the map, by cutting it at each side in turn (Sutherland and Hodgman 1974). */
function cut(points) {
  const sides = [[0, 0, 1], [0, WIDTH, -1], [1, 0, 1], [1, HEIGHT, -1]];
  let line = points;
  for (const [axis, edge, sign] of sides) {
    const inside = (p) => (p[axis] - edge) * sign >= 0;
    const kept = [];
    line.forEach((point, i) => {
      const last = line[(i + line.length - 1) % line.length];
      if (inside(point) !== inside(last)) {
        const t = (edge - last[axis]) / (point[axis] - last[axis]);
        kept.push([last[0] + (point[0] - last[0]) * t, last[1] + (point[1] - last[1]) * t]);
      }
      if (inside(point)) kept.push(point);
    });
    line = kept;
  }
  return line;
}

const area = (line) => Math.abs(line.reduce((sum, [x, y], i) => {
  const [a, b] = line[(i + 1) % line.length];
  return sum + x * b - a * y;
}, 0)) / 2;

function within([x, y], line) {
  let odd = false;
  line.forEach(([a, b], i) => {
    const [c, d] = line[(i + line.length - 1) % line.length];
    if (b > y !== d > y && x < ((c - a) * (y - b)) / (d - b) + a) odd = !odd;
  });
  return odd;
}

function away([x, y], line) {
  return Math.min(...line.map(([a, b], i) => {
    const [c, d] = line[(i + 1) % line.length];
    const t = Math.max(0, Math.min(1, ((x - a) * (c - a) + (y - b) * (d - b)) / ((c - a) ** 2 + (d - b) ** 2 || 1)));
    return Math.hypot(x - a - t * (c - a), y - b - t * (d - b));
  }));
}

/** The point of an outline that is farthest from its edge, and how far: room for a word. */
function middle(line) {
  const [xs, ys] = [line.map((p) => p[0]), line.map((p) => p[1])];
  const [left, top] = [Math.min(...xs), Math.min(...ys)];
  const step = Math.max(0.5, Math.max(Math.max(...xs) - left, Math.max(...ys) - top) / 60);
  let best = [line[0][0], line[0][1], 0];
  for (let x = left; x <= Math.max(...xs); x += step) {
    for (let y = top; y <= Math.max(...ys); y += step) {
      const room = within([x, y], line) ? away([x, y], line) : 0;
      if (room > best[2]) best = [x, y, room];
    }
  }
  return best.map((n) => Math.round(n));
}

/** An outline as the data of a path, in whole pixels, each step from the last. */
function path(line) {
  const whole = line.map((p) => p.map(Math.round)).filter((p, i, all) => !i || p[0] !== all[i - 1][0] || p[1] !== all[i - 1][1]);
  if (whole.length < 3) return "";
  const steps = whole.slice(1).map(([x, y], i) => `${x - whole[i][0]} ${y - whole[i][1]}`);
  return `M${whole[0].join(" ")}l${steps.join(" ")}z`.replaceAll(" -", "-");
}

const outlines = new Map();
for (const shape of atlas.objects.countries.geometries) {
  const code = CODES[shape.id ?? ""] ?? CODES[shape.properties.name] ?? "";
  const polygons = shape.type === "Polygon" ? [shape.arcs] : shape.arcs;
  for (const polygon of polygons) {
    const home = code === CRIMEA.from && within(CRIMEA.at, ring(polygon[0], "degrees")) ? CRIMEA.to : code;
    const points = ring(polygon[0], "points");
    // What lies on the other half of the globe turns inside out in this projection.
    if (points.some(([x, y]) => Math.abs(x) > 4000 || Math.abs(y) > 4000) && !code) continue;
    const line = cut(points);
    if (line.length > 2) outlines.set(home, [...(outlines.get(home) ?? []), { line, size: area(line) }]);
  }
}

const countries = {};
for (const [code, parts] of [...outlines].sort(([a], [b]) => (a < b ? -1 : 1))) {
  const sorted = parts.sort((a, b) => b.size - a.size);
  const kept = sorted.filter(({ size }, i) => size >= ISLAND || (!i && code));
  const d = kept.map(({ line }) => path(line)).join("");
  const [x, y, room] = code ? middle(sorted[0].line) : [0, 0, 0];
  if (d || code) countries[code || "around"] = { x, y, room, size: Math.round(sorted[0].size), path: d };
}
const { around, ...named } = countries;
const map = {
  origin: "Natural Earth 4.1, countries 1:50m, by way of world-atlas 2.0.2; made by europe.mjs",
  licence: "public domain",
  projection: "Lambert azimuthal equal-area, centred on 52° N 10° E",
  changes: "Crimea stands with Ukraine, the north of Cyprus with Cyprus; small islands are left out",
  width: WIDTH,
  height: HEIGHT,
  around: around.path,
  countries: named,
};
const text = JSON.stringify(map, null, 0).replaceAll('},"', '},\n"').replaceAll(/,"(around|countries|origin|licence|projection|changes|width|height)"/g, ',\n"$1"');
writeFileSync(TARGET, `${text}\n`);
console.log(`${TARGET}: ${Object.keys(named).length} countries, ${(text.length / 1024).toFixed(1)} KB`);
