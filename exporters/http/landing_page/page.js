// The metrics of one path, and what the reader chose to see.

// The families at the top of the page, if there are any: their titles and names.
const TILES = {
  'CPU time': /^process_cpu_seconds_total$/,
  Memory: /^process_resident_memory_bytes$/,
  Threads: /^process_threads$/,
  'Open files': /^process_open_fds$/,
  Requests: /^(?!narthex_).*requests_total$/,
  'Request duration': /^(?!narthex_).*request_duration_seconds$/,
};
const ORDERS = { name: () => 0, type: ({ type }) => type, size: ({ series }) => -series.size };
const compare = (a, b) => (a < b ? -1 : Number(a > b));

class Page {
  source = new Source();
  words = [];
  order = { by: 'name', isDown: false };
  list = new List(byId('families').tBodies[0], byId('more'), (family) => new FamilyRow(this, family));
  tiles = [];

  filter(text) {
    this.words = text.toLowerCase().replaceAll('"', '').split(/\s+/).filter(Boolean);
    this.list.limit = CHUNK;
    this.show();
  }

  matches(family, series) {
    return this.words.every((word) => family.search.includes(word) || series?.search.includes(word));
  }

  // Returns the families that match, in their order.
  found() {
    const { source, order } = this;
    if (this.sortedFrom !== source.listed || this.sortedBy !== order || order.by === 'size') {
      const key = ORDERS[order.by];
      this.sorted = [...source.listed].sort((a, b) => compare(key(a), key(b)) || compare(a.name, b.name));
      if (order.isDown) this.sorted.reverse();
      Object.assign(this, { sortedFrom: source.listed, sortedBy: order });
    }
    const isFound = (family) =>
      this.matches(family) || [...family.series.values()].some((series) => this.matches(family, series));
    return this.words.length ? this.sorted.filter(isFound) : this.sorted;
  }

  show() {
    const found = this.found();
    this.list.show(found);
    this.showTiles();
    for (const row of onScreen) row.paint();
    for (const row of this.list.rows.values()) if (row.detail && !onScreen.has(row)) row.paintDetail();
    const { listed, samples } = this.source;
    const count = found.length < listed.length ? `${exact(found.length)} of ` : '';
    setText(byId('count'), `${count}${exact(listed.length)} families, ${exact(samples.size)} samples`);
  }

  showTiles() {
    const { listed } = this.source;
    if (this.tiledFrom === listed) return;
    this.tiledFrom = listed;
    for (const tile of this.tiles) tile.remove();
    this.tiles = [];
    for (const [title, name] of Object.entries(TILES)) {
      const family = listed.find((item) => name.test(item.name));
      if (!family) continue;
      const tile = new Row(this, family, 'tile');
      setText(tile.node.firstElementChild, title);
      tile.paint();
      this.tiles.push(tile);
      byId('tiles').append(tile.node);
    }
  }

  orderBy(by, isDown) {
    this.order = { by, isDown };
    for (const button of document.querySelectorAll('[data-sort]')) {
      const isChosen = button.dataset.sort === by;
      button.parentNode.ariaSort = isChosen ? (isDown ? 'descending' : 'ascending') : null;
      button.onclick = () => this.orderBy(button.dataset.sort, isChosen && !isDown);
    }
    this.show();
  }
}
