// Modals of the app and confirmations: native dialogs, so that focus and Escape behave.
import {h, icon, append} from "./dom.js";
import {plainText, textObject} from "./mrkdwn.js";
import {showBlocks} from "./blocks.js";
import {act} from "./api.js";
import {toast} from "./toasts.js";

/** Asks as an element's "confirm" says; true when the person agreed. */
export function confirmDialog(what) {
  return new Promise((resolve) => {
    const dialog = h("dialog", {class: "dialog confirm", dataset: {role: "confirm"}},
      h("header", {}, h("h2", {}, ...plainText(what.title.text))),
      h("div", {class: "dialog-body"}, ...textObject(what.text)),
      h("footer", {},
        h("button", {type: "button", class: "btn", dataset: {role: "deny"}, onclick: () => dialog.close("no")}, ...plainText(what.deny.text)),
        h("button", {type: "button", class: `btn ${what.style === "danger" ? "danger" : "primary"}`, dataset: {role: "agree"}, onclick: () => dialog.close("yes")}, ...plainText(what.confirm.text))));
    dialog.addEventListener("close", () => { dialog.remove(); resolve(dialog.returnValue === "yes"); });
    document.getElementById("dialogs").append(dialog);
    dialog.showModal();
    dialog.querySelector("[data-role=agree]").focus();
  });
}

const typed = new Map();  // view id → block id → action id → choice
export function typedIn(view, block, action) { return typed.get(view)?.[block]?.[action]; }
export function noteTyped(view, block, action, choice) {
  if (!typed.has(view)) typed.set(view, {});
  const all = typed.get(view);
  (all[block] ??= {})[action] = choice;
}

/** What the workspace already knows was typed into a view, as choices: after a reload nothing is lost. */
function recall(view) {
  for (const [block, actions] of Object.entries(view.state?.values || {})) {
    for (const [action, kept] of Object.entries(actions)) {
      const field = Object.keys(kept).find((name) => name.startsWith("selected_") || name === "value");
      const value = kept[field];
      const isExternal = kept.type.includes("external");
      noteTyped(view.id, block, action, Array.isArray(value) ? value.map((each) => each.value ?? each) : isExternal ? value : value?.value ?? value);
    }
  }
}

let shown = null;  // the dialog of the top view

/** Shows the top of a person's stack of views, or nothing. */
export function showStack(stack, me) {
  const top = stack[stack.length - 1];
  if (shown && (!top || shown.dataset.viewId !== top.id)) {
    shown.expected = true;
    shown.close();
    shown.remove();
    shown = null;
  }
  for (const id of typed.keys()) if (!stack.some((each) => each.id === id)) typed.delete(id);
  if (!top) return;
  if (!typed.has(top.id)) recall(top);
  if (!shown) shown = modal(top, me, stack.length);
  else fill(shown, top);
}

function modal(view, me, depth) {
  const dialog = h("dialog", {class: "dialog modal", dataset: {viewId: view.id, callbackId: view.callback_id}, "aria-labelledby": `title-${view.id}`});
  const form = h("form", {novalidate: true},
    h("header", {}, h("h2", {id: `title-${view.id}`}),
      h("button", {type: "button", class: "quiet", "aria-label": depth > 1 ? "Close all" : "Close", dataset: {role: "dismiss"}, onclick: () => act("close", {as: me, all: true})}, icon("close"))),
    h("p", {class: "dialog-trouble", role: "alert", hidden: true}),
    h("div", {class: "dialog-body"}),
    h("footer", {}));
  form.addEventListener("submit", (event) => { event.preventDefault(); submit(dialog, me); });
  dialog.append(form);
  dialog.addEventListener("cancel", (event) => { event.preventDefault(); act("close", {as: me}); });
  document.getElementById("dialogs").append(dialog);
  fill(dialog, view, me);
  dialog.showModal();
  (dialog.querySelector("[autofocus], .dialog-body input, .dialog-body textarea, .dialog-body select") || dialog.querySelector("footer .btn:last-child"))?.focus();
  return dialog;
}

function fill(dialog, view, me) {
  dialog.dataset.hash = view.hash;
  dialog.querySelector("h2").replaceChildren(...plainText(view.title?.text));
  showBlocks(dialog.querySelector(".dialog-body"), view.blocks || [], {view: view.id});
  const footer = dialog.querySelector("footer");
  const person = me || dialog.person;
  dialog.person = person;
  footer.replaceChildren();
  append(footer, [
    h("button", {type: "button", class: "btn", dataset: {role: "close"}, onclick: () => act("close", {as: person})}, ...plainText(view.close?.text || "Cancel")),
    view.submit ? h("button", {type: "submit", class: "btn primary", dataset: {role: "submit"}}, ...plainText(view.submit.text)) : null]);
}

async function submit(dialog, me) {
  const button = dialog.querySelector("[data-role=submit]");
  if (!button || button.getAttribute("aria-busy")) return;
  const trouble = dialog.querySelector(".dialog-trouble");
  trouble.hidden = true;
  dialog.querySelectorAll(".b-error").forEach((each) => { each.textContent = ""; });
  button.setAttribute("aria-busy", "true");
  const done = await act("submit", {as: me, view_id: dialog.dataset.viewId, values: typed.get(dialog.dataset.viewId) || {}});
  button.removeAttribute("aria-busy");
  if (done.ok) return;
  if (done.outcome !== "errors") {
    trouble.textContent = done.text || "That did not work.";
    trouble.hidden = false;
    if (!dialog.isConnected) toast(trouble.textContent);
    return;
  }
  let first = null;
  for (const [id, words] of Object.entries(done.errors)) {
    const place = dialog.querySelector(`[data-error-for="${CSS.escape(id)}"]`);
    if (place) place.textContent = words;
    first ??= place?.closest(".b-input")?.querySelector("input, textarea, select");
  }
  first?.focus();
}
