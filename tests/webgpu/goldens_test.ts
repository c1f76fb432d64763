import { setDevice } from "../../mod.ts";
import { testGoldens } from "../golden/_suite.ts";
import { openBackend } from "./_adapter.ts";

const backend = await openBackend();
// A software adapter compiles thousands of kernels for minutes: CI asks for it, users need not.
const isSlow = backend?.describe().endsWith("a software adapter") ?? false;
if (backend && isSlow && Deno.env.get("GRAFT_REQUIRE_WEBGPU") !== "1") {
  console.log(
    "The WebGPU adapter is software: GRAFT_REQUIRE_WEBGPU=1 runs the golden cases on it too",
  );
} else if (backend) {
  setDevice("webgpu");
  testGoldens(" on WebGPU");
}
