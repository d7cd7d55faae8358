// Shared by the panels; their files follow this one in one module.

const ICONS = {
  menu: "M2 4h12M2 8h12M2 12h12",
  plus: "M8 3v10M3 8h10",
  send: "M8 13V3M3.5 7.5 8 3l4.5 4.5",
  copy: "M5.5 5.5v-3h8v8h-3M2.5 5.5h8v8h-8z",
  done: "M3 8.5 6.5 12 13 4.5",
  retry: "M13 8a5 5 0 1 1-1.6-3.7M13 2v3.2H9.8",
  edit: "M10.5 3 13 5.5 5.5 13H3v-2.5zM9 4.5 11.5 7",
  trash: "M3 4.5h10M6 4.5V3h4v1.5M4.5 4.5l.6 8.5h5.8l.6-8.5M6.8 7v3.5M9.2 7v3.5",
  up: "M5 7.2 7.6 2.5c1 0 1.6.8 1.4 1.7L8.6 6.4h3.6c.9 0 1.5.8 1.3 1.6l-1 4.1c-.1.6-.7 1-1.3 1H5zM2.5 7.2H5v5.9H2.5z",
  down: "M11 8.8 8.4 13.5c-1 0-1.6-.8-1.4-1.7l.4-2.2H3.8c-.9 0-1.5-.8-1.3-1.6l1-4.1c.1-.6.7-1 1.3-1H11zM13.5 8.8H11V2.9h2.5z",
  close: "M4 4l8 8M12 4l-8 8",
  latest: "M8 3v10M3.5 8.5 8 13l4.5-4.5",
};

function h(tag, properties = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value === true) node.setAttribute(name, "");
    else if (value !== false && value != null) node.setAttribute(name, value);
  }
  node.append(...children.filter((child) => child != null && child !== ""));
  return node;
}

function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 16 16");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  for (const [key, value] of Object.entries({
    d: ICONS[name], fill: "none", stroke: "currentColor",
    "stroke-width": "1.5", "stroke-linecap": "round", "stroke-linejoin": "round",
  })) path.setAttribute(key, value);
  svg.append(path);
  return svg;
}

function iconButton(name, label, onclick, more = {}) {
  return h("button", { type: "button", class: "wb-icon", title: label, "aria-label": label, onclick, ...more }, icon(name));
}

async function copyText(text, button) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // plain http to another host has no clipboard interface
    const area = h("textarea", { style: "position:fixed;opacity:0" });
    area.value = text;
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
  button.replaceChildren(icon("done"));
  setTimeout(() => button.replaceChildren(icon("copy")), 1500);
}

// HTML set here was sanitised, or escaped, in Python.
function safeHtml(node, html) {
  node.innerHTML = html;
  for (const pre of node.querySelectorAll("pre")) {
    const code = pre.querySelector("code");
    const language = /language-([\w+#.-]+)/.exec(code?.className ?? "")?.[1] ?? "";
    const copy = iconButton("copy", "Copy code", () => copyText(pre.innerText.replace(/\n$/, ""), copy));
    const box = h("div", { class: "wb-code" }, h("div", { class: "wb-code-head" }, h("span", {}, language), copy));
    pre.tabIndex = 0; // a long line must be reachable by keyboard
    pre.replaceWith(box);
    box.append(pre);
  }
}

function errorBox(error, ...buttons) {
  const words = h("div", {}, h("p", {}, error.message), error.hint ? h("p", { class: "wb-hint" }, error.hint) : "");
  return h("div", { class: "wb-error", role: "alert" }, words, ...buttons);
}

// Keys typed into a panel are no shortcuts of the notebook, but Ctrl+S still saves it.
function panelRoot(el, name) {
  el.classList.add("wb", name);
  el.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.key === "Enter") event.stopPropagation();
  });
}
