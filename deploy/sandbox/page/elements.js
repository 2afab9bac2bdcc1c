// Interactive elements: buttons, menus, inputs. Each knows its place and acts as the current person.
import {h, icon} from "./dom.js";
import {plainText, textObject} from "./mrkdwn.js";
import {act} from "./api.js";
import {confirmDialog} from "./dialogs.js";
import {toast} from "./toasts.js";

let surroundings = {me: () => "", people: () => [], channels: () => [], typed: () => undefined, onTyped: () => {}};
/** me(), people(), channels(), typed(view, block, action), onTyped(view, block, action, choice) */
export function useElements(lookups) { surroundings = lookups; }

function described(what, block, place) {
  return {as: surroundings.me(), channel: place.channel, ts: place.ts, view_id: place.view, block_id: block.block_id, action_id: what.action_id};
}

/** Performs a use of an element; shows the warning triangle when the app did not answer. */
async function use(node, what, block, place, choice) {
  const marked = node.closest(".element") || node;
  marked.querySelector(".trouble")?.remove();
  node.setAttribute("aria-busy", "true");
  const body = described(what, block, place);
  if (choice !== undefined) body.choose = choice;
  if (what.type === "button" && what.value !== undefined) body.value = what.value;
  const done = await act(choice === undefined ? "click" : "choose", body);
  node.removeAttribute("aria-busy");
  if (done.ok) return;
  if (done.outcome === "trouble") {
    const words = done.text || "This could not be delivered.";
    marked.append(h("span", {class: "trouble", title: words, dataset: {role: "trouble"}}, icon("warning", words)));
  }
  toast(done.text || "That did not work.");
}

function data(what, block) {
  return {actionId: what.action_id, blockId: block.block_id, value: what.value};
}

/** In a view, inputs are remembered until the submission; elsewhere every choice goes to the app. */
function remember(node, what, block, place, choice, force = false) {
  const isInput = block.type === "input";
  if (place.view) surroundings.onTyped(place.view, block.block_id, what.action_id, choice);
  if (!isInput || block.dispatch_action || force) use(node, what, block, place, choice);
}

const makers = {
  button, overflow, static_select: menu, external_select: externalMenu, users_select: menu, channels_select: menu,
  conversations_select: menu, multi_static_select: many, multi_users_select: many, multi_channels_select: many,
  multi_conversations_select: many, multi_external_select: externalMenu, checkboxes: many, radio_buttons: radios,
  plain_text_input: textInput, number_input: textInput, email_text_input: textInput, url_text_input: textInput,
  rich_text_input: textInput, datepicker: moment, timepicker: moment, datetimepicker: moment,
  image: (what) => h("img", {class: "b-thumb", src: what.image_url, alt: what.alt_text}),
};

export function element(what, block, place) {
  const make = makers[what.type];
  return make ? make(what, block, place) : h("span", {class: "b-unknown"}, `(${what.type})`);
}

function button(what, block, place) {
  const node = h("button", {type: "button", class: `btn ${what.style || ""}`, dataset: data(what, block), "aria-label": what.accessibility_label},
    ...plainText(what.text.text), what.url ? icon("link") : null);
  node.addEventListener("click", async () => {
    if (node.getAttribute("aria-busy")) return;
    if (what.confirm && !(await confirmDialog(what.confirm))) return;
    if (what.url) window.open(what.url, "_blank", "noopener");
    use(node, what, block, place);
  });
  return h("span", {class: "element"}, node);
}

