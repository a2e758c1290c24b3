import { LineChart } from "echarts/charts";
import { GridComponent, TooltipComponent } from "echarts/components";
import { init, use } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";

/** Only what our charts use, so that the rest stays out of the file. */
use([LineChart, GridComponent, TooltipComponent, SVGRenderer]);

export { init };
