// Search as you type, with what was found and why.

const TYPING = 160;

class FindPane {
  constructor(act, open) {
    this.act = act;
    this.open = open;
    this.input = h("input", { type: "search", class: "wb-k-query", placeholder: "Search words or a question…", "aria-label": "Search", autocomplete: "off", spellcheck: "false" });
    this.input.addEventListener("input", () => {
      clearTimeout(this.typing);
      this.typing = setTimeout(() => this.ask({ text: this.input.value }), TYPING);
    });
    this.types = this.choice("Any type", "types");
    this.files = this.choice("Any file", "files");
    this.slider = h("input", { type: "range", min: 0, max: 1, step: 0.01, "aria-label": "Least score" });
    this.level = h("output", {});
    this.slider.addEventListener("input", () => this.drawHits(this.found, Number(this.slider.value)));
    this.slider.addEventListener("change", () => this.ask({ threshold: Number(this.slider.value) }));
    this.state = h("p", { class: "wb-k-count", role: "status" });
    this.list = h("ol", { class: "wb-k-hits", "aria-label": "Passages found" });
    this.more = h("button", { type: "button", class: "wb-plain-button wb-k-more", hidden: true,
      onclick: () => this.ask({ limit: this.found.asked.limit + 10 }) }, "Show more");
    this.weaker = h("button", { type: "button", class: "wb-k-weaker", "aria-expanded": "false", onclick: () => {
      this.faint = !this.faint;
      this.drawHits(this.found, Number(this.slider.value));
    } });
    this.errors = h("div", { class: "wb-errors" });
    this.scroll = h("div", { class: "wb-k-scroll" }, this.errors, this.list, this.weaker, this.more);
    const box = h("div", { class: "wb-k-box" }, icon("find"), this.input);
    this.node = h("section", { class: "wb-k-pane wb-k-find", role: "tabpanel", "aria-label": "Search" },
      h("div", { class: "wb-k-searching", role: "search" }, box,
        h("div", { class: "wb-k-filters" }, this.types, this.files,
          h("label", { class: "wb-k-level", title: "Passages that score less are shown apart. From 0.70 on, a passage is more likely to the point than not." },
            "Score from", this.slider, this.level))),
      this.state, this.scroll);
    this.node.addEventListener("keydown", (event) => this.key(event));
  }

  choice(all, field) {
    const select = h("select", { "aria-label": all, "data-all": all });
    select.addEventListener("change", () => this.ask({ [field]: select.value ? [select.value] : [] }));
    return select;
  }

  ask(changes, record = false) { this.act({ do: "search", ...changes, ...(record ? { record } : {}) }); }

  key(event) {
    if (event.target === this.input && event.key === "Enter" && !event.isComposing) {
      clearTimeout(this.typing);
      event.preventDefault();
      this.ask({ text: this.input.value }, true);
    }
    if (!["ArrowDown", "ArrowUp"].includes(event.key) || event.target === this.slider || event.target.tagName === "SELECT") return;
    const stops = [this.input, ...this.list.querySelectorAll(".wb-k-open")];
    const at = stops.indexOf(event.target) + (event.key === "ArrowDown" ? 1 : -1);
    if (!stops.includes(event.target) || !stops[at]) return;
    event.preventDefault();
    stops[at].focus();
  }

  drawBase(base) {
    const files = (base.files ?? []).filter((file) => file.status === "ready");
    this.empty = files.length === 0;
    const options = (select, values, chosen) => select.replaceChildren(h("option", { value: "" }, select.dataset.all),
      ...values.map(([value, label]) => h("option", { value, selected: chosen.includes(value) }, label)));
    const asked = this.found?.asked ?? { types: [], files: [] };
    options(this.types, (base.types ?? []).map((type) => [type, type]), asked.types);
    options(this.files, files.map((file) => [file.file_id, file.filename]), asked.files);
    this.types.hidden = (base.types ?? []).length < 2;
    this.files.hidden = files.length < 2;
    this.input.disabled = this.slider.disabled = this.empty;
  }

  draw(found) {
    this.found = found;
    if (!found.asked) return;
    if (document.activeElement !== this.slider) this.slider.value = found.asked.threshold;
    if (!this.input.value && found.asked.text && document.activeElement !== this.input) this.input.value = found.asked.text;
    this.errors.replaceChildren(...(found.error ? [this.problem(found.error)] : []));
    this.drawHits(found, Number(this.slider.value));
  }

