// Where people write: grows with the text, offers slash commands and names while one types.
import {h, icon} from "./dom.js";

let next = 0;

/** `lookups`: {commands(), people()}; `onSend(text)` gets what was typed; a draft survives that one looks elsewhere. */
export function composer({id, label, lookups, onSend, slash = true, draft = "", onDraft = () => {}}) {
  const listId = `hints-${++next}`;
  const list = h("div", {class: "hints", role: "listbox", id: listId, hidden: true, "aria-label": "Suggestions"});
  const input = h("textarea", {id, rows: "1", placeholder: label, "aria-label": label, "aria-controls": listId, "aria-autocomplete": "list", autocomplete: "off", spellcheck: "false"});
  const send = h("button", {type: "button", class: "send", "aria-label": "Send", disabled: true, dataset: {role: "send"}}, icon("send"));
  let hints = [];
  let active = -1;

  const grow = () => { input.style.height = "auto"; input.style.height = Math.min(input.scrollHeight, 180) + "px"; };

  const suggestions = () => {
    const text = input.value;
    if (slash && text.startsWith("/") && !text.includes("\n")) {
      const all = lookups.commands().flatMap((each) => [{insert: each.name + " ", title: each.name, detail: each.description, usage: each.usage},
        ...each.examples.map((example) => ({insert: example, title: example, detail: ""}))]);
      const typed = text.trimEnd().toLowerCase();
      return all.filter((each) => each.insert.toLowerCase().startsWith(typed) && each.insert.trimEnd() !== text.trimEnd()).slice(0, 9);
    }
    const name = /(^|\s)@([\w.-]*)$/.exec(text.slice(0, input.selectionStart));
    if (!name) return [];
    return lookups.people().filter((each) => each.name.startsWith(name[2].toLowerCase()) || each.real_name.toLowerCase().startsWith(name[2].toLowerCase())).slice(0, 8)
      .map((each) => ({insert: text.slice(0, input.selectionStart - name[2].length) + each.name + " " + text.slice(input.selectionStart), title: "@" + each.name, detail: `${each.real_name}, ${each.title}`}));
  };

  const draw = () => {
    hints = suggestions();
    active = -1;
    list.hidden = hints.length === 0;
    list.replaceChildren(...hints.map((each, index) => h("button", {type: "button", role: "option", tabindex: "-1", id: `${listId}-${index}`, "aria-selected": "false",
      onmousedown: (event) => event.preventDefault(), onclick: () => take(index)},
      h("strong", {}, each.title), each.usage ? h("code", {}, each.usage) : null, each.detail ? h("span", {}, each.detail) : null)));
    send.disabled = input.value.trim() === "";
    onDraft(input.value);
    grow();
  };

  const mark = (index) => {
    active = hints.length ? (index + hints.length) % hints.length : -1;
    [...list.children].forEach((each, at) => each.setAttribute("aria-selected", String(at === active)));
    input.setAttribute("aria-activedescendant", active < 0 ? "" : `${listId}-${active}`);
    list.children[active]?.scrollIntoView({block: "nearest"});
  };

  const take = (index) => {
    const text = hints[index].insert;
    const hole = text.startsWith("/") ? text.indexOf("<") : -1;
    input.value = hole < 0 ? text : text.slice(0, hole);
    input.focus();
    draw();
    list.hidden = hints.length === 0 || hole >= 0;
  };

  const submit = () => {
    const text = input.value.trim();
    if (!text) return;
    input.value = "";
    draw();
    onSend(text);
  };

  input.addEventListener("input", draw);
  input.addEventListener("keydown", (event) => {
    if (!list.hidden && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      mark(event.key === "ArrowDown" ? active + 1 : active < 0 ? hints.length - 1 : active - 1);
      event.preventDefault();
    } else if (!list.hidden && event.key === "Tab" && !event.shiftKey) {
      take(Math.max(active, 0));
      event.preventDefault();
    } else if (event.key === "Escape" && !list.hidden) {
      list.hidden = true;
      event.stopPropagation();
    } else if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      if (active >= 0 && !list.hidden) take(active); else submit();
      event.preventDefault();
    }
  });
  input.addEventListener("blur", () => { list.hidden = true; });
  send.addEventListener("click", submit);
  input.value = draft || "";
  send.disabled = !draft;
  return h("div", {class: "composer"}, list, h("div", {class: "composer-box"}, input, send));
}
