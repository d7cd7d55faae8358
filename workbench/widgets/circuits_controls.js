// How the circuit is run: engine, shots, seed, observables, and a slider for each free parameter.

const TURN = 2 * Math.PI;
const DRAG_PAUSE = 40;
const SETTLE_PAUSE = 300;

class Controls {
  constructor(act, run, compare) {
    this.act = act;
    this.engine = h("select", { "aria-label": "Engine" });
    this.engine.addEventListener("change", () => act({ do: "ask", on: this.engine.value }));
    this.exact = h("input", { type: "checkbox" });
    this.exact.addEventListener("change", () => this.sendShots());
    this.shots = this.number("Shots", "1024", 1, 1e8, () => this.sendShots());
    this.seed = this.number("Seed", "drawn", 0, 2 ** 31 - 1, () => act({ do: "ask", seed: this.whole(this.seed) }));
    this.observables = h("input", { type: "text", placeholder: "Z0*Z1, X0", spellcheck: "false", "aria-label": "Observables, sums of Pauli strings" });
    this.observables.addEventListener("change", () => act({ do: "ask", observables: this.observables.value }));
    this.compare = h("button", { type: "button", class: "wb-plain-button", title: "Run it on every engine and say whether they agree", onclick: compare }, "Compare");
    this.run = h("button", { type: "button", class: "wb-main-button wb-q-run", title: "Run (Control and Enter in the text)", onclick: run }, "Run");
    this.reason = h("p", { class: "wb-q-reasons" });
    const field = (label, ...inputs) => h("label", { class: "wb-q-field" }, h("span", {}, label), ...inputs);
    this.node = h("div", { class: "wb-q-controls" },
      field("Engine", this.engine), field("Shots", this.shots),
      h("label", { class: "wb-q-check", title: "Exact probabilities, nothing is sampled" }, this.exact, "exact"),
      field("Seed", this.seed),
      h("label", { class: "wb-q-field wb-q-wide" }, h("span", {}, "Observables"), this.observables),
      h("div", { class: "wb-q-buttons" }, this.compare, this.run));
    for (const input of [this.shots, this.seed, this.observables]) {
      input.addEventListener("keydown", (event) => event.key === "Enter" && (input.dispatchEvent(new Event("change")), run()));
    }
  }

  number(label, placeholder, min, max, onchange) {
    const input = h("input", { type: "number", inputmode: "numeric", placeholder, min, max, step: 1, "aria-label": label });
    input.addEventListener("change", onchange);
    return input;
  }

  // Nothing typed leaves it to the service; anything else it judges.
  whole(input) { return input.value === "" ? null : Number(input.value); }

  sendShots() { this.act({ do: "ask", shots: this.exact.checked ? null : this.whole(this.shots) ?? "auto" }); }

  drawEngines(engines, on) {
    const label = ({ name, reason }) => reason ? `${name}: ${reason}` : name;
    this.engine.replaceChildren(h("option", { value: "auto" }, "auto (the fastest)"),
      ...engines.map((each) => h("option", { value: each.name, disabled: Boolean(each.reason), title: each.reason }, label(each))));
    if (on !== "auto" && !engines.some((each) => each.name === on)) this.engine.append(h("option", { value: on }, on));
    this.engine.value = on;
  }

  draw(asked) {
    const set = (input, value) => document.activeElement !== input && input.value !== value && (input.value = value);
    this.engine.value = asked.on;
    this.exact.checked = asked.shots === null;
    this.shots.disabled = asked.shots === null;
    if (asked.shots !== null) set(this.shots, asked.shots === "auto" ? "" : String(asked.shots));
    set(this.seed, asked.seed === null ? "" : String(asked.seed));
    set(this.observables, asked.observables);
  }

  drawBusy(busy) {
    const working = busy === "run" || busy === "compare";
    this.run.textContent = working ? "Stop" : "Run";
    this.run.classList.toggle("wb-main-button", !working);
    this.run.classList.toggle("wb-plain-button", working);
    this.compare.disabled = working;
  }
}

class Sliders {
  constructor(act) {
    this.act = act;
    this.rows = new Map();
    this.pending = {};
    this.list = h("div", { class: "wb-q-sliders" });
    this.hint = h("p", { class: "wb-q-hint" }, "While a slider moves, the exact result follows and is not recorded; let go, and it is run and recorded.");
    this.node = h("section", { "aria-label": "Parameters", hidden: true }, this.list, this.hint);
  }

  draw(parameters) {
    this.node.hidden = parameters.length === 0;
    const names = parameters.map((each) => each.name);
    if (JSON.stringify(names) !== JSON.stringify([...this.rows.keys()])) {
      const rows = new Map(names.map((name) => [name, this.rows.get(name) ?? this.row(name)]));
      this.rows = rows;
      this.list.replaceChildren(...[...rows.values()].map((row) => row.node));
    }
    for (const { name, value } of parameters) this.rows.get(name).draw(value);
  }

  row(name) {
    const slider = h("input", { type: "range", min: 0, max: TURN, step: TURN / 240, "aria-label": `${name}, radians` });
    const box = h("input", { type: "number", step: "any", "aria-label": `${name}, radians, as a number` });
    const part = h("small", {});
    const say = (value) => { part.textContent = `${Number((value / Math.PI).toFixed(3))} π`; };
    slider.addEventListener("input", () => {
      box.value = Number(Number(slider.value).toFixed(4));
      say(Number(slider.value));
      this.turn(name, Number(slider.value));
    });
    slider.addEventListener("change", () => this.release());
    box.addEventListener("change", () => {
      if (box.value === "" || !Number.isFinite(Number(box.value))) return;
      slider.value = box.value;
      say(Number(box.value));
      this.pending[name] = Number(box.value);
      this.settle();
    });
    const draw = (value) => {
      if (this.moving) return;
      if (document.activeElement !== box) box.value = Number(value.toFixed(4));
      if (document.activeElement !== slider) slider.value = value;
      say(value);
    };
    return { node: h("div", { class: "wb-q-slider" }, h("span", { title: name }, name), slider, box, part), draw };
  }

  // Positions between two sendings are never computed.
  turn(name, value) {
    this.moving = true;
    this.pending[name] = value;
    clearTimeout(this.settling);
    this.sending ??= setTimeout(() => {
      this.sending = null;
      if (Object.keys(this.pending).length) this.act({ do: "turn", values: { ...this.pending }, hold: true });
    }, DRAG_PAUSE);
  }

  // An arrow key that is held lets go with every step.
  release() {
    clearTimeout(this.settling);
    this.settling = setTimeout(() => this.settle(), SETTLE_PAUSE);
  }

  settle() {
    this.close();
    this.act({ do: "turn", values: this.pending, hold: false });
    this.pending = {};
    this.moving = false;
  }

  close() {
    clearTimeout(this.settling);
    clearTimeout(this.sending);
    this.sending = this.settling = null;
  }
}
