// What the page shows of each kind of metric:
//   measure(list, seconds): the numbers of a list of series, from their last two texts
//   points(numbers): a point for each line of the chart
//   text(numbers, unit): the main text, as pairs of a label and a text, and the small text below

// Adds numbers of which NaN means that there is none.
const plus = (sum, value) => (Number.isNaN(value) ? sum : Number.isNaN(sum) ? value : sum + value);

// Interpolates as histogram_quantile() of Prometheus does. Buckets are [upper bound, cumulative count], in their order.
function quantile(q, buckets) {
  const last = buckets.length - 1;
  const rank = q * buckets[last][1];
  if (last < 1 || buckets[last][0] !== Infinity || !rank) return NaN;
  const found = buckets.findIndex(([, count]) => count >= rank);
  if (found === last) return buckets[last - 1][0];
  const [upper, count] = buckets[found];
  if (!found && upper <= 0) return upper;
  const [lower, below] = found ? buckets[found - 1] : [0, 0];
  return lower + ((upper - lower) * (rank - below)) / (count - below);
}

// Adds up the buckets of all series, with a function that returns the count of one.
function sumBuckets(list, count) {
  const sums = new Map();
  for (const { samples } of list) {
    for (const sample of samples) {
      if (sample.role === 'bucket') sums.set(sample.bound, plus(sums.get(sample.bound) ?? NaN, count(sample)));
    }
  }
  const buckets = [...sums].sort(([a], [b]) => a - b);
  for (let i = 1; i < buckets.length; i++) buckets[i][1] = Math.max(buckets[i][1], buckets[i - 1][1]);
  return buckets;
}

// The count, rate, and mean of observations: of those since the last text, or of all if there are none.
function observations(list, seconds) {
  const all = { count: NaN, sum: NaN };
  const added = { count: NaN, sum: NaN };
  for (const { samples } of list) {
    const isReset = samples.some(({ role, now, last }) => role === 'count' && now < last);
    for (const sample of samples) {
      const { role, now } = sample;
      if (isReset) sample.last = 0;
      if (!(role in all)) continue;
      all[role] = plus(all[role], now);
      added[role] = plus(added[role], now - sample.last);
    }
  }
  const isNew = added.count > 0;
  const { count, sum } = isNew ? added : all;
  return { isNew, total: all.count, rate: added.count / seconds, mean: sum / count };
}

// Quantiles, or the mean if there are none.
const observed = ({ quantiles, mean }) => (quantiles.length ? quantiles : [['mean', mean]]);

function observedText(numbers, unit, prefix) {
  const { isNew, total, rate, mean, quantiles } = numbers;
  if (total === 0) return [[['', '\u2013']], 'no observations'];
  const parts = [prefix, rate >= 0 && `${short(rate)}/s`, quantiles.length && `mean ${unit.text(mean)}`];
  parts.push(`total ${exact(total)}`, !isNew && 'since the start');
  return [observed(numbers).map(([p, value]) => [p, unit.text(value)]), parts.filter(Boolean).join(' \u00b7 ')];
}

const kinds = {
  __proto__: null,

  counter: {
    measure(list, seconds) {
      let total = NaN;
      let added = NaN;
      for (const { samples } of list) {
        for (const { now, last } of samples) {
          total = plus(total, now);
          added = plus(added, now < last ? now : now - last); // a lower value started again at 0
        }
      }
      return { total, rate: added / seconds };
    },
    points: ({ rate }) => [rate],
    text: ({ rate, total }, unit) => [[['', rate >= 0 ? unit.rate(rate) : '\u2013']], `total ${unit.text(total)}`],
  },

  gauge: {
    measure(list) {
      let sum = NaN;
      let low = Infinity;
      let high = -Infinity;
      for (const { samples } of list) {
        for (const { now } of samples) {
          sum = plus(sum, now);
          if (now < low) low = now;
          if (now > high) high = now;
        }
      }
      return { sum, low, high, size: list.length };
    },
    points: ({ sum }) => [sum],
    text({ sum, low, high, size }, unit) {
      if (size === 1) return [[['', unit.text(sum)]], unit.detail?.(sum) ?? ''];
      if (unit.detail) return [[['', unit.text(high)]], `latest of ${size}`];
      return [[['', unit.text(sum)]], low <= high ? `sum of ${unit.text(low)} to ${unit.text(high)}` : 'sum'];
    },
  },

  histogram: {
    style: 'curves',
    measure(list, seconds) {
      const numbers = observations(list, seconds);
      const buckets = sumBuckets(list, ({ now, last }) => (numbers.isNew ? now - last : now));
      const ranks = buckets.length > 1 ? [0.5, 0.9, 0.99] : [];
      return { ...numbers, quantiles: ranks.map((q) => [`p${q * 100}`, quantile(q, buckets)]) };
    },
    points: (numbers) => observed(numbers).map(([, value]) => (numbers.isNew ? value : NaN)),
    text: observedText,
  },

  summary: {
    style: 'curves',
    measure(list, seconds) {
      const highest = new Map();
      for (const { samples } of list) {
        for (const { role, bound, now } of samples) if (!role && !(highest.get(bound) >= now)) highest.set(bound, now);
      }
      const quantiles = [...highest].map(([q, value]) => [`p${+(q * 100).toFixed(6)}`, value]);
      return { ...observations(list, seconds), quantiles, size: list.length };
    },
    points: (numbers) => observed(numbers).slice(0, 3).map(([, value]) => value),
    text: (numbers, unit) => observedText(numbers, unit, numbers.size > 1 && numbers.quantiles.length && 'highest'),
  },

  states: {
    measure(list) {
      const active = new Map();
      for (const { samples } of list) {
        for (const { bound, now } of samples) if (now) active.set(bound, (active.get(bound) ?? 0) + 1);
      }
      return { active, size: list.length };
    },
    points: () => [],
    text: ({ active, size }) => [
      [...active].map(([state, count]) => [size > 1 ? exact(count) : '', state]),
      active.size ? '' : 'no state is active',
    ],
  },

  info: {
    measure: (list) => list,
    points: () => [],
    text: (list) => [list.length > 1 ? [['', `${exact(list.length)} label sets`]] : list[0].labels, ''],
  },
};
