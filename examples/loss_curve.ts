import { parse, View } from "npm:vega@6.4.0";
import { compile, type TopLevelSpec } from "npm:vega-lite@6.5.0";

/** An SVG of a loss over the steps: every value faint, and a running mean. */
export async function lossCurve(
  title: string,
  losses: readonly (readonly [step: number, loss: number])[],
): Promise<string> {
  const frame = Math.max(1, Math.round(losses.length / 50));
  const spec: TopLevelSpec = {
    title,
    width: 640,
    height: 320,
    background: "white",
    data: { values: losses.map(([step, loss]) => ({ step, loss })) },
    transform: [{
      window: [{ op: "mean", field: "loss", as: "mean" }],
      frame: [-frame, frame],
      sort: [{ field: "step" }],
    }],
    layer: [
      {
        mark: { type: "line", opacity: 0.25 },
        encoding: {
          x: { field: "step", type: "quantitative" },
          y: { field: "loss", type: "quantitative", scale: { zero: false } },
        },
      },
      {
        mark: { type: "line", strokeWidth: 2 },
        encoding: {
          x: { field: "step", type: "quantitative" },
          y: { field: "mean", type: "quantitative", title: "loss (nats a token)" },
        },
      },
    ],
  };
  const view = new View(parse(compile(spec).spec), { renderer: "none" });
  return await view.toSVG();
}
