// Reads the text format 0.0.4 into families, series, and samples.

const SLOTS = 120; // points of a chart
const MAX_CHARTED = 10000; // with more series, only families have charts
const LINE = /^# (HELP|TYPE) ([\w:]+) ?([^]*)|^([\w:]+(?:{[^]*})?)\s+([-+.\dNI]\S*)/;
const LABEL = /([^\s=,{]+)="((?:[^"\\]|\\[^])*)"/g;
// What follows the name of a family in the names of its samples.
const SUFFIX = { __proto__: null, histogram: /^_(bucket|sum|count)$/, summary: /^(_sum|_count|)$/ };

const unescape = (text) => text.replace(/\\([\\"n])/g, (_, c) => (c === 'n' ? '\n' : c));
const toNumber = (text) => parseFloat(text.replace(/inf$/i, 'Infinity'));

// Long work yields every few milliseconds, so that the page reacts while it reads a large text.
const { port1, port2 } = new MessageChannel();
let resume;
let sliceEnd = 0;
let steps = 0;
port1.onmessage = () => {
  sliceEnd = performance.now() + 6;
  resume();
};
const isLate = () => ++steps % 64 === 0 && performance.now() > sliceEnd;
function nextSlice() {
  port2.postMessage(0);
  return new Promise((resolve) => (resume = resolve));
}

class Source {
  families = new Map();
  samples = new Map(); // by the text of the line before the value
  times = new Float64Array(SLOTS);
  tick = 0; // number of texts read
  listed = []; // the families of the last text

  get slot() {
    return this.tick % SLOTS;
  }

  // Reads the text that arrived at a time in milliseconds.
  async read(text, time) {
    const last = this.tick ? this.times[this.slot] : NaN;
    this.seconds = time > last ? (time - last) / 1000 : NaN;
    this.tick++;
    let family;
    for (const line of text.split('\n')) {
      const [, keyword, name, rest, key, value] = LINE.exec(line) ?? [];
      if (keyword) family = this.describe(name, keyword, rest);
      else if (key) this.set(key, toNumber(value), family);
      if (isLate()) await nextSlice();
    }
    this.removeOld();
    this.times[this.slot] = time;
    const families = [...this.families.values()];
    const isCharted = families.reduce((sum, { series }) => sum + series.size, 0) <= MAX_CHARTED;
    for (const item of families) {
      this.measure(item, [...item.series.values()], true);
      for (const series of item.series.values()) {
        this.measure(series, [series], isCharted);
        if (isLate()) await nextSlice();
      }
    }
    const isOther = families.length !== this.listed.length || families.some((item, i) => item !== this.listed[i]);
    if (isOther) this.listed = families;
  }

  family(name) {
    let family = this.families.get(name);
    if (!family) this.families.set(name, (family = new Family(name)));
    family.tick = this.tick;
    return family;
  }

  describe(name, keyword, text) {
    let family = this.family(name);
    let { type, help } = family;
    if (keyword === 'TYPE') type = text.trim();
    else help = unescape(text);
    if (type !== family.type && family.series.size) {
      for (const [key, sample] of this.samples) if (sample.series.family === family) this.samples.delete(key);
      this.families.delete(name);
      family = this.family(name); // samples of another type are not comparable
    }
    family.describe(type, help);
    return family;
  }

  set(key, value, family) {
    let sample = this.samples.get(key);
    if (!sample) this.samples.set(key, (sample = this.newSample(key, value, family)));
    sample.last = sample.tick === this.tick - 1 ? sample.now : NaN;
    sample.now = value;
    sample.tick = sample.series.family.tick = this.tick;
  }

  newSample(key, value, family) {
    const [name] = key.split('{', 1);
    const labels = [...key.slice(name.length).matchAll(LABEL)].map(([, label, text]) => [label, unescape(text)]);
    let suffix = family && name.startsWith(family.name) ? name.slice(family.name.length) : null;
    if (suffix === null || !(SUFFIX[family.type] ?? /^$/).test(suffix)) {
      family = this.family(name);
      suffix = '';
    }
    const role = suffix.slice(1);
    const own = role === 'bucket' ? 'le' : family.type === 'summary' ? 'quantile' : family.stateLabel(labels, value);
    const bound = labels.find(([label]) => label === own)?.[1] ?? '';
    const sample = { role, bound: role === 'bucket' ? toNumber(bound) : bound };
    family.add(sample, labels.filter(([label]) => label !== own));
    return sample;
  }

  // Removes what the last text did not contain.
  removeOld() {
    for (const [key, { tick, series }] of this.samples) {
      if (tick === this.tick) continue;
      series.samples = series.samples.filter((sample) => sample.tick === this.tick);
      if (!series.samples.length) series.family.series.delete(series.id);
      this.samples.delete(key);
    }
    for (const [name, { tick }] of this.families) if (tick !== this.tick) this.families.delete(name);
  }

  // Computes the numbers of a family or a series, and adds points to its chart.
  measure(item, list, isCharted) {
    item.numbers = item.kind.measure(list, this.seconds);
    const points = isCharted ? item.kind.points(item.numbers) : [];
    if (item.history?.length !== points.length) item.history = points.map(() => new Float64Array(SLOTS).fill(NaN));
    points.forEach((point, i) => (item.history[i][this.slot] = point));
  }
}

class Family {
  series = new Map(); // by their labels

  constructor(name) {
    this.name = name;
    this.unit = unitOf(name);
    this.describe('untyped', '');
  }

  describe(type, help) {
    if (this.type === type && this.help === help) return;
    Object.assign(this, { type, help, search: `${this.name} ${type} ${help}`.toLowerCase() });
  }

  get kind() {
    return kinds[this.guess ?? this.type] ?? kinds.gauge;
  }

  // State sets and infos are gauges in this format. The first sample shows which. Returns the label of the state.
  stateLabel(labels, value) {
    const isGauge = this.type === 'gauge' || this.type === 'untyped';
    if (isGauge && !this.series.size) {
      if (value === 1 && this.name.endsWith('_info')) this.guess = 'info';
      if ((value === 0 || value === 1) && labels.some(([label]) => label === this.name)) this.guess = 'states';
    }
    return this.guess === 'states' ? this.name : null;
  }

  add(sample, labels) {
    const id = JSON.stringify(labels);
    const { kind, unit } = this;
    const search = labels.map((pair) => pair.join('=')).join(' ').toLowerCase();
    sample.series = this.series.get(id) ?? { id, labels, search, kind, unit, family: this, samples: [] };
    sample.series.samples.push(sample);
    this.series.set(id, sample.series);
  }
}