function overflow(what, block, place) {
  const list = h("div", {class: "menu", role: "menu", hidden: true});
  const node = h("button", {type: "button", class: "btn overflow", dataset: data(what, block), "aria-haspopup": "menu", "aria-expanded": "false", "aria-label": "More"}, icon("more"));
  const show = (wanted) => { list.hidden = !wanted; node.setAttribute("aria-expanded", String(wanted)); };
  what.options.forEach((option) => list.append(h("button", {type: "button", role: "menuitem", dataset: {option: option.value}, onclick: async () => {
    show(false);
    if (what.confirm && !(await confirmDialog(what.confirm))) return;
    if (option.url) window.open(option.url, "_blank", "noopener");
    use(node, what, block, place, option.value);
  }}, ...plainText(option.text.text))));
  node.addEventListener("click", () => { show(list.hidden); if (!list.hidden) list.querySelector("button")?.focus(); });
  const box = h("span", {class: "element with-menu"}, node, list);
  box.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !list.hidden) { show(false); node.focus(); event.stopPropagation(); }
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      const items = [...list.children];
      const at = items.indexOf(document.activeElement) + (event.key === "ArrowDown" ? 1 : -1);
      items[(at + items.length) % items.length]?.focus();
      event.preventDefault();
    }
  });
  box.addEventListener("focusout", (event) => { if (!box.contains(event.relatedTarget)) show(false); });
  return box;
}

/** [{label, value}] groups of what can be chosen, whatever the kind of menu. */
function choices(what) {
  if (what.type.includes("users_select")) return [{options: surroundings.people().map((each) => ({label: each.real_name, value: each.id}))}];
  if (/channels_select|conversations_select/.test(what.type)) return [{options: surroundings.channels().map((each) => ({label: "#" + each.name, value: each.id}))}];
  const option = (each) => ({label: each.text.text, value: each.value, description: each.description?.text});
  if (what.option_groups) return what.option_groups.map((group) => ({label: group.label.text, options: group.options.map(option)}));
  return [{options: (what.options || []).map(option)}];
}

function initialChoice(what) {
  return what.initial_option?.value ?? what.initial_user ?? what.initial_channel ?? what.initial_conversation ?? "";
}

function initialChoices(what) {
  return what.initial_options?.map((each) => each.value) ?? what.initial_users ?? what.initial_channels ?? what.initial_conversations ?? [];
}

function current(what, block, place, otherwise) {
  const typed = place.view ? surroundings.typed(place.view, block.block_id, what.action_id) : undefined;
  return typed === undefined ? otherwise : typed;
}

function menu(what, block, place) {
  const chosen = current(what, block, place, initialChoice(what));
  const option = (each) => h("option", {value: each.value, selected: each.value === chosen, title: each.description}, each.label);
  const groups = choices(what).map((group) => group.label ? h("optgroup", {label: group.label}, ...group.options.map(option)) : group.options.map(option));
  const node = h("select", {class: "select", dataset: data(what, block), "aria-label": what.placeholder?.text || "Choose"},
    h("option", {value: "", disabled: block.type !== "input", selected: !chosen, hidden: block.type !== "input"}, what.placeholder?.text || "Choose an option"), ...groups);
  node.addEventListener("change", async () => {
    if (what.confirm && !(await confirmDialog(what.confirm))) { node.value = chosen; return; }
    remember(node, what, block, place, node.value || null);
  });
  return block.type === "input" ? node : h("span", {class: "element"}, node);
}

function many(what, block, place) {
  const chosen = new Set(current(what, block, place, initialChoices(what)));
  const box = h("fieldset", {class: "choices", dataset: data(what, block)});
  for (const each of choices(what).flatMap((group) => group.options)) {
    const tick = h("input", {type: "checkbox", value: each.value, checked: chosen.has(each.value)});
    tick.addEventListener("change", () => {
      if (tick.checked) chosen.add(each.value); else chosen.delete(each.value);
      remember(box, what, block, place, [...chosen]);
    });
    box.append(h("label", {}, tick, h("span", {}, ...plainText(each.label), each.description ? h("small", {}, each.description) : null)));
  }
  return box;
}

function radios(what, block, place) {
  const chosen = current(what, block, place, initialChoice(what));
  const name = `r-${place.view || place.ts}-${block.block_id}-${what.action_id}`;
  const box = h("fieldset", {class: "choices", dataset: data(what, block)});
  for (const each of what.options) {
    const dot = h("input", {type: "radio", name, value: each.value, checked: each.value === chosen});
    dot.addEventListener("change", () => remember(box, what, block, place, each.value));
    box.append(h("label", {}, dot, h("span", {}, ...textObject(each.text), each.description ? h("small", {}, ...textObject(each.description)) : null)));
  }
  return box;
}

