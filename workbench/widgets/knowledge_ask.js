// A question to the documents and its answer, each citation a way to its page.

class AskPane {
  constructor(act, open) {
    this.act = act;
    this.open = open;
    this.blocks = [];
    this.input = h("textarea", { rows: 1, placeholder: "Ask these documents…", "aria-label": "Question to the documents" });
    this.input.addEventListener("input", () => this.grow());
    this.button = h("button", { type: "submit", class: "wb-main-button wb-k-ask-button" }, "Ask");
    this.models = h("select", { "aria-label": "Who answers" });
    this.models.addEventListener("change", () => act({ do: "answer_with", ...JSON.parse(this.models.value) }));
    const form = h("form", { class: "wb-k-asking" }, this.input, this.models, this.button);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.send();
    });
    this.question = h("p", { class: "wb-k-question" });
    this.body = h("div", { class: "wb-prose wb-k-answer", "aria-live": "polite" });
    this.cited = h("ol", { class: "wb-k-cited", "aria-label": "Citations" });
    this.doubts = h("ul", { class: "wb-k-doubts", "aria-label": "Doubts" });
    this.note = h("p", { class: "wb-k-count", role: "status" });
    this.errors = h("div", { class: "wb-errors" });
    this.welcome = h("p", { class: "wb-k-welcome" }, "The answer stands on passages of these documents alone, and each citation opens its page. Where they do not say, it says so.");
    this.node = h("section", { class: "wb-k-pane wb-k-ask", role: "tabpanel", "aria-label": "Ask" },
      form, this.note, h("div", { class: "wb-k-scroll" }, this.errors, this.welcome, this.question, this.body, this.doubts, this.cited));
    this.node.addEventListener("keydown", (event) => this.key(event));
    this.body.addEventListener("click", (event) => {
      const number = event.target.closest("[data-citation]")?.dataset.citation;
      const found = this.answer.citations?.find((each) => String(each.number) === number);
      if (found) this.open(found);
    });
  }

  key(event) {
    if (event.key === "Escape" && this.answer?.busy) {
      event.stopPropagation();
      this.act({ do: "stop_answer" });
    }
    if (event.target !== this.input || event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    this.send();
  }

  send() {
    if (this.answer?.busy) this.act({ do: "stop_answer" });
    else if (this.input.value.trim()) {
      this.act({ do: "ask", question: this.input.value });
      this.input.value = "";
      this.grow();
    }
  }

  grow() {
    this.input.style.height = "auto";
    this.input.style.height = `${Math.min(this.input.scrollHeight + 2, 140)}px`;
  }

  drawBase(base) {
    this.input.disabled = this.button.disabled = !(base.files ?? []).some((file) => file.status === "ready");
  }

  drawModels(models) {
    const label = ({ provider, model }) => provider === "none" ? "Quotes only" : `${provider}:${model}`;
    this.models.replaceChildren(h("option", { value: "{}" }, "Default model"),
      ...models.map((each) => h("option", { value: JSON.stringify(each) }, label(each))));
    this.models.value = this.chosen ?? "{}";
  }

  draw(answer) {
    this.answer = answer;
    const { provider, model } = answer.choice ?? {};
    this.chosen = provider ? JSON.stringify({ provider, model }) : "{}";
    this.models.value = this.chosen;
    this.doubts.replaceChildren(...(answer.doubts ?? []).map((words) => h("li", {}, words)));
    this.button.textContent = answer.busy ? "Stop" : "Ask";
    this.node.toggleAttribute("data-busy", Boolean(answer.busy));
    this.welcome.hidden = Boolean(answer.question);
    this.question.textContent = answer.question ?? "";
    this.note.textContent = answer.note ?? "";
    if (answer.error && !this.input.value) this.input.value = answer.question;
    this.errors.replaceChildren(...(answer.error ? [errorBox(answer.error)] : []));
    this.paint((answer.blocks ?? []).map((html, index) => [index, html]), (answer.blocks ?? []).length);
    this.body.toggleAttribute("data-refused", Boolean(answer.refused));
    this.cited.replaceChildren(...(answer.citations ?? []).map((each) => this.citation(each)));
  }

  citation(each) {
    return h("li", { class: "wb-k-citation", "data-place": `${each.file_id}:${each.start}:${each.end}` },
      h("button", { type: "button", class: "wb-k-open", onclick: () => this.open(each) },
        h("span", { class: "wb-k-rank" }, String(each.number)), h("span", {}, each.citation, each.heading ? h("small", {}, ` · ${each.heading}`) : "")),
      h("blockquote", {}, each.quote));
  }

  mark(place) {
    for (const node of this.cited.children) node.toggleAttribute("data-open", node.dataset.place === place);
  }

  paint(changed, length) {
    for (const [index, html] of changed) {
      if (this.blocks[index]?.html === html) continue;
      const node = h("div", { class: "wb-block" });
      safeHtml(node, html);
      if (this.blocks[index]) this.blocks[index].node.replaceWith(node);
      else this.body.append(node);
      this.blocks[index] = { html, node };
    }
    for (const block of this.blocks.splice(length)) block.node.remove();
  }
}
