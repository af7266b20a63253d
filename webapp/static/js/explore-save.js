// The picture as a PNG of twice its size, drawn from the SVG; what the SVG says of itself goes into the PNG as text.

const { say } = await import(`./words.js${new URL(import.meta.url).search}`);

const SCALE = 2;
/** Browsers draw no canvas that is much larger. */
const LARGEST = 8000;

const CRCS = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  return c;
});

function crc(bytes) {
  let c = 0xffffffff;
  for (const byte of bytes) c = CRCS[(c ^ byte) & 255] ^ (c >>> 8);
  return (c ^ 0xffffffff) >>> 0;
}

/** A chunk of a PNG that holds text (iTXt, not packed). */
export function textChunk(keyword, text) {
  const encode = (said) => new TextEncoder().encode(said);
  const content = new Uint8Array([...encode("iTXt"), ...encode(keyword), 0, 0, 0, 0, 0, ...encode(text)]);
  const chunk = new Uint8Array(content.length + 8);
  const view = new DataView(chunk.buffer);
  view.setUint32(0, content.length - 4);
  chunk.set(content, 4);
  view.setUint32(content.length + 4, crc(content));
  return chunk;
}

function base64(bytes) {
  let text = "";
  for (let i = 0; i < bytes.length; i += 8192) text += String.fromCharCode(...bytes.subarray(i, i + 8192));
  return btoa(text);
}

/** What stands between two marks of a text that our own server wrote. */
function between(text, before, after) {
  const at = text.indexOf(before);
  const start = at + before.length;
  return at < 0 ? "" : text.slice(start, text.indexOf(after, start));
}

/** Text without the marks of XML. */
function plain(text) {
  const signs = { "&lt;": "<", "&gt;": ">", "&quot;": '"', "&#x27;": "'", "&amp;": "&" };
  return text.replace(/&(?:lt|gt|quot|#x27|amp);/g, (sign) => signs[sign]);
}

async function drawn(text) {
  // as text: a parsed document would be under the policy of this page, which forbids its style sheet
  const [, , wide, high] = between(text, 'viewBox="', '"').split(" ").map(Number);
  const scale = Math.min(SCALE, LARGEST / wide, LARGEST / high);
  // letters are those of the machine: an image draws before a font within it is read
  const sized = text.replace("<svg ", `<svg width="${wide}" height="${high}" data-theme="light" `);
  const image = new Image();
  image.src = `data:image/svg+xml;base64,${base64(new TextEncoder().encode(sized))}`;
  await image.decode();
  const canvas = Object.assign(document.createElement("canvas"), { width: Math.round(wide * scale), height: Math.round(high * scale) });
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  const blob = await new Promise((done) => { canvas.toBlob(done, "image/png"); });
  return [new Uint8Array(await blob.arrayBuffer()), plain(between(text, "<metadata>", "</metadata>"))];
}

/** Fetches the SVG at an address and saves it as a PNG. */
export async function saveImage(address, button) {
  button.disabled = true;
  try {
    const response = await fetch(address);
    if (!response.ok) throw new Error(response.statusText);
    const named = response.headers.get("Content-Disposition")?.match(/filename="(.*)\.svg"/)?.[1] ?? "picture";
    const [bytes, about] = await drawn(await response.text());
    // after the signature and the head, which has 13 bytes
    const head = 8 + 12 + 13;
    const file = new Blob([bytes.subarray(0, head), textChunk("Description", about), bytes.subarray(head)], { type: "image/png" });
    const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(file), download: `${named}.png` });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  } catch {
    button.after(Object.assign(document.createElement("span"), { className: "small", textContent: say("The image could not be drawn: take the SVG.") }));
  } finally {
    button.disabled = false;
  }
}
