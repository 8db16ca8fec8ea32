import type uPlot from 'uplot';

/** A ratio of two servers, with its confidence interval. */
interface PlottedRatio {
  readonly workload: string;
  readonly ratio: number;
  readonly low: number;
  readonly high: number;
}

/** The room for the names of the workloads, which are written from bottom to top. */
const NAME_HEIGHT = 170;

/** Returns the options of a plot: a point with an interval for each workload, and a line at 1. */
export function createPlotOptions(
  ratios: readonly PlottedRatio[],
  style: CSSStyleDeclaration,
): Omit<uPlot.Options, 'width' | 'height'> {
  const text = style.getPropertyValue('--vp-c-text-2');
  const line = style.getPropertyValue('--vp-c-divider');
  const brand = style.getPropertyValue('--vp-c-brand-1');
  const indexes = ratios.map((_ratio, i) => i);
  return {
    legend: { show: false },
    cursor: { show: false },
    scales: {
      x: { time: false, range: () => [-0.5, ratios.length - 0.5] },
      // A ratio of 2 is as far from 1 as a ratio of 0.5.
      y: { distr: 3, range: () => rangeOf(ratios) },
    },
    axes: [
      {
        stroke: text,
        grid: { stroke: line, width: 1 },
        ticks: { show: false },
        rotate: -90,
        size: NAME_HEIGHT,
        splits: () => indexes,
        values: () => ratios.map(({ workload }) => workload),
      },
      {
        stroke: text,
        grid: { stroke: line, width: 1 },
        size: 60,
        values: (_plot, values) => values.map((value) => (value === null ? '' : String(value))),
      },
    ],
    series: [{}, { stroke: 'transparent', points: { show: true, size: 8, fill: brand } }],
    hooks: { draw: [(plot) => drawIntervals(plot, ratios, brand, text)] },
  };
}

/** Returns the range of the ratios. An interval of a single round has no end and is not shown. */
function rangeOf(ratios: readonly PlottedRatio[]): [number, number] {
  const ends = ratios.flatMap(({ ratio, low, high }) => [ratio, low, high]);
  const shown = ends.filter((end) => Number.isFinite(end) && end > 0);
  return [Math.min(0.9, ...shown) / 1.1, Math.max(1.1, ...shown) * 1.1];
}

function drawIntervals(
  plot: uPlot,
  ratios: readonly PlottedRatio[],
  brand: string,
  text: string,
): void {
  const { ctx: context, bbox } = plot;
  context.save();
  context.strokeStyle = text;
  context.lineWidth = 2;
  const one = plot.valToPos(1, 'y', true);
  strokeLine(context, [bbox.left, one], [bbox.left + bbox.width, one]);
  context.strokeStyle = brand;
  ratios.forEach(({ low, high }, i) => {
    if (!(low > 0) || !Number.isFinite(high)) return;
    const x = plot.valToPos(i, 'x', true);
    strokeLine(context, [x, plot.valToPos(low, 'y', true)], [x, plot.valToPos(high, 'y', true)]);
  });
  context.restore();
}

type Point = readonly [x: number, y: number];

function strokeLine(context: CanvasRenderingContext2D, from: Point, to: Point): void {
  context.beginPath();
  context.moveTo(...from);
  context.lineTo(...to);
  context.stroke();
}
