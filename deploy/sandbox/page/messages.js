// Messages of a channel or a thread: kept in order, patched in place.
import {h, icon, avatar} from "./dom.js";
import {mrkdwn} from "./mrkdwn.js";
import {emoji} from "./emoji.js";
import {showBlocks} from "./blocks.js";

export function timeOf(ts) { return new Date(Number(ts.split(".")[0]) * 1000); }
export function clock(ts) { return timeOf(ts).toLocaleTimeString([], {hour: "2-digit", minute: "2-digit", hourCycle: "h23"}); }

function dayOf(ts) {
  const day = timeOf(ts);
  const today = new Date();
  if (day.toDateString() === today.toDateString()) return "Today";
  return day.toLocaleDateString([], {weekday: "long", month: "long", day: "numeric"});
}

/** A list of messages inside `box`. `actions`: {openThread(ts), dismiss(ts), person(id), textOfRoot(ts)}. */
export class MessageList {
  constructor(box, channel, actions, {inThread = false} = {}) {
    this.box = box;
    this.channel = channel;
    this.actions = actions;
    this.inThread = inThread;
    this.shown = new Map();  // ts → {node, json}
    box.replaceChildren();
  }

  /** Shows exactly these messages, oldest first. */
  set(messages) {
    const wanted = new Set(messages.map((each) => each.ts));
    for (const ts of [...this.shown.keys()]) if (!wanted.has(ts)) this.drop(ts);
    messages.forEach((each) => this.put(each, false));
    this.layout();
  }

  put(message, layout = true) {
    const json = JSON.stringify(message);
    const known = this.shown.get(message.ts);
    if (known?.json === json) return;
    if (known) {
      this.fill(known.node, message);
      known.json = json;
      known.message = message;
    } else {
      const node = this.frame(message);
      this.fill(node, message);
      this.shown.set(message.ts, {node, json, message});
      const after = [...this.box.querySelectorAll("article")].find((each) => each.dataset.ts > message.ts);
      if (after) after.before(node); else this.box.append(node);
    }
    if (layout) this.layout();
  }

  drop(ts) {
    this.shown.get(ts)?.node.remove();
    this.shown.delete(ts);
    this.layout();
  }

  frame(message) {
    return h("article", {class: "message", dataset: {ts: message.ts, author: message.user}, tabindex: "-1"},
      h("div", {class: "gutter"}), h("div", {class: "content"},
        h("div", {class: "note"}), h("div", {class: "byline"}), h("div", {class: "text"}), h("div", {class: "blocks"}),
        h("div", {class: "files"}), h("div", {class: "reactions"}), h("div", {class: "thread-bar"})),
      h("div", {class: "tools"}));
  }

  fill(node, message) {
    const author = this.actions.person(message.user) || {real_name: message.user, initials: "?"};
    const part = (name) => node.querySelector(":scope > ." + name) || node.querySelector(":scope > .content > ." + name);
    node.classList.toggle("ephemeral", Boolean(message.is_ephemeral));
    node.classList.toggle("pinned", Boolean(message.pinned_to));
    node.classList.toggle("notice-trouble", message.notice === "trouble");
    part("gutter").replaceChildren(avatar(author), h("time", {class: "small-time"}, clock(message.ts)));
    part("note").replaceChildren(...this.notes(message));
    part("byline").replaceChildren(h("strong", {class: "author"}, author.real_name), author.is_bot ? h("span", {class: "tag"}, "APP") : "",
      h("a", {class: "time", href: `/archives/${this.channel}/p${message.ts.replace(".", "")}`, title: timeOf(message.ts).toLocaleString()}, clock(message.ts)));
    const blocks = message.blocks || [];
    part("text").replaceChildren(...(blocks.length ? [] : mrkdwn(message.text)), ...(message.edited && !blocks.length ? [h("span", {class: "edited"}, " (edited)")] : []));
    showBlocks(part("blocks"), blocks, {channel: this.channel, ts: message.ts});
    part("files").replaceChildren(...(message.files || []).map(fileCard));
    part("reactions").replaceChildren(...(message.reactions || []).map((each) => h("span", {class: "reaction", title: `:${each.name}:`}, emoji(each.name) || `:${each.name}:`, " ", String(each.count))));
    part("thread-bar").replaceChildren(...this.threadBar(message));
    part("tools").replaceChildren(...(message.is_ephemeral || this.inThread ? [] : [h("button", {type: "button", title: "Reply in thread", "aria-label": "Reply in thread", dataset: {role: "open-thread"},
      onclick: () => this.actions.openThread(message.thread_ts || message.ts)}, icon("thread"))]));
  }

  notes(message) {
    if (message.is_ephemeral) {
      return [h("span", {class: "only-you"}, icon("eye"), "Only visible to you", h("button", {type: "button", class: "linkish", dataset: {role: "dismiss"}, onclick: () => this.actions.dismiss(message.ts)}, "Dismiss"))];
    }
    if (message.subtype === "thread_broadcast" && !this.inThread) {
      return [h("span", {class: "replied"}, icon("thread"), "replied to a thread: ",
        h("button", {type: "button", class: "linkish", onclick: () => this.actions.openThread(message.thread_ts)}, this.actions.textOfRoot(message.thread_ts)))];
    }
    if (message.pinned_to) return [h("span", {class: "is-pinned"}, icon("pin"), "Pinned")];
    return [];
  }

  threadBar(message) {
    if (this.inThread || !message.reply_count) return [];
    const who = (message.reply_users || []).slice(0, 4).map((id) => avatar(this.actions.person(id), "tiny"));
    const count = message.reply_count === 1 ? "1 reply" : `${message.reply_count} replies`;
    return [h("button", {type: "button", class: "replies", dataset: {role: "replies"}, onclick: () => this.actions.openThread(message.ts)},
      ...who, h("strong", {}, count), h("span", {class: "last"}, `Last reply ${clock(message.latest_reply)}`))];
  }

  /** Day lines, and messages that follow each other closely drawn together. */
  layout() {
    this.box.querySelectorAll(".day").forEach((each) => each.remove());
    let before = null;
    for (const node of this.box.querySelectorAll("article")) {
      const {message} = this.shown.get(node.dataset.ts);
      const newDay = !before || dayOf(before.ts) !== dayOf(message.ts);
      if (newDay && !this.inThread) node.before(h("div", {class: "day", role: "separator"}, h("span", {}, dayOf(message.ts))));
      const close = before && !newDay && before.user === message.user && timeOf(message.ts) - timeOf(before.ts) < 300000 &&
        !before.is_ephemeral && !message.is_ephemeral && !message.blocks && !before.blocks && message.subtype !== "thread_broadcast";
      node.classList.toggle("compact", Boolean(close));
      before = message;
    }
  }
}

function fileCard(file) {
  const path = file.permalink.replace(/^https?:\/\/[^/]+/, "");
  const inside = file.mimetype === "image/png" ? h("img", {class: "picture", src: path, alt: file.title || file.name})
    : h("pre", {}, file.preview, file.preview_is_truncated ? "\n…" : "");
  return h("div", {class: "file", dataset: {fileId: file.id}},
    h("a", {class: "file-name", href: path, target: "_blank", rel: "noopener"}, icon("file"), h("strong", {}, file.title || file.name),
      h("span", {class: "file-size"}, file.size < 1024 ? `${file.size} bytes` : `${(file.size / 1024).toFixed(1)} kB`)),
    inside);
}
