// Building elements without markup strings: untrusted text can only ever become a text node.

/** h("button", {class: "x", dataset: {ts}, onclick}, "text", child …): null children are left out. */
export function h(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "dataset") Object.assign(element.dataset, definedOnly(value));
    else if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  append(element, children);
  return element;
}

function definedOnly(object) {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined && value !== null));
}

export function append(element, children) {
  for (const child of children.flat(Infinity)) {
    if (child === null || child === undefined || child === false) continue;
    element.append(child);
  }
}

/** Makes `element` look like `wanted` (never inserted itself), changing only what differs: what is pressed or focused stays. */
export function morph(element, wanted) {
  for (const {name} of [...element.attributes]) if (!wanted.hasAttribute(name) && name !== "open") element.removeAttribute(name);
  for (const {name, value} of [...wanted.attributes]) if (element.getAttribute(name) !== value) element.setAttribute(name, value);
  const fresh = [...wanted.childNodes];
  fresh.forEach((child, index) => {
    const old = element.childNodes[index];
    const same = old && old.nodeType === child.nodeType && old.nodeName === child.nodeName && old.dataset?.key === child.dataset?.key;
    if (!old) element.append(child);
    else if (!same) old.replaceWith(child);
    else if (old.nodeType === Node.TEXT_NODE) { if (old.data !== child.data) old.data = child.data; }
    else morph(old, child);
  });
  while (element.childNodes.length > fresh.length) element.lastChild.remove();
}

const paths = {
  hash: "M6 3 4.500 15M12 3l-1.500 12M2.500 6.500h12M2 11.500h12",
  lock: "M4.500 8V5.500a3.500 3.500 0 0 1 7 0V8M3.500 8h9v6h-9z",
  pin: "M8 10.500V15M5 2.500h6l-1 4 2 3.500H4l2-3.500z",
  thread: "M2.500 3h11v8H8l-3 3v-3H2.500z",
  eye: "M1.500 8S4 3.500 8 3.500 14.500 8 14.500 8 12 12.500 8 12.500 1.500 8 1.500 8zM8 10a2 2 0 1 0 0-4 2 2 0 0 0 0 4z",
  close: "M4 4l8 8M12 4l-8 8",
  warning: "M8 2 15 14H1zM8 6.500v3.500M8 12v.2",
  send: "M2 3l12 5-12 5 2-5zM4 8h6",
  home: "M2.500 8 8 3l5.500 5M4 7v6.500h8V7",
  building: "M3 14V2.500h7V14M10 6h3.500v8M1.500 14h13M5.500 5.500h2M5.500 8.500h2M5.500 11.500h2",
  people: "M6 8a2.500 2.500 0 1 0 0-5 2.500 2.500 0 0 0 0 5zM1.500 14c0-3 2-4.500 4.500-4.500s4.500 1.500 4.500 4.500M11 3.500a2.300 2.300 0 0 1 0 4.500M12 9.500c1.700.5 2.700 2 2.700 4.500",
  file: "M4 1.500h5.500L12.500 5v9.500H4zM9 1.500V5.500h3.500",
  more: "M3.500 8h.1M8 8h.1M12.500 8h.1",
  link: "M9.500 3H13v3.500M13 3 7.500 8.500M11.500 9.500V13H3V4.500h3.500",
  check: "M3 8.500 6.500 12 13 4.500",
};

export function icon(name, label) {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  svg.setAttribute("viewBox", "0 0 16 16");
  svg.setAttribute("class", "icon icon-" + name);
  if (label) {
    svg.setAttribute("role", "img");
    svg.setAttribute("aria-label", label);
  } else {
    svg.setAttribute("aria-hidden", "true");
  }
  const path = document.createElementNS(space, "path");
  path.setAttribute("d", paths[name]);
  svg.append(path);
  return svg;
}

export function avatar(person, size = "") {
  const who = person || {initials: "?", colour: "#667", real_name: "Somebody"};
  return h("span", {class: `avatar ${size} ${who.is_bot ? "bot" : ""}`, style: `--colour:${who.colour || "#667"}`, "aria-hidden": "true"},
    who.initials || who.real_name.slice(0, 1));
}
