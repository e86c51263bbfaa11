// Draws each figure from the table behind it, which is there without scripts, too. Colours are the page's own, so that
// both schemes have theirs.
import uPlot from '../../vendor/uplot/uPlot.esm.js';

const figures = [...document.querySelectorAll('[data-chart]')];
const language = document.documentElement.lang === 'en' ? 'en-GB' : document.documentElement.lang;
const whole = new Intl.NumberFormat(language, { notation: 'compact', maximumFractionDigits: 1 });
const dayAndMonth = new Intl.DateTimeFormat(language, {
  day: 'numeric',
  month: 'short',
  timeZone: 'UTC',
});
const HEIGHT = 260;
const charts = new Map();

function draw() {
  for (const figure of figures) {
    charts.get(figure)?.destroy();
    charts.set(figure, chartOf(figure));
  }
}

function chartOf(figure) {
  const { names, days, columns } = read(document.getElementById(figure.dataset.table));
  const kind = figure.dataset.chart;
  figure.setAttribute('role', 'img');
  figure.setAttribute('aria-label', figure.dataset.label);
  const ink = variable('--soft');
  const grid = { stroke: variable('--line'), width: 1 };
  const axis = { stroke: ink, grid, ticks: grid, font: '13px system-ui, sans-serif' };
  // editions stand one beside the other, days where they belong
  const xs =
    kind === 'stacked' ? days.map((_, at) => at) : days.map((day) => Date.parse(day) / 1000);
  const options = {
    width: Math.max(200, figure.clientWidth),
    height: HEIGHT,
    legend: { show: false },
    cursor: { show: false },
    scales: { x: { time: false, ...rangeOf(kind, xs) }, y: { range: rangeFrom } },
    series: [{}, ...names.map((name, at) => seriesOf(kind, name, at, names.length))],
    axes: [
      {
        ...axis,
        values: (_, splits) => splits.map((split) => labelOf(kind, split, days)),
        space: 70,
        ...(kind === 'stacked' ? { incrs: [1, 2, 5, 10, 20] } : { incrs: dayIncrements }),
      },
      {
        ...axis,
        size: 56,
        // readers and emails are counted in wholes
        incrs: wholes,
        values: (_, splits) => splits.map((split) => whole.format(Math.abs(split))),
      },
    ],
  };
  return new uPlot(options, [xs, ...shapeOf(kind, columns)], figure);
}

const wholes = Array.from({ length: 10 }, (_, power) =>
  [1, 2, 5].map((n) => n * 10 ** power),
).flat();
const DAY = 86_400;
const dayIncrements = [1, 2, 7, 14, 30, 60, 90, 180, 365].map((days) => days * DAY);

function labelOf(kind, split, days) {
  if (kind !== 'stacked') return dayAndMonth.format(new Date(split * 1000));
  const day = Number.isInteger(split) ? days[split] : undefined;
  return day ? dayAndMonth.format(new Date(day)) : '';
}

// half a bar more on both sides
function rangeOf(kind, xs) {
  if (kind === 'lines') return {};
  const half = kind === 'stacked' ? 0.6 : DAY * 0.6;
  return { range: [(xs[0] ?? 0) - half, (xs.at(-1) ?? 0) + half] };
}

const rangeFrom = (_, least, most) => {
  const low = Math.min(0, least ?? 0);
  const high = Math.max(1, most ?? 1);
  return [low * 1.08, high * 1.08];
};

function seriesOf(kind, label, at, count) {
  // a stack is drawn from its top down, each in front of the one before
  const colour = variable(`--series-${(kind === 'stacked' ? count - 1 - at : at) % 6}`);
  if (kind === 'lines')
    return { label, stroke: colour, width: 2, dash: at > 5 ? [6, 4] : [], points: { show: false } };
  return {
    label,
    stroke: colour,
    fill: colour,
    width: 0,
    paths: uPlot.paths.bars({ size: [0.8, 40] }),
    points: { show: false },
  };
}

function shapeOf(kind, columns) {
  if (kind === 'opposed')
    return columns.map((column, at) => (at === 1 ? column.map((n) => n && -n) : column));
  if (kind !== 'stacked') return columns;
  const sums = [];
  let below = columns[0].map(() => 0);
  for (const column of columns) {
    below = column.map((n, at) => (n ?? 0) + below[at]);
    sums.push(below);
  }
  return sums.reverse();
}

// the oldest first
function read(table) {
  const names = [...table.tHead.rows[0].cells].slice(1).map((cell) => cell.textContent);
  const rows = [...table.tBodies[0].rows].reverse();
  const days = rows.map((row) => row.cells[0].dataset.day);
  const columns = names.map((_, at) =>
    rows.map(({ cells }) => {
      const { value } = cells[at + 1].dataset;
      return value === '' ? null : Number(value);
    }),
  );
  return { names, days, columns };
}

// light-dark() is worked out where a colour is used
const probe = document.createElement('span');
probe.hidden = true;
document.querySelector('main').append(probe);
function variable(name) {
  probe.style.color = `var(${name})`;
  return getComputedStyle(probe).color;
}

draw();
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', draw);
new ResizeObserver(() => {
  for (const [figure, chart] of charts)
    if (figure.clientWidth > 0 && figure.clientWidth !== chart.width)
      chart.setSize({ width: figure.clientWidth, height: HEIGHT });
}).observe(document.querySelector('main'));
