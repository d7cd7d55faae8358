// A view on workbench.widgets.knowledge_explorer: it draws what Python sends and says what the reader did.

const TABS = [["find", "Search", "find"], ["ask", "Ask", "ask"], ["files", "Files", "files"]];

class Knowledge {
  constructor(model, el) {
    this.model = model;
    this.root = el;
    this.act = (action) => model.send(action);
    const open = ({ file_id, start, end }) => {
      this.opener = document.activeElement;
      this.act({ do: "open", file_id, start, end });
    };
    this.sender = new Sender(model, (upload) => this.files.rows.get(upload)?.progress());
    this.files = new FilesPane(this.act, this.sender, open);
    this.find = new FindPane(this.act, open);
    this.ask = new AskPane(this.act, open);
    this.page = new PagePane(this.act, () => this.opener?.isConnected && this.opener.focus());
    this.panes = { find: this.find, ask: this.ask, files: this.files };
    this.build();
    this.dropping();
  }

  build() {
    this.picker = h("select", { class: "wb-k-base", "aria-label": "Knowledge base" });
    this.picker.addEventListener("change", () => this.act({ do: "choose", id: this.picker.value }));
    const fresh = iconButton("plus", "New knowledge base", () => this.form("create"));
    this.edit = iconButton("edit", "Rename this knowledge base", () => this.form("rename"));
    this.remake = iconButton("retry", "Make all passages anew (reindex)", () => this.form("reindex"));
    this.drop = iconButton("trash", "Delete this knowledge base; the files stay", () => confirmed(this.drop, "Delete this base?", () => this.act({ do: "drop" })));
    this.facts = h("p", { class: "wb-k-facts" });
    this.formed = h("form", { class: "wb-k-form", hidden: true });
    this.errors = h("div", { class: "wb-errors" });
    this.tabs = Object.fromEntries(TABS.map(([name, label, symbol]) => [name,
      h("button", { type: "button", role: "tab", "data-tab": name, onclick: () => this.show(name) }, icon(symbol), h("span", {}, label))]));
    const bar = h("div", { class: "wb-k-tabs", role: "tablist", "aria-label": "What to do" }, ...Object.values(this.tabs));
    bar.addEventListener("keydown", (event) => this.walk(event));
    this.strip = h("button", { type: "button", class: "wb-k-strip", hidden: true, onclick: () => this.show("files") });
    this.veil = h("div", { class: "wb-k-veil", "aria-hidden": "true" }, icon("upload"), h("span", {}));
    this.root.append(
      h("header", { class: "wb-k-head" }, h("div", { class: "wb-k-bases" }, this.picker, fresh, this.edit, this.remake, this.drop), this.facts),
      this.formed, this.errors, bar,
      h("div", { class: "wb-k-body" }, this.find.node, this.ask.node, this.files.node, this.page.node),
      this.strip, this.veil);
    this.root.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !this.page.node.hidden && !event.defaultPrevented && event.target !== this.find.input) this.page.leave();
    });
  }

  dropping() {
    let depth = 0;
    const files = (event) => [...event.dataTransfer?.types ?? []].includes("Files");
    const over = (event) => {
      if (!files(event)) return;
      event.preventDefault();
      event.stopPropagation();
      event.dataTransfer.dropEffect = "copy";
    };
    const veil = (change) => {
      depth = Math.max(0, depth + change);
      this.root.toggleAttribute("data-dropping", depth > 0);
    };
    this.root.addEventListener("dragenter", (event) => files(event) && (over(event), veil(1)));
    this.root.addEventListener("dragleave", (event) => files(event) && veil(-1));
    this.root.addEventListener("dragover", over);
    this.root.addEventListener("drop", async (event) => {
      if (!files(event)) return;
      over(event);
      veil(-depth);
      this.show("files");
      this.sender.add(await droppedFiles(event.dataTransfer));
    });
  }

  walk(event) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const names = TABS.map(([name]) => name);
    const to = names[(names.indexOf(this.tab) + step + names.length) % names.length];
    this.show(to);
    this.tabs[to].focus();
  }

  show(tab) {
    this.tab = tab;
    for (const [name, button] of Object.entries(this.tabs)) {
      button.setAttribute("aria-selected", String(name === tab));
      button.tabIndex = name === tab ? 0 : -1;
      this.panes[name].node.hidden = name !== tab;
    }
    this.root.dataset.shown = tab;
  }

  // One line below the head takes a name or an embedder.
  form(what) {
    const base = this.model.get("base");
    const away = () => { this.formed.hidden = true; };
    const name = h("input", { type: "text", maxlength: 255, placeholder: "Name of the knowledge base", "aria-label": "Name of the knowledge base" });
    name.value = what === "rename" ? base.name : "";
    const embedder = h("select", { "aria-label": "Embedder" },
      h("option", { value: "" }, what === "reindex" ? `Embedder: the same (${base.embedder})` : "Embedder: the default"),
      ...(this.model.get("status").embedders ?? []).map((each) => h("option", { value: each }, `Embedder: ${each}`)));
    const labels = { create: "Create", rename: "Rename", reindex: "Reindex" };
    const fields = { create: [name, embedder], rename: [name], reindex: [embedder] }[what];
    const words = what === "reindex" ? h("span", { class: "wb-k-hint" }, "The present index serves until the new one is whole.") : "";
    this.formed.replaceChildren(...fields, h("button", { type: "submit", class: "wb-main-button" }, labels[what]),
      h("button", { type: "button", class: "wb-plain-button", onclick: away }, "Cancel"), words);
    this.formed.hidden = false;
    this.formed.onsubmit = (event) => {
      event.preventDefault();
      if (what !== "reindex" && !name.value.trim()) return;
      const values = { create: { name: name.value, embedder: embedder.value }, rename: { name: name.value }, reindex: { embedder: embedder.value } };
      this.act({ do: what, ...values[what] });
      if (what === "reindex" || what === "create") this.show("files");
      away();
    };
    this.formed.onkeydown = (event) => {
      if (event.key !== "Escape") return;
      event.preventDefault();
      away();
    };
    fields[0].focus();
  }

  draw() {
    const [bases, base, tasks, status] = ["bases", "base", "tasks", "status"].map((name) => this.model.get(name));
    this.changed("bases", [bases, base.id], () => this.drawBases(bases, base));
    this.changed("base", base, () => this.keepFocus(() => this.drawBase(base)));
    this.changed("tasks", tasks, () => this.drawTasks(tasks));
    this.changed("found", this.model.get("found"), (found) => this.find.draw(found));
    this.changed("answer", this.model.get("answer"), (answer) => this.ask.draw(answer));
    this.changed("page", this.model.get("page"), (page) => this.drawPage(page));
    this.changed("models", status.models ?? [], (models) => this.ask.drawModels(models));
    this.changed("status", status, () => this.errors.replaceChildren(
      ...(status.error ? [errorBox(status.error, iconButton("close", "Dismiss", () => this.act({ do: "dismiss" })))] : [])));
    if (!this.tab) this.show(base.file_count ? "find" : "files");
  }

  // What did not change is left alone, so that nothing blinks and no focus is lost.
  changed(name, value, draw) {
    this.drawn ??= {};
    const key = JSON.stringify(value);
    if (this.drawn[name] === key) return;
    this.drawn[name] = key;
    draw(value);
  }

  drawBases(bases, base) {
    this.picker.replaceChildren(...(bases.length ? [] : [h("option", { value: "" }, "No knowledge base yet")]),
      ...bases.map((each) => h("option", { value: each.id, selected: each.id === base.id }, `${each.name} (${each.files.toLocaleString("en")})`)));
    this.picker.disabled = bases.length === 0;
    for (const button of [this.edit, this.remake, this.drop]) button.disabled = !base.id;
  }

  drawBase(base) {
    const facts = base.id ? [count(base.file_count, "file"), count(base.total_chunks, "passage"), base.embedder,
      base.index && `${base.index} index`, base.status === "reindexing" && "reindexing"] : [];
    this.facts.textContent = this.facts.title = facts.filter(Boolean).join(" · ");
    this.remake.disabled = !base.total_chunks;
    this.tabs.files.lastChild.textContent = base.all_files ? `Files (${base.all_files.toLocaleString("en")})` : "Files";
    this.veil.lastChild.textContent = `Add to ${base.name ?? "a new knowledge base"}`;
    for (const pane of Object.values(this.panes)) pane.drawBase(base);
    this.changed("words", [base.id, base.total_chunks, this.model.get("found").text], () => this.find.drawHits(this.model.get("found"), Number(this.find.slider.value)));
  }

  drawTasks(tasks) {
    this.files.drawTasks(tasks);
    const active = tasks.filter((task) => task.active);
    const now = active.find((task) => task.state !== "waiting") ?? active[0];
    this.strip.hidden = active.length === 0;
    if (now) this.strip.textContent = `${STATES[now.state]}: ${now.name} · ${tasks.length - active.length} of ${tasks.length} done`;
  }

  drawPage(page) {
    this.root.toggleAttribute("data-page", Boolean(page.key));
    this.page.draw(page);
    const place = page.key?.split(":").slice(0, 3).join(":");
    this.find.mark(place);
    this.ask.mark(place);
  }

  keepFocus(change) {
    const key = this.root.contains(document.activeElement) ? document.activeElement.dataset.key : null;
    change();
    if (key) this.root.querySelector(`[data-key="${CSS.escape(key)}"]`)?.focus({ preventScroll: true });
  }

  receive(event) {
    if (event.type === "live") this.ask.paint(event.blocks, event.count);
    else this.sender.receive(event);
  }
}

function render({ model, el }) {
  panelRoot(el, "wb-knowledge");
  const knowledge = new Knowledge(model, el);
  let planned = false;
  const draw = () => {
    if (planned) return;
    planned = true; // several traits change together: one drawing is enough
    queueMicrotask(() => {
      planned = false;
      knowledge.draw();
    });
  };
  const receive = (event) => knowledge.receive(event);
  const names = ["bases", "base", "tasks", "found", "page", "answer", "status"].map((name) => `change:${name}`).join(" ");
  model.on(names, draw);
  model.on("msg:custom", receive);
  knowledge.draw();
  return () => {
    clearTimeout(knowledge.find.typing);
    knowledge.sender.close();
    model.off(names, draw);
    model.off("msg:custom", receive);
  };
}

export default { render };
