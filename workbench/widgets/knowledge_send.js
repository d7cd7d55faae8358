// Sends files to the kernel in pieces; the kernel says how much has arrived, so that little is on its way.

const PIECE = 1 << 20;
const AHEAD = 4 * PIECE;
const BEAT = 20000;

class Sender {
  constructor(model, changed) {
    this.model = model;
    this.changed = changed;
    this.id = Sender.name();
    this.jobs = new Map();
    this.queue = [];
    this.flying = 0;
  }

  // crypto.randomUUID is missing on plain http
  static name() {
    return [...crypto.getRandomValues(new Uint8Array(12))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  }

  add(files) {
    const most = this.model.get("status").most ?? Infinity;
    const jobs = files.map((file) => ({ upload: Sender.name(), file, sent: 0, received: 0, cut: file.size > most }));
    if (!jobs.length) return;
    for (const job of jobs) this.jobs.set(job.upload, job);
    this.model.send({
      do: "begin", sender: this.id,
      files: jobs.map(({ upload, file }) => ({ upload, name: file.name, size: file.size })),
    });
    this.queue.push(...jobs);
    this.pump();
  }

  again(upload) {
    const job = this.jobs.get(upload);
    if (job) this.add([job.file]);
  }

  has(upload) { return this.jobs.has(upload); }

  share(upload) {
    const job = this.jobs.get(upload);
    return job?.file.size ? job.received / job.file.size : null;
  }

  async pump() {
    if (this.pumping) return;
    this.pumping = setInterval(() => this.model.send({ do: "beat", sender: this.id }), BEAT);
    while (this.queue.length) await this.send(this.queue.shift());
    clearInterval(this.pumping);
    this.pumping = null;
  }

  async send(job) {
    do {
      while (this.flying >= AHEAD && !job.cut) await new Promise((resolve) => { this.wake = resolve; });
      if (job.cut) return;
      let bytes;
      try {
        bytes = await job.file.slice(job.sent, job.sent + PIECE).arrayBuffer();
      } catch {
        this.model.send({ do: "unreadable", upload: job.upload });
        return;
      }
      if (job.cut) return;
      this.model.send({ do: "piece", upload: job.upload, offset: job.sent }, undefined, [bytes]);
      job.sent += bytes.byteLength;
      this.flying += bytes.byteLength;
    } while (job.sent < job.file.size);
  }

  receive(event) {
    const job = this.jobs.get(event.upload);
    if (!job) return;
    if (event.type === "cut") {
      job.cut = true;
      this.flying -= job.sent - job.received;
      job.received = job.sent;
    } else {
      this.flying -= event.received - job.received;
      job.received = event.received;
    }
    this.wake?.();
    this.changed(job.upload);
  }

  close() {
    if (this.queue.length || this.pumping) this.model.send({ do: "leave", sender: this.id });
    this.queue = [];
    for (const job of this.jobs.values()) job.cut = true;
    this.wake?.();
    clearInterval(this.pumping);
  }
}

// What a drop holds; folders are walked through, hidden files left out.
async function droppedFiles(transfer) {
  const entries = [...transfer.items ?? []].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  const plain = [...transfer.files];
  if (!entries.some((entry) => entry.isDirectory)) return plain;
  return (await Promise.all(entries.map(filesIn))).flat();
}

async function filesIn(entry) {
  if (entry.name.startsWith(".")) return [];
  if (entry.isFile) return [await new Promise((resolve, reject) => entry.file(resolve, reject))];
  const reader = entry.createReader();
  const found = [];
  for (;;) { // a reader gives at most a hundred at a time
    const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (!some.length) break;
    found.push(...some);
  }
  return (await Promise.all(found.map(filesIn))).flat();
}
