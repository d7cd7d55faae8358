// A view on workbench.widgets.circuits_bench: it draws what Python sends and says what the reader did.

const TABLES = ["outcomes", "values", "agreement"];

class Circuit {
  constructor(model, el) {
    this.model = model;
    this.root = el;
    this.act = (action) => model.send(action);
    this.code = new CodePane(this.act, () => this.run());
    this.controls = new Controls(this.act, () => this.runOrStop(), () => this.begin("compare"));
    this.sliders = new Sliders(this.act);
    this.build();
  }

  build() {
    this.examples = h("select", { "aria-label": "Begin with an example" });
    this.examples.addEventListener("change", () => {
      const found = this.model.get("examples").find((each) => each.name === this.examples.value);
      this.examples.value = "";
      if (found) this.code.replace(found.source);
    });
    this.facts = h("p", { class: "wb-q-facts" });
    this.diagram = h("div", { class: "wb-q-diagram", tabindex: 0, role: "region", "aria-label": "Diagram" });
    this.errors = h("div", { class: "wb-errors" });
    this.state = h("p", { class: "wb-q-state", role: "status" });
    this.histogram = h("div", { class: "wb-q-histogram" });
    this.tables = Object.fromEntries(TABLES.map((name) => [name, h("div", { class: `wb-q-${name}` })]));
    const { outcomes, values, agreement } = this.tables;
    this.answer = h("div", { class: "wb-q-answer" }, this.histogram, h("div", { class: "wb-q-tables" }, outcomes, values), agreement);
    this.foot = h("footer", { class: "wb-q-foot" });
    this.root.append(
      h("header", { class: "wb-q-head" }, this.examples, this.facts),
      h("div", { class: "wb-q-top" }, this.code.node, this.diagram),
      this.controls.node, this.sliders.node, this.errors, this.state, this.answer, this.foot);
  }

  begin(what) {
    this.code.flush();
    this.act({ do: what });
  }

  run() { this.begin("run"); }

  runOrStop() {
    const { busy } = this.model.get("result");
    if (busy === "run" || busy === "compare") this.act({ do: "stop" });
    else this.run();
  }

  draw() {
    const [program, asked, result, engines, status] = ["program", "asked", "result", "engines", "status"].map((name) => this.model.get(name));
    this.changed("examples", this.model.get("examples"), (all) => this.examples.replaceChildren(
      h("option", { value: "" }, "Examples"), ...all.map(({ name, title }) => h("option", { value: name }, title))));
    this.changed("program", program, () => this.drawProgram(program));
    this.changed("engines", [engines, asked.on], () => this.controls.drawEngines(engines, asked.on ?? "auto"));
    this.changed("asked", asked, () => {
      this.controls.draw(asked);
      this.sliders.draw(asked.parameters ?? []);
    });
    this.changed("result", result, () => this.drawResult(result));
    this.changed("errors", [status.error, result.error], () => this.errors.replaceChildren(
      ...(status.error ? [errorBox(status.error, iconButton("close", "Dismiss", () => this.act({ do: "dismiss" })))] : []),
      ...(result.error ? [errorBox(result.error)] : [])));
  }

  // What did not change is left alone, so that nothing blinks and no focus is lost.
  changed(name, value, draw) {
    this.drawn ??= {};
    const key = JSON.stringify(value);
    if (this.drawn[name] === key) return;
    this.drawn[name] = key;
    draw(value);
  }

  drawProgram(program) {
    this.code.draw(program);
    this.facts.textContent = program.stale ? "" : program.facts;
    this.changed("svg", program.svg, (svg) => { this.diagram.innerHTML = svg; });
    this.diagram.toggleAttribute("data-stale", program.stale && !program.busy);
  }

  drawResult(result) {
    this.controls.drawBusy(result.busy);
    this.changed("histogram", result.histogram ?? "", (svg) => { this.histogram.innerHTML = svg; });
    for (const [name, node] of Object.entries(this.tables)) this.changed(name, result[name] ?? "", (html) => { node.innerHTML = html; });
    this.answer.hidden = !result.kind;
    this.answer.toggleAttribute("data-stale", result.stale);
    this.root.dataset.result = result.busy || result.kind || "none";
    this.state.textContent = this.words(result);
    this.state.hidden = !this.state.textContent;
    this.foot.replaceChildren(...this.footLine(result));
    this.foot.hidden = !result.kind;
  }

  words({ busy, kind, stale, note, warning }) {
    if (busy === "run") return "Running…";
    if (busy === "compare") return "Running it on every engine…";
    if (note) return note;
    if (!kind || busy) return "";
    if (stale) return "This is the result of what stood here before.";
    return kind === "preview" ? "Preview: exact, not recorded." : warning;
  }

  footLine({ kind, facts, run }) {
    if (!kind) return [];
    const words = h("span", {}, (facts ?? []).join(" · "));
    if (!run) return [words];
    const copy = iconButton("copy", `Copy the identifier of Run ${run}`, () => copyText(run, copy));
    return [words, h("span", { class: "wb-q-run-id" }, "Run ", h("code", {}, run), copy)];
  }
}

function render({ model, el }) {
  panelRoot(el, "wb-circuits");
  const circuit = new Circuit(model, el);
  let planned = false;
  const draw = () => {
    if (planned) return;
    planned = true; // several traits change together: one drawing is enough
    queueMicrotask(() => {
      planned = false;
      circuit.draw();
    });
  };
  const names = ["program", "asked", "result", "engines", "examples", "status"].map((name) => `change:${name}`).join(" ");
  model.on(names, draw);
  circuit.draw();
  return () => {
    circuit.code.flush();
    circuit.sliders.close();
    model.off(names, draw);
  };
}

export default { render };
