// Writes numbers for readers.

const digits = (options) => new Intl.NumberFormat('en', options);
const writer = (below1000, above) => (value) => {
  const size = Math.abs(value);
  if (Number.isNaN(value)) return 'NaN';
  if (size === Infinity) return value > 0 ? '+Inf' : '-Inf';
  if (size >= 1e15 || (size && size < 1e-4)) return value.toExponential(2);
  return (size < 1000 ? below1000 : above).format(value);
};
const exact = writer(digits({ maximumSignificantDigits: 6 }), digits({ maximumFractionDigits: 2 }));
const short = writer(digits({ maximumSignificantDigits: 3 }), digits({ maximumFractionDigits: 0 }));

// Returns a function that writes a value in the first unit that is not too large: [unit, its size, the lowest value].
const scaled = (units, base) => (value) => {
  const unit = units.find(([, size, lowest = size]) => Math.abs(value) >= lowest) ?? [base, 1];
  return Number.isFinite(value) ? `${short(value / unit[1])}\u00a0${unit[0]}` : exact(value);
};
const LONG = [['d', 86400, 172800], ['h', 3600, 7200], ['min', 60, 120]];
const duration = scaled([...LONG, ['s', 1], ['ms', 1e-3], ['\u00b5s', 1e-6], ['ns', 1e-9]], 's');
const bytes = scaled([['TiB', 2 ** 40], ['GiB', 2 ** 30], ['MiB', 2 ** 20], ['KiB', 1024]], 'B');
const localTime = (time) => new Date(time).toLocaleString([], { dateStyle: 'medium', timeStyle: 'medium' });
const ago = (time) => `${duration(Math.max(0, Date.now() - time) / 1000)} ago`;

// Returns how the values of a metric are written: text(), rate(), and, for points in time, detail().
function unitOf(name) {
  const [, word] = /_(seconds|bytes)(?:_total)?$/.exec(name) ?? [];
  if (!word) return { text: exact, rate: (value) => `${short(value)}/s` };
  const text = word === 'bytes' ? bytes : duration;
  const rate = (value) => `${text(value)}/s`;
  if (!/time(stamp)?_seconds$/.test(name)) return { text, rate };
  const or = (write, other) => (value) => (value > 1e8 && value < 1e11 ? write(value * 1000) : other(value));
  return { text: or(ago, text), rate, detail: or(localTime, () => '') };
}
