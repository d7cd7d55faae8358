// A view on workbench.widgets.explorer: it draws what Python sends and says what the reader did.

const COLUMNS = [
  ["started", "Started (UTC)"], ["kind", "Kind"], ["what", "What"], ["model", "Model"], ["status", "Status"],
  ["duration", "Duration"], ["tokens", "Tokens"], ["cost", "Cost"],
];
const NUMBERS = new Set(["duration", "tokens", "cost"]);
const MEASURES = [["cost", "Cost"], ["tokens", "Tokens"], ["runs", "Runs"]];
const TYPING_PAUSE = 250;

class Runs {
  constructor(model, el) {
    this.model = model;
    this.root = el;
    this.act = (action) => {
      this.root.toggleAttribute("data-waiting", true);
      model.send(action);
    };
    this.ticked = new Set();
    this.build();
  }

  build() {
    this.tiles = h("div", { class: "wb-tiles" });
    this.charts = h("div", { class: "wb-charts" });
    this.measures = h("div", { class: "wb-measures", role: "group", "aria-label": "What the charts add up" },
      ...MEASURES.map(([value, label]) => h("button", { type: "button", "data-measure": value,
        onclick: () => this.ask({ measure: value }) }, label)));
    this.errors = h("div", { class: "wb-errors" });
    this.comparison = h("section", { class: "wb-comparison", "aria-label": "Comparison", tabindex: -1, hidden: true });
    this.head = h("tr", {});
    this.body = h("tbody", {});
    this.empty = h("p", { class: "wb-none" });
    this.pager = h("nav", { class: "wb-pager", "aria-label": "Pages" });
    const refresh = h("button", { type: "button", class: "wb-plain-button wb-refresh",
      onclick: () => this.act({ do: "refresh" }) }, icon("retry"), "Refresh");
    this.compare = h("button", { type: "button", class: "wb-plain-button", disabled: true,
      title: "Tick two Runs to compare them", onclick: () => this.act({ do: "compare", ids: [...this.ticked] }) }, "Compare two");
    this.root.append(
      h("header", { class: "wb-runs-head" }, h("h2", {}, "Runs"), this.measures, refresh),
      this.errors, this.tiles, this.charts, this.filters(), this.comparison,
      h("div", { class: "wb-rows" }, h("table", {}, h("thead", {}, this.head), this.body), this.empty),
      h("footer", { class: "wb-runs-foot" }, this.compare, this.pager),
    );
  }

  filters() {
    this.search = h("input", { type: "search", placeholder: "Search names, models, prompts…", "aria-label": "Search" });
    this.search.addEventListener("input", () => {
      clearTimeout(this.typing);
      this.typing = setTimeout(() => this.ask({ text: this.search.value }), TYPING_PAUSE);
    });
    this.selects = {};
    for (const [name, label] of [["kind", "Any kind"], ["status", "Any status"], ["model", "Any model"]]) {
      const select = h("select", { "aria-label": label, "data-all": label });
      select.addEventListener("change", () => this.ask({ [name]: select.value }));
      this.selects[name] = select;
    }
    this.days = {};
    for (const [name, label] of [["since", "From"], ["until", "To"]]) {
      this.days[name] = h("input", { type: "date", "aria-label": `${label} day (UTC)` });
      this.days[name].addEventListener("change", () => this.ask({ [name]: this.days[name].value }));
    }
    this.clear = h("button", { type: "button", onclick: () => {
      this.search.value = "";
      this.ask({ text: "", kind: "", status: "", model: "", since: "", until: "" });
    } }, "Clear");
    return h("div", { class: "wb-filters", role: "search" }, this.search, ...Object.values(this.selects),
      h("label", {}, "From", this.days.since), h("label", {}, "to", this.days.until), this.clear);
  }

  ask(changes) { this.act({ do: "ask", ...changes }); }

  draw() {
    const view = this.model.get("view");
    this.root.toggleAttribute("data-waiting", false);
    this.errors.replaceChildren(...(view.error ? [errorBox(view.error)] : []));
    if (!view.rows) return;
    this.tiles.innerHTML = view.summary;
    this.html(this.charts, view.charts);
    this.drawQuery(view);
    this.drawComparison(view.comparison);
    this.keepFocus(() => this.drawTable(view));
    this.drawPager(view.pager);
  }

  // What did not change is left alone, so that nothing blinks.
  html(node, html) {
    if (node.dataset.html === html) return false;
    node.dataset.html = html;
    safeHtml(node, html);
    return true;
  }

  drawQuery({ query, choices }) {
    for (const [name, select] of Object.entries(this.selects)) {
      const options = [["", select.dataset.all], ...choices[name].map((value) => [value, value])];
      select.replaceChildren(...options.map(([value, label]) => h("option", { value, selected: value === query[name] }, label)));
    }
    for (const [name, input] of Object.entries(this.days)) input.value = query[name];
    for (const button of this.measures.children) {
      button.setAttribute("aria-pressed", String(button.dataset.measure === query.measure));
    }
    this.clear.hidden = !["text", "kind", "status", "model", "since", "until"].some((name) => query[name]);
  }

