import { setDevice } from "../../mod.ts";
import { testGoldens } from "../golden/_suite.ts";
import { openBackend } from "./_adapter.ts";

const backend = await openBackend();
// A software adapter spends six minutes on compiling thousands of kernels: CI asks for it.
const isSlow = backend?.describe().endsWith("a software adapter") ?? false;
if (backend && isSlow && Deno.env.get("GRAFT_REQUIRE_WEBGPU") !== "1") {
  console.log(
    "The WebGPU adapter is software: GRAFT_REQUIRE_WEBGPU=1 runs the golden cases on it too",
  );
} else if (backend) {
  setDevice("webgpu");
  testGoldens(" on WebGPU");
}
