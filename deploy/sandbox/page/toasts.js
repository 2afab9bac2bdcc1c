// Short notices in the corner: what went wrong, in the words that Slack would use.
import {h, icon} from "./dom.js";

export function toast(text, kind = "warning") {
  const box = h("div", {class: `toast ${kind}`, dataset: {role: "toast"}}, icon(kind === "warning" ? "warning" : "check"), h("span", {}, text),
    h("button", {type: "button", "aria-label": "Dismiss", onclick: () => box.remove()}, icon("close")));
  document.getElementById("toasts").append(box);
  setTimeout(() => box.remove(), 8000);
}
