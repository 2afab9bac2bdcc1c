// Slack's mrkdwn, read into elements. Everything that is not syntax becomes a text node.
import {h} from "./dom.js";
import {emoji} from "./emoji.js";

let directory = {person: () => null, channel: () => null, me: () => ""};
/** Who can look up people and channels for mentions. */
export function useDirectory(lookups) { directory = lookups; }

export function unescape(text) {
  return text.replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&amp;/g, "&");
}

const wordly = /[\p{L}\p{N}]/u;
const styles = {"*": "strong", "_": "em", "~": "s"};

function isSafe(url) {
  return /^(https?:|mailto:|\/)/i.test(url);
}

export function outsideLink(url, ...label) {
  if (!isSafe(url)) return h("span", {}, ...label);
  return h("a", {href: url, target: "_blank", rel: "noopener noreferrer"}, ...label);
}

export function mentionOf(id) {
  const who = directory.person(id);
  const mine = id === directory.me();
  return h("span", {class: "mention" + (mine ? " mine" : ""), dataset: {user: id}}, "@" + (who ? who.real_name : id));
}

export function crowd(name) {
  return h("span", {class: "mention crowd"}, "@" + name);
}

const dateForms = {
  date_num: {year: "numeric", month: "2-digit", day: "2-digit"}, date: {year: "numeric", month: "long", day: "numeric"},
  date_short: {year: "numeric", month: "short", day: "numeric"},
  date_long: {weekday: "long", year: "numeric", month: "long", day: "numeric"},
  date_pretty: {year: "numeric", month: "long", day: "numeric"}, date_short_pretty: {year: "numeric", month: "short", day: "numeric"},
  date_long_pretty: {weekday: "long", year: "numeric", month: "long", day: "numeric"},
};

function ago(date) {
  const minutes = Math.round((Date.now() - date) / 60000);
  if (minutes < 1) return "just now";
  if (minutes < 60) return `${minutes} min ago`;
  return minutes < 1440 ? `${Math.round(minutes / 60)} h ago` : `${Math.round(minutes / 1440)} d ago`;
}

