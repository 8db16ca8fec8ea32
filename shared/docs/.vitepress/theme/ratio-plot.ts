import type uPlot from 'uplot';
import { useData } from 'vitepress';
import { defineComponent, h, nextTick, onBeforeUnmount, onMounted, ref, watch } from 'vue';
import plots from '../../reference/performance-plots.json';
import { createPlotOptions } from './plot-options.ts';
import 'uplot/dist/uPlot.min.css';

/** The height of a plot, with the names of the workloads below it. */
const HEIGHT = 420;

/**
 * A plot of the ratios of our server to another one, with their confidence intervals. The tables of
 * the page have the same values.
 */
export const RatioPlot = defineComponent({
  props: { against: { type: String, required: true } },
  setup({ against }) {
    const container = ref<HTMLElement>();
    const { isDark } = useData();
    const ratios = plots[against as keyof typeof plots] ?? [];
    let plot: uPlot | undefined;
    let observer: ResizeObserver | undefined;

    async function draw(): Promise<void> {
      const element = container.value;
      if (element === undefined || ratios.length === 0) return;
      // uPlot needs a browser, and VitePress renders pages on the server.
      const { default: UPlot } = await import('uplot');
      plot?.destroy();
      const options = createPlotOptions(ratios, getComputedStyle(element));
      const size = { width: element.clientWidth, height: HEIGHT };
      const data = [ratios.map((_ratio, i) => i), ratios.map(({ ratio }) => ratio)];
      plot = new UPlot({ ...options, ...size }, data as uPlot.AlignedData, element);
    }

    onMounted(async () => {
      await draw();
      observer = new ResizeObserver(() => {
        plot?.setSize({ width: container.value?.clientWidth ?? 0, height: HEIGHT });
      });
      if (container.value !== undefined) observer.observe(container.value);
    });
    watch(isDark, () => nextTick(draw));
    onBeforeUnmount(() => {
      observer?.disconnect();
      plot?.destroy();
    });

    const label = `Plot of the ratios of our server to ${against}. The table of ratios has the same values.`;
    return () =>
      h('div', { ref: container, role: 'img', 'aria-label': label, class: 'ratio-plot' });
  },
});
