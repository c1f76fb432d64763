import { backendOf } from "../../mod.ts";
import { testAgreement } from "./agreement.ts";

testAgreement(backendOf("cpu"), 30);