export function dateText(seconds, format, fallback) {
  const date = new Date(Number(seconds) * 1000);
  if (Number.isNaN(date.getTime())) return fallback;
  return format.replace(/\{(\w+)\}/g, (whole, name) => {
    if (name === "time") return date.toLocaleTimeString([], {hour: "2-digit", minute: "2-digit", hourCycle: "h23"});
    if (name === "time_secs") return date.toLocaleTimeString([], {hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23"});
    if (name === "ago") return ago(date);
    if (!dateForms[name]) return whole;
    const today = new Date().toDateString() === date.toDateString();
    return today && name.endsWith("pretty") ? "today" : date.toLocaleDateString([], dateForms[name]);
  });
}

function bracket(inside) {
  const bar = inside.indexOf("|");
  const target = bar < 0 ? inside : inside.slice(0, bar);
  const label = bar < 0 ? "" : unescape(inside.slice(bar + 1));
  if (target.startsWith("@")) return mentionOf(target.slice(1));
  if (target.startsWith("#")) {
    const channel = directory.channel(target.slice(1));
    return h("a", {class: "channel-link", href: `/archives/${target.slice(1)}`, dataset: {goto: target.slice(1)}}, "#" + (channel ? channel.name : label));
  }
  if (target.startsWith("!date^")) {
    const [, seconds, format, link] = target.split("^");
    const time = h("time", {datetime: new Date(Number(seconds) * 1000).toISOString()}, dateText(seconds, unescape(format || "{date}"), label));
    return link ? outsideLink(unescape(link), time) : time;
  }
  if (target.startsWith("!subteam^")) return crowd((label || target.slice(9)).replace(/^@/, ""));
  if (target.startsWith("!")) return crowd(target.slice(1));
  const url = unescape(target);
  return outsideLink(url, label || url);
}

/** The position of the closing mark for `mark` opened at `start`, or -1. */
function closing(text, start, mark) {
  const before = text[start - 1];
  const next = text[start + 1];
  if ((before && wordly.test(before)) || !next || /\s/.test(next) || next === mark) return -1;
  for (let at = start + 2; at < text.length; ++at) {
    if (text[at] === "\n") return -1;
    if (text[at] === mark && !/\s/.test(text[at - 1]) && !(text[at + 1] && wordly.test(text[at + 1]))) return at;
  }
  return -1;
}

function inline(text) {
  const nodes = [];
  let plain = "";
  const flush = () => {
    if (plain) nodes.push(unescape(plain));
    plain = "";
  };
  const push = (node) => { flush(); nodes.push(node); };
  for (let at = 0; at < text.length;) {
    const c = text[at];
    if (c === "<") {
      const end = text.indexOf(">", at);
      if (end > at + 1) { push(bracket(text.slice(at + 1, end))); at = end + 1; continue; }
    } else if (c === "`") {
      const end = text.indexOf("`", at + 1);
      if (end > at + 1 && !text.slice(at, end).includes("\n")) {
        push(h("code", {}, ...codeInside(text.slice(at + 1, end))));
        at = end + 1;
        continue;
      }
    } else if (c === ":") {
      const found = /^:([a-z0-9_+-]+(?:::skin-tone-\d)?):/.exec(text.slice(at, at + 60));
      const sign = found && emoji(found[1]);
      if (sign) {
        push(h("span", {class: "emoji", role: "img", "aria-label": found[1].replace(/_/g, " "), title: `:${found[1]}:`}, sign));
        at += found[0].length;
        continue;
      }
    } else if (styles[c]) {
      const end = closing(text, at, c);
      if (end > 0) { push(h(styles[c], {}, ...inline(text.slice(at + 1, end)))); at = end + 1; continue; }
    } else if (c === "\n") {
      push(h("br"));
      ++at;
      continue;
    }
    plain += c;
    ++at;
  }
  flush();
  return nodes;
}

/** Inside code only links and mentions are read. */
function codeInside(text) {
  return text.split(/(<[^>\n]+>)/).map((part) => part.startsWith("<") && part.endsWith(">") ? bracket(part.slice(1, -1)) : unescape(part));
}

function quotedLines(text) {
  const nodes = [];
  let quote = [];
  let plain = [];
  const flushQuote = () => { if (quote.length) nodes.push(h("blockquote", {}, ...inline(quote.join("\n")))); quote = []; };
  const flushPlain = () => { if (plain.length) nodes.push(...inline(plain.join("\n"))); plain = []; };
  for (const line of text.split("\n")) {
    const found = /^(?:&gt;|>) ?(.*)$/.exec(line);
    if (found) { flushPlain(); quote.push(found[1]); } else { flushQuote(); plain.push(line); }
  }
  flushQuote();
  flushPlain();
  return nodes;
}

/** mrkdwn → nodes. */
export function mrkdwn(text) {
  const nodes = [];
  const parts = String(text ?? "").split("```");
  parts.forEach((part, index) => {
    const isCode = index % 2 === 1 && index < parts.length - 1;
    if (isCode) nodes.push(h("pre", {}, ...codeInside(part.replace(/^\n|\n$/g, ""))));
    else if (index % 2 === 1) nodes.push(...quotedLines("```" + part));
    else if (part) nodes.push(...quotedLines(index > 0 ? part.replace(/^\n/, "") : part));
  });
  return nodes;
}

/** plain_text with its emoji. */
export function plainText(text, withEmoji = true) {
  if (!withEmoji) return [String(text ?? "")];
  return String(text ?? "").split(/(:[a-z0-9_+-]+:)/).map((part) => {
    const sign = part.length > 2 && part.startsWith(":") && part.endsWith(":") ? emoji(part.slice(1, -1)) : null;
    return sign ? h("span", {class: "emoji"}, sign) : part;
  });
}

/** A text object of either kind. */
export function textObject(object) {
  if (!object) return [];
  return object.type === "mrkdwn" ? mrkdwn(object.text) : plainText(object.text, object.emoji !== false);
}
