/** A number for every spatial axis, or one for each. */
export type PerAxis = number | readonly number[];
