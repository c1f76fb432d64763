import { testAgreement } from "../laws/agreement.ts";
import { openBackend } from "./_adapter.ts";

const backend = await openBackend();
if (backend) testAgreement(backend, 8);
