/** The page: shows what the worker reports, and tells it what the user wants. */
import { lossChart } from "./chart.ts";
import { element, formOf, input, say } from "./elements.ts";
import type { Device, Report, Request, Settings, Trained, Wanted } from "./protocol.ts";

const worker = new Worker("worker.js", { type: "module" });
const chart = lossChart(element("chart"));
const address = new URL(location.href);
const wanted = (address.searchParams.get("device") ?? "auto") as Wanted;

/** What the page is doing: style and buttons follow it. */
type State = "loading" | "ready" | "training" | "trained" | "writing";

let isTrained = false;
let wantedSteps = 0;

worker.onmessage = ({ data }: MessageEvent<Report>): void => {
  switch (data.kind) {
    case "loading":
    case "preparing":
      return say("status", data.what);
    case "loaded":
      return showDevice(data.device, data.parameters);
    case "step": {
      const { step, loss, done, tokensPerSecond } = data;
      chart.add(step, loss);
      element("progress").setAttribute("value", String(done));
      const speed = Math.round(tokensPerSecond).toLocaleString("en");
      return say(
        "status",
        `Step ${step} of ${wantedSteps}: loss ${loss.toFixed(3)}, ${speed} tokens/s`,
      );
    }
    case "trained":
      return showResult(data);
    case "text":
      say(data.side, data.text);
      return say(`${data.side}-speed`, `${data.speed.toFixed(1)} tokens/s`);
    case "generated":
      return enter(isTrained ? "trained" : "ready");
    case "failed":
      fail(data.message);
      return enter(isTrained ? "trained" : "ready");
    default:
      return data satisfies never;
  }
};
worker.onerror = (event): void => fail(event.message);

function showDevice({ name, notes }: Device, parameters: number): void {
  say("device", name);
  element("notes").replaceChildren(...notes.map((note) => {
    const item = document.createElement("li");
    item.textContent = note;
    return item;
  }));
  say("status", `Ready: ${(parameters / 1e6).toFixed(1)} million parameters`);
  enter("ready");
}

function showResult({ steps, trainable, before, after, files }: Trained): void {
  isTrained = true;
  say(
    "status",
    `${steps} steps of ${trainable.toLocaleString("en")} parameters: perplexity on the text's ` +
      `last tenth ${before.toFixed(1)} before, ${after.toFixed(1)} after`,
  );
  say("saving", "Save both files in one folder, and Graft and PEFT load it:");
  element("files").replaceChildren(...files.map(({ name, content }) => {
    const link = document.createElement("a");
    link.download = name;
    link.href = URL.createObjectURL(new Blob([content]));
    link.textContent = name;
    return link;
  }));
  say(
    "command",
    'deno task graft generate --model examples/base --adapter FOLDER --prompt "The whale"',
  );
  element("command").hidden = false;
  enter("trained");
}

function enter(state: State): void {
  document.body.dataset.state = state;
  const isBusy = state !== "ready" && state !== "trained";
  for (const id of ["train", "generate"]) element<HTMLButtonElement>(id).disabled = isBusy;
  element<HTMLButtonElement>("stop").disabled = state !== "training";
}

function fail(message: string): void {
  say("error", message);
  element("error").hidden = false;
}

function ask(request: Request): void {
  element("error").hidden = true;
  worker.postMessage(request);
}

function showSize(): void {
  say("size", `${input("text").value.length.toLocaleString("en")} characters`);
}

async function offerText(): Promise<void> {
  input("text").value = await (await fetch("text.txt")).text();
  showSize();
}

formOf("settings").addEventListener("submit", (event) => {
  event.preventDefault();
  const values = [...new FormData(formOf("settings"))].map((
    [name, value],
  ) => [name, Number(value)]);
  chart.clear();
  element("progress").setAttribute("value", "0");
  enter("training");
  const settings = Object.fromEntries(values) as Settings;
  wantedSteps = settings.steps;
  ask({ kind: "train", text: input("text").value, settings });
});
formOf("asking").addEventListener("submit", (event) => {
  event.preventDefault();
  enter("writing");
  for (const side of ["before", ...(isTrained ? ["after"] : [])]) say(side, "");
  ask({
    kind: "generate",
    prompt: input("prompt").value,
    tokens: Number(input("tokens").value),
  });
});
element("stop").addEventListener("click", () => ask({ kind: "stop" }));
element("default").addEventListener("click", offerText);
element("clear").addEventListener("click", () => {
  input("text").value = "";
  showSize();
});
input("text").addEventListener("input", showSize);
input("wanted").value = wanted;
input("wanted").addEventListener("change", () => {
  address.searchParams.set("device", input("wanted").value);
  location.href = address.href;
});

await offerText();
ask({ kind: "load", device: wanted });
