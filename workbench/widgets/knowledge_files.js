// The files of a knowledge base, those on their way, and the place to drop more.

const STATES = {
  waiting: "waiting", sending: "sending", reading: "reading", embedding: "embedding", reindexing: "reindexing",
  ready: "ready", failed: "failed", stopped: "stopped", pending: "not finished", processing: "being added",
};

Object.assign(ICONS, {
  upload: "M8 10.5V3M4.8 6 8 2.8 11.2 6M2.5 10.5v2.5h11v-2.5",
  find: "M7 2.5a4.5 4.5 0 1 1 0 9 4.5 4.5 0 0 1 0-9M10.4 10.4 13.5 13.5",
  ask: "M2.5 3h11v8H8l-3 2.6V11H2.5z",
  files: "M4 2.5h5l3 3v8H4zM9 2.5v3h3",
  previous: "M10 3.5 5.5 8l4.5 4.5",
  next: "M6 3.5 10.5 8 6 12.5",
  quote: "M3 9.5c0-3 1-4.5 3-5.5M3 9.5h3v3H3zM9 9.5c0-3 1-4.5 3-5.5M9 9.5h3v3H9z",
});

// From so many on, those that are ready make room for those that are not.
const MANY = 6;

const count = (number, noun) => `${number.toLocaleString("en")} ${noun}${number === 1 ? "" : "s"}`;

function fileSize(bytes) {
  if (bytes < 1024) return `${bytes} B`;
  const power = Math.min(3, Math.floor(Math.log2(bytes) / 10));
  return `${(bytes / 1024 ** power).toFixed(1)} ${["", "KB", "MB", "GB"][power]}`;
}

function confirmed(button, label, action) {
  const sure = h("button", { type: "button", class: "wb-sure", onclick: action, onblur: () => sure.replaceWith(button) }, label);
  button.replaceWith(sure);
  sure.focus();
}

class FilesPane {
  constructor(act, sender, open) {
    this.act = act;
    this.sender = sender;
    this.open = open;
    this.rows = new Map();
    this.input = h("input", { type: "file", multiple: true, hidden: true, "aria-label": "Files to add" });
    this.input.addEventListener("change", () => {
      this.sender.add([...this.input.files]);
      this.input.value = "";
    });
    this.choose = h("button", { type: "button", class: "wb-main-button", onclick: () => this.input.click() }, "Choose files…");
    this.words = h("div", {}, h("strong", {}, "Drop files or folders here"), h("span", {}, "PDF, Word, PowerPoint, Excel, CSV, HTML, Markdown, notebooks, code, e-mail, text"));
    this.drop = h("div", { class: "wb-k-drop" }, icon("upload"), this.words, this.choose, this.input);
    this.taskHead = h("div", { class: "wb-k-tasks-head" });
    this.taskList = h("ul", { class: "wb-k-tasks" });
    this.working = h("section", { class: "wb-k-working", "aria-label": "On its way", hidden: true }, this.taskHead, this.taskList);
    this.head = h("div", { class: "wb-k-table-head" });
    this.body = h("tbody", {});
    const heads = [["File", "name"], ["State", "state"], ["Pages", "number"], ["Passages", "number"], ["", "tools"]];
    this.table = h("div", { class: "wb-k-table" }, h("table", {},
      h("thead", {}, h("tr", {}, ...heads.map(([label, kind]) => h("th", { scope: "col", "data-kind": kind },
        label || h("span", { class: "wb-hidden" }, "Remove"))))), this.body));
    this.node = h("section", { class: "wb-k-pane wb-k-files", role: "tabpanel", "aria-label": "Files" },
      this.drop, this.working, this.head, this.table);
  }

  drawTasks(tasks) {
    const active = tasks.filter((task) => task.active);
    this.working.hidden = tasks.length === 0;
    this.working.toggleAttribute("data-short", active.length === 0 || tasks.length > MANY);
    this.busy = tasks.length > 0;
    this.large();
    const words = active.length ? `${tasks.length - active.length} of ${tasks.length} done` : this.summary(tasks);
    const end = active.length
      ? h("button", { type: "button", class: "wb-plain-button wb-k-stop", onclick: () => this.act({ do: "stop" }) }, "Stop all")
      : iconButton("close", "Dismiss", () => this.act({ do: "clear" }));
    if (this.lastWords !== words + active.length) {
      this.taskHead.replaceChildren(h("span", { role: "status" }, words), end);
      this.lastWords = words + active.length;
    }
    const shown = new Set(tasks.map((task) => task.id));
    for (const [id, row] of this.rows) {
      if (shown.has(id)) continue;
      row.node.remove();
      this.rows.delete(id);
    }
    for (const task of tasks) {
      if (!this.rows.has(task.id)) {
        const row = this.taskRow(task);
        this.rows.set(task.id, row);
        this.taskList.append(row.node);
      }
      this.rows.get(task.id).draw(task);
    }
  }

