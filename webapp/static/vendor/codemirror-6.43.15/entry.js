// What the query editor takes from CodeMirror 6. `make vendor` bundles it into codemirror.js beside this file.
export { EditorState, Prec } from "@codemirror/state";
export {
  EditorView, keymap, lineNumbers, drawSelection, highlightActiveLine, highlightSpecialChars,
} from "@codemirror/view";
export { defaultKeymap, history, historyKeymap, isolateHistory } from "@codemirror/commands";
export {
  StreamLanguage, HighlightStyle, syntaxHighlighting, bracketMatching, indentUnit, syntaxTree,
} from "@codemirror/language";
export {
  autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap, completionStatus, startCompletion,
} from "@codemirror/autocomplete";
export { setDiagnostics } from "@codemirror/lint";
export { sparql } from "@codemirror/legacy-modes/mode/sparql";
export { tags } from "@lezer/highlight";
