// The page: one person at one workspace. State comes from the control interface; every change arrives on the live line.
import {h, icon, avatar, morph} from "./dom.js";
import {get, act, listen} from "./api.js";
import {useDirectory} from "./mrkdwn.js";
import {useElements} from "./elements.js";
import {showBlocks} from "./blocks.js";
import {MessageList} from "./messages.js";
import {composer} from "./composer.js";
import {drawSidebar, listenSidebar} from "./sidebar.js";
import {drawCompany} from "./company.js";
import {showStack, typedIn, noteTyped} from "./dialogs.js";
import {toast} from "./toasts.js";

const $ = (id) => document.getElementById(id);
const state = {
  me: "", workspace: {name: ""}, app: {}, people: new Map(), personas: [], conversations: [], commands: [], pages: [], counts: {}, waiting: {},
  online: false, view: "chat", page: "", tab: "messages", channel: "", thread: "", home: null,
  messages: new Map(),  // of the open channel: ts → message
};
const drafts = new Map();  // channel → what is typed there and not sent
let list = null;
let threadList = null;
let hangUp = () => {};

const conversationOf = (id) => state.conversations.find((each) => each.id === id);
const titleOf = (each) => each.is_im ? state.people.get(state.app.user).real_name : each.name;

useDirectory({person: (id) => state.people.get(id), channel: conversationOf, me: () => state.me});
useElements({me: () => state.me, people: () => state.personas.map((id) => state.people.get(id)), channels: () => state.conversations.filter((each) => !each.is_im),
  typed: typedIn, onTyped: noteTyped});

const listActions = {
  openThread: (ts) => openThread(ts),
  dismiss: (ts) => act("dismiss", {as: state.me, channel: state.channel, ts}),
  person: (id) => state.people.get(id),
  textOfRoot: (ts) => plain(state.messages.get(ts)),
};

function plain(message) {
  if (!message) return "an earlier message";
  const text = message.text.replace(/<[^|>]*\|([^>]*)>/g, "$1").replace(/[*_~`<>]/g, "").split("\n")[0];
  return text.length > 70 ? text.slice(0, 69) + "…" : text || "a message";
}

// ---- drawing ----

function drawSide() {
  drawSidebar($("sidebar"), state);
  const calling = state.waiting[state.me] || 0;
  document.title = `${calling ? `(${calling}) ` : ""}${state.view === "company" ? "Company" : titleOf(conversationOf(state.channel) || {name: ""})} · ${state.workspace.name}`;
}

function drawHeader() {
  const where = conversationOf(state.channel);
  if (!where) return;
  const pinned = [...state.messages.values()].filter((each) => each.pinned_to);
  const pins = h("details", {class: "pins", hidden: pinned.length === 0},
    h("summary", {}, icon("pin"), `${pinned.length} pinned`),
    h("div", {class: "menu"}, ...pinned.map((each) => h("button", {type: "button", dataset: {reveal: each.ts}}, plain(each)))));
  const tab = (name, text) => h("button", {type: "button", role: "tab", "aria-selected": String(state.tab === name), dataset: {tab: name}}, text);
  morph($("channel-header"), h("header", {id: "channel-header"},
    h("div", {class: "title"}, where.is_im ? avatar(state.people.get(state.app.user), "small") : icon(where.is_private ? "lock" : "hash"), h("h2", {}, titleOf(where)),
      where.topic ? h("p", {class: "topic", title: where.topic}, where.topic) : null),
    where.is_im ? h("div", {class: "tabs", role: "tablist"}, tab("messages", "Messages"), tab("home", "Home")) : null,
    h("div", {class: "facts"}, pins, where.is_im ? null : h("span", {class: "members", title: where.members.map((id) => state.people.get(id)?.real_name).join(", ")}, icon("people"), String(where.members.length)))));
}

function drawHome() {
  const box = $("messages");
  if (!box.querySelector(".home")) box.replaceChildren(h("div", {class: "home"}));
  const home = box.querySelector(".home");
  if (state.home) {
    home.querySelector(".quiet-words")?.remove();
    showBlocks(home, state.home.blocks || [], {view: state.home.id});
  } else if (!home.firstChild) {
    home.append(h("p", {class: "quiet-words"}, "The app has not published a Home tab for you yet."));
  }
}

const roots = () => sorted().filter((each) => !each.thread_ts || each.thread_ts === each.ts || each.subtype === "thread_broadcast");
const replies = () => sorted().filter((each) => each.ts === state.thread || each.thread_ts === state.thread);
const sorted = () => [...state.messages.values()].sort((a, b) => (a.ts < b.ts ? -1 : 1));
const isNearEnd = (box) => box.scrollHeight - box.scrollTop - box.clientHeight < 120;
const toEnd = (box) => { box.scrollTop = box.scrollHeight; };

function drawMessages() {
  const box = $("messages");
  list = new MessageList(box, state.channel, listActions);
  list.set(roots());
  if (state.messages.size === 0) box.append(h("p", {class: "quiet-words"}, "Nothing has been said here yet."));
  toEnd(box);
}

function drawThread() {
  const aside = $("thread");
  aside.hidden = !state.thread;
  document.body.classList.toggle("with-thread", Boolean(state.thread));
  if (!state.thread) return aside.replaceChildren();
  const box = h("div", {class: "thread-messages", role: "log", "aria-live": "polite", tabindex: "0"});
  aside.replaceChildren(
    h("header", {}, h("h2", {}, "Thread"), h("span", {class: "topic"}, titleOf(conversationOf(state.channel))), h("button", {type: "button", class: "quiet", "aria-label": "Close thread", dataset: {role: "close-thread"}, onclick: () => openThread("")}, icon("close"))),
    box, h("footer", {}, composer({id: "thread-input", label: "Reply …", lookups, slash: false, onSend: (text) => say(text, state.thread)})));
  threadList = new MessageList(box, state.channel, listActions, {inThread: true});
  threadList.set(replies());
  toEnd(box);
}

const lookups = {commands: () => state.commands, people: () => [...state.people.values()].filter((each) => each.id !== "USLACKBOT")};

function drawComposer() {
  const where = conversationOf(state.channel);
  $("composer").replaceChildren(composer({id: "composer-input", label: where.is_im ? `Message ${titleOf(where)}` : `Message #${where.name}, or / for a command`, lookups, onSend: (text) => say(text, ""),
    draft: drafts.get(state.channel), onDraft: (text) => drafts.set(state.channel, text)}));
}

