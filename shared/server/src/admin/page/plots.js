/** @import { HistorySample } from '../activity/second-ring.ts' */
/** @import { Options, Series } from 'uplot' */
import uPlot from './uplot.js';
import { byId, formatDuration, formatNumber, setText } from './elements.js';

const HEIGHT = 150;
/** Steps of an axis of whole numbers. */
const WHOLE_STEPS = [1, 2, 5].flatMap((step) =>
  Array.from({ length: 9 }, (_value, power) => step * 10 ** power),
);
WHOLE_STEPS.sort((a, b) => a - b);

/**
 * Returns a color of the current color scheme.
 * @param {string} name
 */
function color(name) {
  const probe = document.createElement('i');
  probe.style.color = `var(${name})`;
  document.body.append(probe);
  const value = getComputedStyle(probe).color;
  probe.remove();
  return value;
}

/**
 * @param {string} label
 * @param {string} variable
 * @param {(value: number | null) => string} format
 * @param {readonly number[]} [dash]
 * @returns {Series}
 */
const line = (label, variable, format, dash) => ({
  label,
  stroke: () => color(variable),
  width: 2,
  // A second without calls has no latency, so a value may have no neighbor to draw a line to.
  points: { show: format === formatDuration, size: 4 },
  ...(dash === undefined ? {} : { dash: [...dash] }),
  value: (_plot, value) => format(value ?? null),
});

/** @param {number} time in s since the epoch */
const formatTime = (time) => new Date(time * 1000).toTimeString().slice(0, 5);

/** @param {number | null} value */
const formatCount = (value) => (value === null ? '–' : formatNumber(value));

/** A plot that follows the width of its element and the color scheme. */
class HistoryPlot {
  /**
   * @param {string} id
   * @param {Series[]} series
   */
  constructor(id, series) {
    this.element = byId(id, HTMLElement);
    const axis = {
      stroke: () => color('--quiet'),
      grid: { stroke: () => color('--line'), width: 1 },
      ticks: { show: false },
      font: '12px system-ui, sans-serif',
    };
    /** @type {Options} */
    const options = {
      width: this.width,
      height: HEIGHT,
      cursor: { drag: { x: false, y: false }, points: { show: false } },
      scales: {
        x: { time: true },
        y: { range: (_plot, _low, high) => [0, Math.max(high, 1) * 1.1] },
      },
      axes: [
        { ...axis, space: 70, values: (_plot, times) => times.map(formatTime) },
        { ...axis, size: 52, incrs: WHOLE_STEPS },
      ],
      series: [{ value: '{HH}:{mm}:{ss}' }, ...series],
    };
    this.plot = new uPlot(options, [[0], ...series.map(() => [null])], this.element);
    new ResizeObserver(() => this.plot.setSize({ width: this.width, height: HEIGHT })).observe(
      this.element,
    );
    const scheme = matchMedia('(prefers-color-scheme: dark)');
    scheme.addEventListener('change', () => this.plot.redraw(false, true));
  }

  get width() {
    return Math.max(120, this.element.clientWidth);
  }

  /**
   * @param {number[]} times
   * @param {...(number | null)[]} values
   */
  show(times, ...values) {
    this.plot.setData([times, ...values]);
  }
}

const plots = {
  connections: new HistoryPlot('connections-plot', [line('Connections', '--accent', formatCount)]),
  calls: new HistoryPlot('calls-plot', [
    line('Calls', '--accent', formatCount),
    line('Failed', '--bad', formatCount, [6, 4]),
  ]),
  latency: new HistoryPlot('latency-plot', [
    line('Median', '--accent', formatDuration),
    line('99 %', '--second', formatDuration, [6, 4]),
  ]),
};

/**
 * Draws the history of a hub and writes its current values as text.
 * @param {readonly HistorySample[]} history
 * @param {number} now in ms since the epoch
 */
export function showHistory(history, now) {
  const last = Math.floor(now / 1000);
  const times = history.map((_sample, index) => last - history.length + 1 + index);
  plots.connections.show(
    times,
    history.map(({ connections }) => connections),
  );
  plots.calls.show(
    times,
    history.map(({ calls }) => calls),
    history.map(({ errors }) => errors),
  );
  plots.latency.show(
    times,
    history.map(({ p50 }) => p50),
    history.map(({ p99 }) => p99),
  );
  // The last second is not over.
  const recent = history.slice(-11, -1);
  const calls = average(recent.map((sample) => sample.calls));
  const errors = average(recent.map((sample) => sample.errors));
  const latency = recent.findLast(({ p50 }) => p50 !== null);
  const connections = history.at(-1)?.connections ?? 0;
  setText(byId('connections-now', HTMLElement), formatNumber(connections));
  setText(byId('calls-now', HTMLElement), `${calls} (${errors} failed)`);
  setText(
    byId('latency-now', HTMLElement),
    `${formatDuration(latency?.p50)} (99 %: ${formatDuration(latency?.p99)})`,
  );
}

/**
 * Returns the average with one decimal.
 * @param {readonly number[]} values
 */
const average = (values) =>
  values.length === 0
    ? '0'
    : formatNumber(
        Math.round((values.reduce((sum, value) => sum + value, 0) / values.length) * 10) / 10,
      );
