import { testGoldens } from "./_suite.ts";

testGoldens("");