// ---- doing ----

async function say(text, thread) {
  const isCommand = text.startsWith("/") && !thread;
  const done = await act(isCommand ? "command" : "message", {as: state.me, channel: state.channel, text, thread_ts: thread});
  if (!done.ok) toast(done.text);
  toEnd($("messages"));
}

async function openChannel(id, thread = "") {
  state.view = "chat";
  state.tab = "messages";
  state.channel = id;
  state.thread = thread;
  const found = await get(`channels/${id}?as=${state.me}`);
  if (state.channel !== id) return;
  state.messages = new Map(found.messages.map((each) => [each.ts, each]));
  $("company").hidden = true;
  $("main").hidden = false;
  $("jump").hidden = true;
  drawHeader();
  drawMessages();
  drawComposer();
  drawThread();
  drawSide();
  remember();
  markRead();
  if (document.activeElement === document.body) $("composer-input").focus();
}

async function openTab(name) {
  state.tab = name;
  drawHeader();
  $("composer").hidden = name === "home";
  if (name === "messages") return drawMessages();
  $("messages").replaceChildren();
  drawHome();
  await act("home", {as: state.me});
}

function openThread(ts) {
  state.thread = ts;
  drawThread();
  remember();
  if (ts) $("thread-input").focus();
}

function openCompany(path) {
  state.view = "company";
  state.page = path;
  state.thread = "";
  $("main").hidden = true;
  $("company").hidden = false;
  drawThread();
  drawCompany($("company"), state, openCompany);
  drawSide();
  remember();
}

function reveal(ts) {
  document.querySelector("details.pins")?.removeAttribute("open");
  const node = document.querySelector(`#messages article[data-ts="${ts}"]`);
  node?.scrollIntoView({block: "center"});
  node?.classList.add("found");
  setTimeout(() => node?.classList.remove("found"), 2000);
}

function remember() {
  const where = new URLSearchParams({as: state.me, channel: state.channel});
  if (state.thread) where.set("thread", state.thread);
  if (state.view === "company") where.set("page", state.page || "overview");
  history.replaceState(null, "", `/#${where}`);
  try { localStorage.setItem("me", state.me); } catch (refused) { /* private windows may refuse; the address still says it */ }
}

let reading = null;
function markRead() {
  clearTimeout(reading);
  reading = setTimeout(() => { if (state.view === "chat" && !document.hidden) act("read", {as: state.me, channel: state.channel}); }, 150);
}

// ---- living ----

function onMessage(message) {
  state.messages.set(message.ts, message);
  const box = $("messages");
  const stays = isNearEnd(box) || message.user === state.me;
  const inChannel = !message.thread_ts || message.thread_ts === message.ts || message.subtype === "thread_broadcast";
  if (inChannel && state.tab === "messages") {
    box.querySelector(":scope > .quiet-words")?.remove();
    const isNew = !list.shown.has(message.ts);
    list.put(message);
    if (stays) toEnd(box);
    else if (isNew) $("jump").hidden = false;
  }
  if (state.thread && (message.ts === state.thread || message.thread_ts === state.thread)) {
    const thread = document.querySelector(".thread-messages");
    const follow = isNearEnd(thread);
    threadList.put(message);
    if (follow) toEnd(thread);
  }
  drawHeader();
  markRead();
}

