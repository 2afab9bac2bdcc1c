// Block Kit, rendered. `place` says where the blocks stand, so that elements know what a click refers to.
import {h} from "./dom.js";
import {mrkdwn, plainText, textObject, outsideLink, mentionOf, crowd, dateText} from "./mrkdwn.js";
import {emoji} from "./emoji.js";
import {element} from "./elements.js";

const renderers = {
  header: (block) => h("h3", {class: "b-header"}, ...plainText(block.text.text)),
  divider: () => h("hr", {class: "b-divider"}),
  section, context, actions, image, rich_text: richText, table, markdown, input,
};

/** One block as an element with data-block-id. */
export function block(what, place) {
  const render = renderers[what.type];
  const node = render ? render(what, place) : h("p", {class: "b-unknown"}, `This page cannot show a block of type ${what.type}.`);
  node.dataset.blockId = what.block_id || "";
  node.classList.add("block");
  return node;
}

/** Makes `parent` show `blocks`, touching only those that changed: nothing flickers, focus stays. */
export function showBlocks(parent, blocks, place) {
  const before = parent.shownBlocks || [];
  const now = blocks.map((each) => JSON.stringify(each));
  const nodes = [...parent.children];
  blocks.forEach((each, index) => {
    if (before[index] === now[index] && nodes[index]) return;
    const focused = nodes[index]?.contains(document.activeElement) ? document.activeElement.dataset.actionId : null;
    const fresh = block(each, place);
    if (nodes[index]) nodes[index].replaceWith(fresh);
    else parent.append(fresh);
    if (focused) fresh.querySelector(`[data-action-id="${CSS.escape(focused)}"]`)?.focus();
  });
  nodes.slice(blocks.length).forEach((each) => each.remove());
  parent.shownBlocks = now;
}

function section(what, place) {
  return h("div", {class: "b-section"},
    h("div", {class: "b-body"},
      what.text ? h("div", {class: "b-text"}, ...textObject(what.text)) : null,
      what.fields ? h("div", {class: "b-fields"}, ...what.fields.map((each) => h("div", {class: "b-field"}, ...textObject(each)))) : null),
    what.accessory ? h("div", {class: "b-accessory"}, element(what.accessory, what, place)) : null);
}

function context(what) {
  return h("div", {class: "b-context"}, ...what.elements.map((each) => each.type === "image"
    ? h("img", {src: each.image_url, alt: each.alt_text}) : h("span", {}, ...textObject(each))));
}

function actions(what, place) {
  return h("div", {class: "b-actions"}, ...what.elements.map((each) => element(each, what, place)));
}

function image(what) {
  return h("figure", {class: "b-image"}, what.title ? h("figcaption", {}, ...textObject(what.title)) : null,
    h("img", {src: what.image_url, alt: what.alt_text}));
}

function input(what, place) {
  const control = element(what.element, what, place);
  const isGroup = control.matches("fieldset");
  const id = `field-${place.view || place.ts}-${what.block_id}`;
  if (!isGroup) (control.matches("input,textarea,select") ? control : control.querySelector("input,textarea,select") || control).id = id;
  const label = h(isGroup ? "div" : "label", {class: "b-label", for: isGroup ? null : id}, ...plainText(what.label.text),
    what.optional ? h("span", {class: "b-optional"}, " (optional)") : null);
  if (isGroup) control.setAttribute("aria-label", what.label.text);
  return h("div", {class: "b-input"}, label, control, what.hint ? h("div", {class: "b-hint"}, ...plainText(what.hint.text)) : null,
    h("div", {class: "b-error", role: "alert", dataset: {errorFor: what.block_id || ""}}));
}

function styled(node, style = {}) {
  let made = node;
  if (style.code) made = h("code", {}, made);
  if (style.bold) made = h("strong", {}, made);
  if (style.italic) made = h("em", {}, made);
  if (style.strike) made = h("s", {}, made);
  return made;
}

const richElements = {
  text: (each) => styled(document.createTextNode(each.text), each.style),
  link: (each) => styled(outsideLink(each.url, each.text || each.url), each.style),
  emoji: (each) => h("span", {class: "emoji"}, emoji(each.name) || `:${each.name}:`),
  user: (each) => mentionOf(each.user_id),
  usergroup: (each) => crowd(each.usergroup_id),
  channel: (each) => h("a", {class: "channel-link", href: `/archives/${each.channel_id}`, dataset: {goto: each.channel_id}}, "#" + each.channel_id),
  broadcast: (each) => crowd(each.range),
  date: (each) => h("time", {}, dateText(each.timestamp, each.format || "{date}", each.fallback || "")),
  color: (each) => h("code", {}, each.value),
};

function richInline(elements = []) {
  return elements.map((each) => richElements[each.type] ? richElements[each.type](each) : null);
}

function richPart(part) {
  if (part.type === "rich_text_preformatted") return h("pre", {}, ...richInline(part.elements));
  if (part.type === "rich_text_quote") return h("blockquote", {class: "b-rich"}, ...richInline(part.elements));
  if (part.type === "rich_text_list") {
    return h(part.style === "ordered" ? "ol" : "ul", {style: `margin-left:${(part.indent || 0) * 22}px`, start: part.offset ? part.offset + 1 : null},
      ...part.elements.map((each) => h("li", {}, ...richInline(each.elements))));
  }
  return h("div", {class: "b-rich"}, ...richInline(part.elements));
}

function richText(what) {
  return h("div", {class: "b-richtext"}, ...what.elements.map(richPart));
}

function cell(content) {
  if (!content) return [];
  if (content.type === "rich_text") return content.elements.map(richPart);
  return [content.text ?? String(content.value ?? content.number ?? "")];
}

function table(what) {
  const settings = what.column_settings || [];
  const row = (cells, tag) => h("tr", {}, ...cells.map((each, column) =>
    h(tag, {style: settings[column]?.align ? `text-align:${settings[column].align}` : null, class: settings[column]?.is_wrapped ? "wrapped" : null}, ...cell(each))));
  const [head, ...rest] = what.rows;
  return h("div", {class: "b-table", tabindex: "0"}, h("table", {}, h("thead", {}, row(head || [], "th")), h("tbody", {}, ...rest.map((each) => row(each, "td")))));
}

/** Standard Markdown, as far as release notes use it: turned into mrkdwn line by line, headings and lists kept. */
function markdown(what) {
  const nodes = [];
  what.text.split(/(```[\s\S]*?```)/).forEach((part) => {
    if (part.startsWith("```") && part.endsWith("```") && part.length > 5) {
      nodes.push(h("pre", {}, part.slice(3, -3).replace(/^\w*\n/, "")));
      return;
    }
    for (const line of part.split("\n")) {
      const heading = /^(#{1,6}) (.*)$/.exec(line);
      const item = /^(\s*)[-*] (.*)$/.exec(line);
      const asMrkdwn = (text) => mrkdwn(text.replace(/\[([^\]]+)\]\(([^)\s]+)\)/g, "<$2|$1>").replace(/\*\*([^*]+)\*\*/g, "*$1*"));
      if (heading) nodes.push(h(heading[1].length < 3 ? "h3" : "h4", {}, ...asMrkdwn(heading[2])));
      else if (item) nodes.push(h("div", {class: "b-item", style: `margin-left:${item[1].length * 8}px`}, ...asMrkdwn(item[2])));
      else if (line.trim()) nodes.push(h("p", {}, ...asMrkdwn(line)));
    }
  });
  return h("div", {class: "b-markdown"}, ...nodes);
}
