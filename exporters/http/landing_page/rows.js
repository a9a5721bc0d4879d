// The rows of the tables. Texts of the server become text nodes only.

const CHUNK = 20; // rows that a table gets at a time

const byId = (id) => document.getElementById(id);
const clone = (id) => byId(id).content.firstElementChild.cloneNode(true);

function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

function setPairs(node, pairs) {
  if (node.children.length !== pairs.length) node.replaceChildren(...pairs.flatMap(() => [clone('pair'), ' ']));
  pairs.forEach((pair, i) => pair.forEach((text, part) => setText(node.children[i].children[part], text)));
}

// Only rows on the screen are painted.
const onScreen = new Set();
const watcher = new IntersectionObserver((entries) => {
  for (const { target, isIntersecting } of entries) {
    onScreen.delete(target.row);
    if (!isIntersecting) continue;
    onScreen.add(target.row);
    target.row.paint();
  }
});

// The current numbers of a family or a series, and their chart.
class Row {
  constructor(page, item, template) {
    Object.assign(this, { page, item, node: clone(template) });
    [this.main, this.small] = this.node.querySelector('.now').children;
    this.chart = new Chart(this.node.querySelector('.trend'));
    this.node.row = this;
    watcher.observe(this.node);
  }

  get nodes() {
    return [this.node];
  }

  remove() {
    watcher.unobserve(this.node);
    onScreen.delete(this);
    for (const node of this.nodes) node.remove();
  }

  paint() {
    const { kind, numbers, unit, series } = this.item;
    const [pairs, small] = series?.size === 0 ? [[], 'no series'] : kind.text(numbers, unit);
    this.main.className = kind.style ?? '';
    setPairs(this.main, pairs);
    if (this.small) setText(this.small, small);
    this.chart.draw(this.item, this.page.source);
  }
}

class SeriesRow extends Row {
  constructor(page, series) {
    super(page, series, 'series');
    setPairs(this.node.firstElementChild, series.labels);
    if (!series.labels.length) setText(this.node.firstElementChild, 'no labels');
    this.paint();
  }
}

class FamilyRow extends Row {
  constructor(page, family) {
    super(page, family, 'family');
    [this.button, this.help] = this.node.firstElementChild.children;
    setText(this.button.firstElementChild, family.name);
    this.button.onclick = () => this.toggle(!this.detail);
    this.paint();
    if (family.isOpen) this.toggle(true);
  }

  get nodes() {
    return this.detail ? [this.node, this.detail] : [this.node];
  }

  remove() {
    this.list?.show([]);
    super.remove();
  }

  // Shows or hides a large chart and a row for each series.
  toggle(isOpen) {
    this.item.isOpen = isOpen;
    this.button.setAttribute('aria-expanded', isOpen);
    this.list?.show([]);
    this.detail?.remove();
    this.detail = this.list = null;
    if (!isOpen) return;
    this.detail = clone('detail');
    const [figure, table, more] = this.detail.firstElementChild.children;
    table.setAttribute('aria-label', `Series of ${this.item.name}`);
    this.large = new Chart(figure);
    this.list = new List(table.tBodies[0], more, (series) => new SeriesRow(this.page, series));
    this.node.after(this.detail);
    this.paintDetail();
  }

  paintDetail() {
    const { page, item, large } = this;
    this.list.show([...item.series.values()].filter((series) => series.numbers && page.matches(item, series)));
    large.draw(item, page.source);
    const write = item.kind === kinds.counter ? item.unit.rate : item.unit.text;
    const { low, high, span, node } = large;
    node.parentNode.hidden = !(low <= high);
    const range = low < high ? `${write(low)} to ${write(high)}` : write(high);
    setText(node.nextElementSibling, `${range} in ${duration(span / 1000)}`);
  }

  paint() {
    super.paint();
    const { type, help, series } = this.item;
    const [, typeCell, sizeCell] = this.node.children;
    setText(this.help, help);
    setText(typeCell.firstElementChild, type);
    typeCell.firstElementChild.className = type;
    setText(sizeCell, exact(series.size));
    if (this.detail) this.paintDetail();
  }
}

// A table body with the first rows of a list of items, and a button that adds more of them.
class List {
  rows = new Map(); // by their items
  limit = CHUNK;

  constructor(body, more, newRow) {
    Object.assign(this, { body, more, newRow });
    more.onclick = () => this.grow();
  }

  grow() {
    this.limit += CHUNK;
    this.show(this.items);
  }

  // Keeps the rows that it has, so that they keep the focus.
  show(items) {
    this.items = items;
    const shown = new Set(items.slice(0, this.limit));
    for (const [item, row] of this.rows) {
      if (shown.has(item)) continue;
      row.remove();
      this.rows.delete(item);
    }
    let next = this.body.firstElementChild;
    for (const item of shown) {
      if (!this.rows.has(item)) this.rows.set(item, this.newRow(item));
      for (const node of this.rows.get(item).nodes) {
        if (node === next) next = next.nextElementSibling;
        else this.body.insertBefore(node, next);
      }
    }
    this.more.hidden = items.length <= this.limit;
    setText(this.more, `Show more (${exact(items.length - this.limit)} left)`);
  }
}