  problem(error) {
    const remake = error.details?.pinned && h("button", { type: "button", class: "wb-plain-button", onclick: () => this.act({ do: "reindex" }) }, "Reindex now");
    return errorBox(error, remake || "");
  }

  drawHits(found, threshold) {
    this.level.textContent = threshold.toFixed(2);
    if (!found?.asked) return;
    const strong = found.hits.filter((hit) => hit.score >= threshold);
    const weak = found.hits.filter((hit) => hit.score < threshold);
    const shown = this.faint ? found.hits : strong;
    const key = JSON.stringify([found.hits, shown.length, threshold]);
    if (key !== this.last) {
      this.last = key;
      const focused = this.list.contains(document.activeElement) ? document.activeElement.dataset.key : null;
      this.list.replaceChildren(...shown.map((hit) => this.item(hit, hit.score < threshold)));
      if (focused) this.list.querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
    }
    this.mark(this.opened);
    this.weaker.hidden = weak.length === 0;
    this.weaker.setAttribute("aria-expanded", String(Boolean(this.faint)));
    this.weaker.textContent = this.faint ? "Hide the weaker ones" : `${count(weak.length, "passage")} below ${threshold.toFixed(2)}: show`;
    this.more.hidden = !(found.full && (weak.length === 0 || this.faint));
    this.state.textContent = this.words(found, strong.length);
    this.node.toggleAttribute("data-busy", found.busy);
  }

  words(found, strong) {
    if (found.error) return "";
    if (!found.text) return this.empty ? "Add files first: there is nothing to search yet." : "";
    const many = found.full && strong === found.hits.length ? "The best " : "";
    const time = found.seconds < 1 ? `${Math.max(1, Math.round(found.seconds * 1000))} ms` : `${found.seconds.toFixed(1)} s`;
    const record = found.run ? ` · recorded as Run …${found.run.slice(-6)}` : " · Enter records it as a Run";
    return strong ? `${many}${count(strong, "passage")} · ${time}${record}` : `Nothing is close to “${found.text}” · ${time}${record}`;
  }

  item(hit, faint) {
    const open = h("button", { type: "button", class: "wb-k-open", "data-key": `hit-${hit.file_id}-${hit.start}` }, hit.citation);
    const bar = h("span", { class: "wb-k-score", title: `Score ${hit.score.toFixed(4)}` }, h("i", { style: `width:${Math.round(hit.score * 100)}%` }));
    const snippet = h("p", { class: "wb-k-snippet" });
    safeHtml(snippet, hit.snippet);
    const others = hit.duplicates.map((each) => h("button", { type: "button", class: "wb-k-other", onclick: () => this.open(each) }, each.citation));
    const node = h("li", { class: "wb-k-hit", "data-faint": faint, "data-place": `${hit.file_id}:${hit.start}:${hit.end}` },
      h("div", { class: "wb-k-hit-head" }, h("span", { class: "wb-k-rank" }, String(hit.rank)), open, bar,
        h("span", { class: "wb-k-number" }, hit.score.toFixed(2))),
      hit.heading ? h("p", { class: "wb-k-heading", title: hit.heading }, hit.heading) : "",
      snippet,
      others.length ? h("p", { class: "wb-k-also" }, "Says the same: ", ...others) : "",
      this.why(hit));
    node.addEventListener("click", (event) => {
      if (!event.target.closest("details, .wb-k-other") && !String(getSelection()).trim()) this.open(hit);
    });
    return node;
  }

  why({ why, duplicates, score }) {
    const facts = [
      ["Meaning", why.cosine?.toFixed(3), "cosine of the angle between question and passage"],
      ["Words", why.bm25?.toFixed(2), why.terms?.length ? `BM25; matched: ${why.terms.join(", ")}` : "BM25; none of the question's words"],
      ["Evidence", why.evidence?.toFixed(3), "meaning, raised by what the words add"],
      ["Score", score.toFixed(2), "the evidence from 0 to 1; 0.70 is the border"],
      ["Repeats", String(duplicates.length), duplicates.length === 1 ? "other passage says the same" : "other passages say the same"],
    ];
    return h("details", { class: "wb-k-why" }, h("summary", {}, "Why this result"),
      h("table", {}, h("tbody", {}, ...facts.map(([name, value, words]) => h("tr", {}, h("th", { scope: "row" }, name), h("td", {}, value ?? "—"), h("td", {}, words))))));
  }

  mark(place) {
    this.opened = place;
    for (const node of this.list.children) node.toggleAttribute("data-open", node.dataset.place === place);
  }
}
