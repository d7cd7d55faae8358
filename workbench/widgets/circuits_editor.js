// The text of the circuit: lines are numbered, and where it is wrong is marked.

const EDIT_PAUSE = 250;

class CodePane {
  constructor(act, run) {
    this.act = act;
    this.run = run;
    this.text = h("textarea", { class: "wb-q-text", spellcheck: "false", wrap: "off", autocapitalize: "off", autocomplete: "off",
      "aria-label": "Circuit in OpenQASM. Control and Enter runs it.", "aria-describedby": this.id("wrong") });
    this.lines = h("div", { class: "wb-q-lines", "aria-hidden": "true" });
    this.mark = h("div", { class: "wb-q-mark", "aria-hidden": "true", hidden: true }, h("i", {}));
    this.wrong = h("div", { class: "wb-q-wrong", id: this.id("wrong"), role: "status" });
    this.text.addEventListener("input", () => this.typed());
    this.text.addEventListener("scroll", () => this.scrolled());
    this.text.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey || event.shiftKey)) return;
      event.preventDefault();
      this.flush();
      this.run();
    });
    this.node = h("section", { class: "wb-q-code", "aria-label": "Circuit" },
      h("div", { class: "wb-q-editor" }, this.lines, h("div", { class: "wb-q-page" }, this.mark, this.text)), this.wrong);
  }

  id(name) {
    this.key ??= Math.random().toString(36).slice(2);
    return `wb-q-${name}-${this.key}`;
  }

  typed() {
    this.number();
    clearTimeout(this.typing);
    this.typing = setTimeout(() => this.flush(), EDIT_PAUSE);
  }

  // What is typed is sent before anything that uses it.
  flush() {
    clearTimeout(this.typing);
    this.typing = null;
    if (this.text.value === this.sent) return;
    this.sent = this.text.value;
    this.act({ do: "edit", source: this.sent });
  }

  // As if it were typed, so that it can be undone.
  replace(source) {
    this.text.focus();
    this.text.select();
    if (!document.execCommand("insertText", false, source)) this.text.value = source;
    this.text.setSelectionRange(0, 0);
    this.text.scrollTop = 0;
    this.number();
    this.flush();
  }

  number() {
    const count = this.text.value.split("\n").length;
    if (this.lines.childElementCount === count) return;
    this.lines.replaceChildren(...Array.from({ length: count }, (_, at) => h("span", {}, String(at + 1))));
    this.scrolled();
    this.point();
  }

  scrolled() {
    const { scrollTop, scrollLeft } = this.text;
    this.lines.style.transform = `translateY(${-scrollTop}px)`;
    this.mark.style.transform = `translateY(${-scrollTop}px)`;
    this.mark.firstChild.style.transform = `translateX(${-scrollLeft}px)`;
  }

  draw(program) {
    const mine = this.typing != null || (program.source !== this.sent && document.activeElement === this.text);
    if (!mine && this.text.value !== program.source) this.text.value = program.source;
    if (!mine) this.sent = program.source;
    this.number();
    // An error of what is no longer there is taken away while the reader types on.
    this.place = program.source === this.text.value ? program.error?.details : null;
    this.drawWrong(program.error);
    this.point();
  }

  drawWrong(error) {
    const key = JSON.stringify(error);
    if (this.said === key) return;
    this.said = key;
    this.text.setAttribute("aria-invalid", String(Boolean(error)));
    if (!error) return this.wrong.replaceChildren();
    const { line, column } = error.details ?? {};
    const words = [h("span", {}, error.message), error.hint ? h("span", { class: "wb-q-hint" }, error.hint) : ""];
    this.wrong.replaceChildren(line
      ? h("button", { type: "button", title: "Go there", onclick: () => this.go(line, column) }, ...words)
      : h("p", {}, ...words));
  }

  offset(line, column) {
    const rows = this.text.value.split("\n").slice(0, line - 1);
    return rows.reduce((sum, row) => sum + row.length + 1, 0) + Math.max(0, (column ?? 1) - 1);
  }

  go(line, column) {
    const at = this.offset(line, column);
    this.text.focus();
    this.text.setSelectionRange(at, at);
  }

  // Under the line and the column that the error names.
  point() {
    const { line, column } = this.place ?? {};
    this.mark.hidden = !line;
    for (const [at, span] of [...this.lines.children].entries()) span.toggleAttribute("data-wrong", at + 1 === line);
    if (!line) return;
    const before = (this.text.value.split("\n")[line - 1] ?? "").slice(0, Math.max(0, (column ?? 1) - 1));
    const cells = [...before].reduce((sum, char) => sum + (char === "\t" ? 4 - (sum % 4) : 1), 0);
    this.mark.style.setProperty("--line", line - 1);
    this.mark.style.setProperty("--column", cells);
    this.mark.firstChild.hidden = !column;
  }
}