function onEvent(event) {
  if (event.counts) {
    state.counts = event.counts.conversations;
    state.waiting = event.counts.people;
  }
  if (event.type === "hello") return catchUp(event.number);
  if (event.number) state.newest = event.number;
  if (event.type === "message" && event.channel === state.channel) onMessage(event.message);
  if (event.type === "message_removed" && event.channel === state.channel) {
    state.messages.delete(event.ts);
    list?.drop(event.ts);
    threadList?.drop(event.ts);
    drawHeader();
  }
  if (event.type === "views") onViews(event);
  drawSide();
}

/** The line is (again) live at `number`: what was missed meanwhile is read; a workspace that began anew is loaded anew. */
async function catchUp(number) {
  if (number < state.newest) return become(state.me);
  const missed = number > state.newest ? await get(`events?as=${state.me}&after=${state.newest}`) : {events: []};
  missed.events.forEach(onEvent);
  state.newest = Math.max(state.newest, number);
  drawSide();
}

function onViews(event) {
  state.home = event.home;
  if (state.tab === "home") drawHome();
  showStack(event.stack, state.me);
}

/** Becomes another person (or reloads as the same one). */
async function become(id, wanted = {}) {
  hangUp();
  state.me = id;
  const all = await get(`state?as=${id}`);
  Object.assign(state, {workspace: all.workspace, app: all.app, personas: all.personas, conversations: all.conversations, commands: all.commands, pages: all.pages,
    counts: all.counts.conversations, waiting: all.counts.people, newest: all.newest, people: new Map(all.people.map((each) => [each.id, each]))});
  const channel = [wanted.channel, state.channel].find((each) => conversationOf(each)) || state.conversations[0].id;
  const views = await get(`views?as=${id}`);
  onViews(views);
  // A direct message of the person before is not ours: the first channel then.
  await openChannel(channel, wanted.thread || (channel === state.channel ? state.thread : ""));
  if (wanted.page) openCompany(wanted.page === "overview" ? "" : wanted.page);
  hangUp = listen(id, onEvent, (online) => { state.online = online; drawSide(); });
}

function startingPoint() {
  const asked = new URLSearchParams(location.hash.slice(1));
  const link = /^\/archives\/([A-Z0-9]+)(?:\/p(\d+)(\d{6}))?/.exec(location.pathname);
  const thread = new URLSearchParams(location.search).get("thread_ts");
  let me = asked.get("as");
  try { me = me || localStorage.getItem("me"); } catch (refused) { me = me || ""; }
  return {me, channel: link?.[1] || asked.get("channel"), thread: thread || asked.get("thread") || "", ts: link?.[2] ? `${link[2]}.${link[3]}` : "", page: asked.get("page")};
}

async function start() {
  const wanted = startingPoint();
  const everybody = await get("state");
  const me = everybody.personas.includes(wanted.me) ? wanted.me : everybody.personas[0];
  await become(me, wanted);
  if (wanted.ts) reveal(wanted.ts);
}

listenSidebar($("sidebar"), {channel: (id) => openChannel(id), company: openCompany, persona: (id) => become(id)});
$("channel-header").addEventListener("click", (event) => {
  const what = event.target.closest("button")?.dataset;
  if (what?.tab) openTab(what.tab);
  if (what?.reveal) reveal(what.reveal);
});
$("jump").addEventListener("click", () => { toEnd($("messages")); $("jump").hidden = true; });
$("messages").addEventListener("scroll", () => { if (isNearEnd($("messages"))) $("jump").hidden = true; });
document.addEventListener("visibilitychange", () => { if (!document.hidden && state.me) markRead(); });
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[href]");
  if (!link || event.ctrlKey || event.metaKey) return;
  const found = /^\/archives\/([A-Z0-9]+)(?:\/p(\d+)(\d{6}))?/.exec(new URL(link.href).pathname);
  if (!found || new URL(link.href).origin !== location.origin || !conversationOf(found[1])) return;
  event.preventDefault();
  const thread = new URL(link.href).searchParams.get("thread_ts");
  openChannel(found[1], thread || "").then(() => { if (found[2]) reveal(`${found[2]}.${found[3]}`); });
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && state.thread && !document.querySelector("dialog[open]")) openThread("");
  const number = Number(event.key);
  if (event.altKey && number >= 1 && number <= state.personas.length) { become(state.personas[number - 1]); event.preventDefault(); }
});

start().catch((problem) => toast(`The sandbox does not answer: ${problem.message}`));
