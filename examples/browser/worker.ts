/** The worker of the page: everything that computes. */
import { treeSize } from "../../core/mod.ts";
import type { Adapter } from "../../peft/mod.ts";
import { type BaseModel, fetchBaseModel } from "./base_model.ts";
import { chooseDevice } from "./device.ts";
import type { Report, Request } from "./protocol.ts";
import { train } from "./training.ts";
import { write } from "./writing.ts";

type Scope = {
  onmessage: ((event: MessageEvent<Request>) => void) | null;
  postMessage(report: Report): void;
};

const scope = globalThis as unknown as Scope;
let base: BaseModel | null = null;
let adapter: Adapter | null = null;
let stopping = false;

scope.onmessage = ({ data }): void => {
  if (data.kind === "stop") stopping = true;
  else obey(data).catch((error) => tell({ kind: "failed", message: messageOf(error) }));
};

async function obey(request: Exclude<Request, { readonly kind: "stop" }>): Promise<void> {
  if (request.kind === "load") {
    tell({ kind: "loading", what: "Choosing a device" });
    const device = await chooseDevice(request.device);
    tell({ kind: "loading", what: "Fetching the base model" });
    base = await fetchBaseModel();
    tell({ kind: "loaded", device, parameters: treeSize(base.model.params) });
    return;
  }
  if (!base) throw new Error("Cannot compute: the base model is not loaded; reload the page");
  if (request.kind === "train") {
    stopping = false;
    const result = await train(base, request.text, request.settings, {
      prepare: (what) => tell({ kind: "preparing", what }),
      step: (step) => tell({ kind: "step", ...step }),
      stopped: () => stopping,
    });
    adapter = result.adapter;
    const { steps, trainable, before, after, files } = result;
    tell({ kind: "trained", steps, trainable, before, after, files });
    return;
  }
  const { prompt, tokens } = request;
  await write(base, adapter, {
    prompt,
    tokens,
    onText: (side, text, speed) => tell({ kind: "text", side, text, speed }),
  });
  tell({ kind: "generated" });
}

function tell(report: Report): void {
  scope.postMessage(report);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
