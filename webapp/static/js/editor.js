// The query field: Ctrl+Enter runs, a fault puts the caret where it is. Without this file the button does the same.
const field = document.querySelector("#query");

if (field) {
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      field.form.requestSubmit();
    }
  });
  field.form.addEventListener("submit", (event) => {
    // Past what an address can hold the query goes in the body; the answer is the same, only its address is not.
    if (field.value.length > 6000) event.target.method = "post";
  });
  const line = Number(field.dataset.line);
  if (line) {
    const before = field.value.split("\n").slice(0, line - 1).join("\n").length + (line > 1 ? 1 : 0);
    const at = before + Math.max(0, Number(field.dataset.column) - 1);
    field.focus({ preventScroll: true });
    field.setSelectionRange(at, at);
  }
}
