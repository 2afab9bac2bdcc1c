// The left column: workspace, conversations, the company's other pages, and whom one plays.
import {h, icon, avatar, morph} from "./dom.js";

/** Draws the whole column from `state`, changing only what differs. */
export function drawSidebar(box, state) {
  morph(box, h("nav", {id: box.id, "aria-label": "Workspace"},
    h("div", {class: "workspace"}, h("span", {class: "mark", "aria-hidden": "true"}, "⚓"), h("div", {},
      h("h1", {}, state.workspace.name), h("p", {class: "line " + (state.online ? "on" : "off"), dataset: {role: "line"}}, state.online ? "Sandbox, live" : "Reconnecting …"))),
    h("div", {class: "scroll"},
      group("Channels", state.conversations.filter((each) => !each.is_im).map((each) => conversation(each, state))),
      group("Apps", state.conversations.filter((each) => each.is_im).map((each) => conversation(each, state))),
      state.pages.length ? group("Company", [page({title: "Overview", path: ""}, "building", state), ...state.pages.map((each) => page(each, "link", state))]) : null),
    h("div", {class: "personas", role: "group", "aria-label": "Act as"}, h("h2", {}, "You are"), ...state.personas.map((id) => persona(state.people.get(id), state)))));
}

/** What a click in the column means; `go`: {channel(id), company(path), persona(id)}. */
export function listenSidebar(box, go) {
  box.addEventListener("click", (event) => {
    const what = event.target.closest("button")?.dataset;
    if (what?.channel) go.channel(what.channel);
    else if (what?.persona) go.persona(what.persona);
    else if (what?.page !== undefined) go.company(what.page);
  });
}

function group(title, items) {
  return h("section", {}, h("h2", {}, title), h("ul", {}, ...items.map((each) => h("li", {}, each))));
}

function link({key, icon: sign, text, active, data = {}, badge = null, strong = false}) {
  return h("button", {type: "button", class: "entry" + (active ? " active" : "") + (strong ? " strong" : ""), "aria-current": active ? "page" : null, dataset: {key, ...data}},
    typeof sign === "string" ? icon(sign) : sign, h("span", {class: "entry-name"}, text), badge);
}

function page(each, sign, state) {
  return link({key: "page " + each.path, icon: sign, text: each.title, active: state.view === "company" && state.page === each.path, data: {page: each.path}});
}

function conversation(each, state) {
  const counts = state.counts[each.id] || {unread: 0, calling: 0};
  const active = state.view === "chat" && state.channel === each.id;
  const app = state.people.get(state.app.user);
  const badge = !active && counts.calling ? h("span", {class: "badge", "aria-label": `${counts.calling} for you`}, String(counts.calling)) : null;
  return link({key: each.id, icon: each.is_im ? avatar(app, "tiny") : each.is_private ? "lock" : "hash", text: each.is_im ? app.real_name : each.name, active,
    strong: !active && counts.unread > 0, badge, data: {channel: each.id, unread: counts.unread}});
}

function persona(who, state) {
  const me = who.id === state.me;
  const waiting = me ? 0 : state.waiting[who.id] || 0;
  return h("button", {type: "button", class: "persona" + (me ? " active" : ""), "aria-pressed": String(me), dataset: {persona: who.id, key: who.id}, title: `Act as ${who.real_name}`},
    avatar(who, "small"), h("span", {class: "persona-text"}, h("strong", {}, who.real_name), h("small", {}, who.title)),
    waiting ? h("span", {class: "badge", "aria-label": `${waiting} new for ${who.real_name}`}, String(waiting)) : me ? icon("check", "current") : null);
}
