import uPlot from "npm:uplot@1.6.32";

/** A live curve of the loss. */
export type Chart = {
  add(step: number, loss: number): void;
  clear(): void;
};

const HEIGHT = 260;
const LABEL_FONT = "12px system-ui, sans-serif";
/** Weight of the past in the running mean. */
const MEMORY = 0.9;

/** Draws the loss of every step, faint, and its running mean into `place`, as wide as that is. */
export function lossChart(place: HTMLElement): Chart {
  const steps: number[] = [];
  const losses: number[] = [];
  const means: number[] = [];
  const data = (): uPlot.AlignedData => [steps, losses, means];
  let plot = draw(place, data());
  const scheme = matchMedia("(prefers-color-scheme: dark)");
  scheme.addEventListener("change", () => {
    plot.destroy();
    plot = draw(place, data());
  });
  new ResizeObserver(() => plot.setSize({ width: place.clientWidth, height: HEIGHT }))
    .observe(place);
  return {
    add(step, loss) {
      steps.push(step);
      losses.push(loss);
      means.push(loss + MEMORY * ((means.at(-1) ?? loss) - loss));
      plot.setData(data());
    },
    clear() {
      steps.length = losses.length = means.length = 0;
      plot.setData(data());
    },
  };
}

function draw(place: HTMLElement, data: uPlot.AlignedData): uPlot {
  const color = (name: string): string => colorOf(place, name);
  const value = (_plot: uPlot, loss: number | null): string => loss?.toFixed(3) ?? "–";
  const axis = {
    stroke: color("--faint"),
    grid: { stroke: color("--line"), width: 1 },
    ticks: { stroke: color("--line"), width: 1 },
    labelFont: LABEL_FONT,
    font: LABEL_FONT,
  };
  const options: uPlot.Options = {
    width: place.clientWidth,
    height: HEIGHT,
    scales: { x: { time: false, range: (_plot, _min, max) => [0, Math.max(10, max ?? 0)] } },
    axes: [
      { ...axis, label: "Step", labelSize: 22 },
      { ...axis, label: "Loss", labelSize: 22, size: 44 },
    ],
    series: [
      { label: "Step" },
      { label: "This step", stroke: `${color("--accent")}66`, width: 1, value },
      { label: "Running mean", stroke: color("--accent"), width: 2, value },
    ],
  };
  return new uPlot(options, data, place);
}

/** A colour of style.css as it is in the light or dark that shows. */
function colorOf(place: HTMLElement, name: string): string {
  const probe = document.createElement("span");
  probe.style.color = `var(${name})`;
  place.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  const parts = color.match(/\d+/g) ?? [];
  return `#${parts.slice(0, 3).map((part) => Number(part).toString(16).padStart(2, "0")).join("")}`;
}
