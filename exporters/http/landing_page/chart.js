// Draws the history of a family or a series: lines from the left, which move when they have reached the right.

const WIDTH = 120;
const HEIGHT = 26;
const MIN_SPAN = 60000; // milliseconds
const MAX_GAP = 20000; // between points of a line

class Chart {
  constructor(parent) {
    this.node = clone('chart');
    parent.prepend(this.node);
  }

  draw({ history, kind }, { times, tick }) {
    const first = Math.max(1, tick - SLOTS + 1);
    const start = times[first % SLOTS];
    const values = history.flatMap((points) => [...points].filter(Number.isFinite));
    this.span = Math.max(times[tick % SLOTS] - start, MIN_SPAN);
    this.high = Math.max(...values);
    this.low = Math.min(...values, kind === kinds.gauge ? this.high : 0);
    const y = (value) => (this.high > this.low ? ((this.high - value) / (this.high - this.low)) * HEIGHT : HEIGHT / 2);
    const curves = history.map((points) => {
      const pieces = [[]];
      for (let i = first; i <= tick; i++) {
        const value = points[i % SLOTS];
        const x = ((times[i % SLOTS] - start) / this.span) * WIDTH;
        if (!(times[i % SLOTS] - times[(i - 1) % SLOTS] < MAX_GAP)) pieces.push([]);
        if (Number.isFinite(value)) pieces.at(-1).push(`${x.toFixed(1)} ${y(value).toFixed(1)}`);
        else pieces.push([]);
      }
      return pieces.filter((piece) => piece.length);
    });
    const below = (piece) => `M${piece[0].split(' ', 1)} ${HEIGHT}L${piece.join('L')}V${HEIGHT}Z`;
    const [area, ...lines] = this.node.children;
    area.setAttribute('d', curves.length === 1 ? curves[0].map(below).join('') : '');
    lines.forEach((line, i) => {
      const pieces = curves[i] ?? [];
      line.setAttribute('d', pieces.map((piece) => `M${piece.join('L')}h0`).join(''));
    });
  }
}