  large() { this.drop.toggleAttribute("data-large", Boolean(this.none && !this.busy)); }

  summary(tasks) {
    const by = (state) => tasks.filter((task) => task.state === state).length;
    const parts = [["ready", "ready"], ["failed", "failed"], ["stopped", "stopped"]];
    return parts.filter(([state]) => by(state)).map(([state, word]) => `${by(state)} ${word}`).join(" · ");
  }

  taskRow(first) {
    const name = h("span", { class: "wb-k-task-name", title: first.name }, first.name);
    const size = h("span", { class: "wb-k-task-size" }, first.kind === "file" && first.size ? fileSize(first.size) : "");
    const state = h("span", { class: "wb-state" });
    const bar = h("div", { class: "wb-k-bar" }, h("i", {}));
    const note = h("p", { class: "wb-k-task-note" });
    const tools = h("span", { class: "wb-k-task-tools" });
    const node = h("li", { class: "wb-k-task" }, name, size, state, tools, bar, note);
    const stop = iconButton("close", `Stop ${first.name}`, () => this.act({ do: "stop", id: first.id }));
    const again = h("button", { type: "button", class: "wb-plain-button", onclick: () => this.sender.again(first.id) }, "Send again");
    let task = first;
    const progress = () => {
      const sent = task.state === "sending" ? this.sender.share(task.id) : null;
      const share = sent ?? (task.total ? task.done / task.total : null);
      bar.hidden = !task.active || task.state === "waiting";
      bar.toggleAttribute("data-unknown", share == null || (task.kind === "file" && task.state !== "sending"));
      bar.firstChild.style.width = share == null ? "" : `${Math.round(100 * share)}%`;
      const percent = share != null && (task.state === "sending" || task.kind !== "file") ? ` ${Math.round(100 * share)}%` : "";
      state.textContent = (task.stopping ? "stopping" : STATES[task.state] ?? task.state) + (task.active ? percent : "");
      state.dataset.status = task.state;
    };
    const draw = (next) => {
      task = next;
      node.dataset.state = task.state;
      progress();
      const text = task.active && task.kind === "file" ? "" : task.note;
      note.textContent = text;
      note.hidden = !text;
      const wanted = task.active ? stop : task.state !== "ready" && this.sender.has(task.id) ? again : "";
      if (tools.firstChild !== wanted) tools.replaceChildren(wanted);
      stop.disabled = task.stopping;
    };
    return { node, draw, progress };
  }

  drawBase(base) {
    const files = base.files ?? [];
    this.none = files.length === 0;
    this.large();
    this.table.hidden = files.length === 0;
    const finish = base.unfinished > 0 && h("button", { type: "button", class: "wb-plain-button", onclick: () => this.act({ do: "resume" }) },
      `Add the unfinished ${base.unfinished === 1 ? "one" : base.unfinished} again`);
    const part = base.all_files > files.length ? `${files.length.toLocaleString("en")} of ${count(base.all_files, "file")} shown` : "";
    this.head.replaceChildren(...[part && h("span", {}, part), finish].filter(Boolean));
    this.body.replaceChildren(...files.map((file) => this.fileRow(file)));
  }

  fileRow(file) {
    const ready = file.status === "ready";
    const name = ready
      ? h("button", { type: "button", class: "wb-k-open", "data-key": `file-${file.file_id}`, title: `Read ${file.filename}`,
        onclick: () => this.open({ file_id: file.file_id, start: 0, end: 0 }) }, file.filename)
      : h("span", {}, file.filename);
    const remove = iconButton("trash", `Take ${file.filename} out of this knowledge base`,
      () => confirmed(remove, "Take out?", () => this.act({ do: "remove", file_id: file.file_id })), { "data-key": `remove-${file.file_id}` });
    return h("tr", { "data-file": file.file_id },
      h("td", { "data-kind": "name" }, name, file.error ? h("p", { class: "wb-k-reason" }, file.error) : ""),
      h("td", { "data-kind": "state" }, h("span", { class: "wb-state", "data-status": file.status }, STATES[file.status] ?? file.status)),
      h("td", { "data-kind": "number" }, file.pages ? file.pages.toLocaleString("en") : ""),
      h("td", { "data-kind": "number" }, file.chunks ? file.chunks.toLocaleString("en") : ""),
      h("td", { "data-kind": "tools" }, remove));
  }
}
