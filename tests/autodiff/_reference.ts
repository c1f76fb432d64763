import { registerBackend, setDevice } from "../../core/mod.ts";
import { referenceBackend } from "../../kernels/reference.ts";

/** The oracle, which has f64. Import this before evaluating. */
registerBackend("reference", referenceBackend);
setDevice("reference");
