import type { Theme } from 'vitepress';
import DefaultTheme from 'vitepress/theme';
import './tables.css';
import { RatioPlot } from './ratio-plot.ts';

/** The theme of VitePress, with the plots of the performance page. */
const theme: Theme = {
  extends: DefaultTheme,
  enhanceApp({ app }) {
    app.component('RatioPlot', RatioPlot);
  },
};
export default theme;
