// The company beside the chat: the other pages of the sandbox, in a frame.
import {h, icon} from "./dom.js";

export function drawCompany(box, state, open) {
  const page = state.pages.find((each) => each.path === state.page);
  if (page) {
    if (box.querySelector("iframe")?.getAttribute("src") === page.path) return;
    box.replaceChildren(
      h("header", {class: "company-bar"}, h("button", {type: "button", class: "linkish", onclick: () => open("")}, "Company"), h("h2", {}, page.title),
        h("a", {href: page.path, target: "_blank", rel: "noopener"}, "Open in its own window", icon("link"))),
      h("iframe", {src: page.path, title: page.title}));
    return;
  }
  const card = (each) => h("button", {type: "button", class: "company-card", dataset: {page: each.path}, onclick: () => open(each.path)}, h("strong", {}, each.title), h("span", {}, each.path));
  box.replaceChildren(
    h("header", {class: "company-bar"}, h("h2", {}, state.workspace.name)),
    h("div", {class: "company-body"}, h("p", {}, "Everything a release touches runs in this sandbox. Look at it from the other side:"),
      h("div", {class: "company-cards"}, ...state.pages.map(card), state.pages.length ? null : h("p", {class: "quiet-words"}, "No other part of the company is running."))));
}
