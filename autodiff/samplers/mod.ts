/** Samplers that reject and draw again, so they need loops; the others are in core/random. */
export * from "./binomial.ts";
export * from "./gamma.ts";
export * from "./gamma_family.ts";
export * from "./multinomial.ts";
export * from "./poisson.ts";