  drawComparison(html) {
    const fresh = html != null && this.comparison.dataset.html !== html;
    this.comparison.hidden = html == null;
    if (html == null) {
      delete this.comparison.dataset.html;
      return;
    }
    if (!fresh) return;
    this.html(this.comparison, html);
    this.comparison.prepend(h("div", { class: "wb-comparison-head" }, h("h3", {}, "Two Runs compared"),
      iconButton("close", "Close the comparison", () => this.act({ do: "close" }))));
    this.comparison.scrollIntoView({ block: "nearest" });
  }

  drawTable({ rows, query, detail, pager }) {
    this.head.replaceChildren(h("th", { class: "wb-tick" }, h("span", { class: "wb-hidden" }, "Compare")),
      ...COLUMNS.map(([name, label]) => this.column(name, label, query)));
    const ids = new Set(rows.map((row) => row.id));
    for (const id of this.ticked) if (!ids.has(id)) this.ticked.delete(id);
    this.body.replaceChildren(...rows.flatMap((row) => this.row(row, detail)));
    this.empty.hidden = rows.length > 0;
    this.empty.textContent = pager.all
      ? "No Run matches these filters."
      : "No Runs yet. Ask something with %chat or the chat panel, then refresh.";
    this.drawCompare();
  }

  column(name, label, query) {
    if (name === "what") return h("th", { scope: "col" }, label);
    const sorted = query.sort === name;
    const direction = sorted ? (query.descending ? "descending" : "ascending") : "none";
    const arrow = sorted ? h("span", { class: "wb-arrow", "aria-hidden": "true" }, query.descending ? "↓" : "↑") : "";
    const turn = () => this.ask({ sort: name, descending: sorted ? !query.descending : name === "started" || NUMBERS.has(name) });
    return h("th", { scope: "col", "aria-sort": direction, "data-column": name },
      h("button", { type: "button", "data-key": `sort-${name}`, onclick: turn }, label, arrow));
  }

  row(row, detail) {
    const tick = h("input", { type: "checkbox", "aria-label": `Compare Run ${row.id}`, "data-key": `tick-${row.id}` });
    tick.checked = this.ticked.has(row.id);
    tick.addEventListener("change", () => {
      tick.checked ? this.ticked.add(row.id) : this.ticked.delete(row.id);
      this.drawCompare();
    });
    const toggle = () => this.act({ do: "open", id: row.id });
    const cells = COLUMNS.map(([name]) => h("td", { "data-column": name, title: name === "what" ? row.what : null },
      name === "started" ? h("button", { type: "button", class: "wb-open", "aria-expanded": String(row.opened),
        "data-key": `open-${row.id}` }, row.started)
        : name === "status" ? h("span", { class: "wb-state", "data-status": row.status }, row.status) : row[name]));
    const line = h("tr", { class: "wb-run", "data-run": row.id, "data-opened": row.opened }, h("td", { class: "wb-tick" }, tick), ...cells);
    line.addEventListener("click", (event) => {
      if (!event.target.closest(".wb-tick") && !String(getSelection()).trim()) toggle();
    });
    if (!row.opened || detail?.id !== row.id) return [line];
    const inside = h("div", { class: "wb-detail" });
    safeHtml(inside, detail.html);
    return [line, h("tr", { class: "wb-detail-row" }, h("td", { colspan: COLUMNS.length + 1 }, inside))];
  }

  drawCompare() {
    this.compare.disabled = this.ticked.size !== 2;
    this.compare.classList.toggle("wb-main-button", this.ticked.size === 2);
  }

  drawPager({ page, pages, total, all }) {
    const count = total.toLocaleString("en");
    const words = total === all ? `${count} Run${total === 1 ? "" : "s"}` : `${count} of ${all.toLocaleString("en")} Runs`;
    const step = (label, to, enabled) => h("button", { type: "button", class: "wb-plain-button", disabled: !enabled,
      onclick: () => this.ask({ page: to }) }, label);
    this.pager.replaceChildren(h("span", {}, words), ...(pages < 2 ? [] : [
      step("Newer", page - 1, page > 0), h("span", {}, `page ${(page + 1).toLocaleString("en")} of ${pages.toLocaleString("en")}`),
      step("Older", page + 1, page < pages - 1)]));
    if (this.model.get("view").query.sort !== "started" && pages > 1) {
      const [newer, older] = this.pager.querySelectorAll("button");
      newer.textContent = "Previous";
      older.textContent = "Next";
    }
  }

  keepFocus(change) {
    const key = this.root.contains(document.activeElement) ? document.activeElement.dataset.key : null;
    change();
    if (key) this.root.querySelector(`[data-key="${CSS.escape(key)}"]`)?.focus({ preventScroll: true });
  }
}

function render({ model, el }) {
  panelRoot(el, "wb-runs");
  const runs = new Runs(model, el);
  const draw = () => runs.draw();
  model.on("change:view", draw);
  runs.draw();
  return () => {
    clearTimeout(runs.typing);
    model.off("change:view", draw);
  };
}

export default { render };
