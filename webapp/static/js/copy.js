// Copies what stands on the page: a button with data-copy names the id of the text.

const { say } = await import(`./words.js${new URL(import.meta.url).search}`);

/** Puts a text on the clipboard; where a browser does not allow it, as on a page without TLS, by selecting it. */
export async function copy(text) {
  if (navigator.clipboard) {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      // Not allowed here: the older way may be.
    }
  }
  const field = document.createElement("textarea");
  field.value = text;
  field.className = "hidden";
  document.body.append(field);
  field.select();
  const done = document.execCommand("copy");
  field.remove();
  return done;
}

/** Makes a button copy a text and say so for a moment; its own word comes back. */
export function copying(button, text) {
  const word = button.textContent;
  let back = 0;
  button.addEventListener("click", async () => {
    const done = await copy(text());
    button.focus();
    button.textContent = done ? say("Copied") : say("Select and copy it");
    clearTimeout(back);
    back = setTimeout(() => { button.textContent = word; }, 2000);
  });
  button.hidden = false;
}

for (const button of document.querySelectorAll("button[data-copy]")) {
  copying(button, () => document.getElementById(button.dataset.copy).textContent.trim());
}