const inputTypes = {number_input: "number", email_text_input: "email", url_text_input: "url"};

function textInput(what, block, place) {
  const start = current(what, block, place, what.initial_value ?? "");
  const node = h(what.multiline || what.type === "rich_text_input" ? "textarea" : "input", {
    class: "text-input", type: what.multiline ? null : inputTypes[what.type] || "text", placeholder: what.placeholder?.text, maxlength: what.max_length,
    rows: what.multiline ? 4 : null, dataset: data(what, block), autocomplete: "off", autofocus: what.focus_on_load});
  node.value = start || "";
  const triggers = what.dispatch_action_config?.trigger_actions_on || ["on_enter_pressed"];
  node.addEventListener("input", () => {
    surroundings.onTyped(place.view, block.block_id, what.action_id, node.value);
    if (block.dispatch_action && triggers.includes("on_character_entered")) use(node, what, block, place, node.value);
  });
  node.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !what.multiline && block.dispatch_action && triggers.includes("on_enter_pressed")) {
      event.preventDefault();
      use(node, what, block, place, node.value);
    }
  });
  return node;
}

function moment(what, block, place) {
  const kind = {datepicker: "date", timepicker: "time", datetimepicker: "datetime-local"}[what.type];
  const node = h("input", {class: "text-input short", type: kind, dataset: data(what, block), "aria-label": what.placeholder?.text || kind});
  const start = current(what, block, place, what.initial_date ?? what.initial_time ?? what.initial_date_time ?? "");
  node.value = kind === "datetime-local" && start ? new Date(start * 1000).toISOString().slice(0, 16) : start || "";
  node.addEventListener("change", () => {
    const value = kind === "datetime-local" ? Math.floor(new Date(node.value).getTime() / 1000) : node.value;
    remember(node, what, block, place, value || null);
  });
  return block.type === "input" ? node : h("span", {class: "element"}, node);
}

/** A menu whose options the app gives while one types. */
function externalMenu(what, block, place) {
  const list = h("div", {class: "menu", role: "listbox", hidden: true});
  const node = h("input", {class: "text-input short", type: "text", role: "combobox", "aria-expanded": "false", autocomplete: "off", dataset: data(what, block),
    placeholder: what.placeholder?.text || "Type to search", "aria-label": what.placeholder?.text || "Search"});
  const start = current(what, block, place, what.initial_option);
  if (start?.text) node.value = start.text.text;
  const show = (wanted) => { list.hidden = !wanted; node.setAttribute("aria-expanded", String(wanted)); };
  let asked = 0;
  const least = what.min_query_length ?? 3;
  const search = async () => {
    const mine = ++asked;
    if (node.value.length < least) { show(false); return; }
    const done = await act("suggest", {...described(what, block, place), text: node.value});
    if (mine !== asked) return;
    const options = [...(done.options || []), ...(done.option_groups || []).flatMap((group) => group.options)];
    list.replaceChildren(...options.map((option) => h("button", {type: "button", role: "option", dataset: {option: option.value}, onclick: () => {
      node.value = option.text.text;
      show(false);
      remember(node, what, block, place, option);
    }}, ...plainText(option.text.text))));
    if (!options.length) list.append(h("div", {class: "menu-empty"}, done.ok ? "No results" : done.text));
    show(true);
  };
  node.addEventListener("input", search);
  node.addEventListener("focus", search);
  const box = h("span", {class: "element with-menu wide"}, node, list);
  box.addEventListener("focusout", (event) => { if (!box.contains(event.relatedTarget)) show(false); });
  box.addEventListener("keydown", (event) => { if (event.key === "ArrowDown") { list.querySelector("button")?.focus(); event.preventDefault(); } });
  return box;
}
