import { bind } from "../bind.ts";
import { type DType, isFloat, isInteger } from "../dtype.ts";
import { ShapeError } from "../errors.ts";
import { definePrimitive, type JvpResult, type Linear, type Primitive } from "../primitive.ts";
import { type Aval, formatAval, sameShape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { broadcastFront } from "./broadcast_sum.ts";

/** A primitive of one operand, element by element. */
export type UnaryPrimitive = Primitive<[Tensor], [Tensor], null>;

/** A primitive of two operands of one shape and dtype, element by element. */
export type BinaryPrimitive = Primitive<[Tensor, Tensor], [Tensor], null>;

/** Classes of dtypes that a primitive takes. */
export type Domain = "float" | "number" | "integer" | "integral" | "any";

const DOMAINS: Record<Domain, (dtype: DType) => boolean> = {
  float: isFloat,
  integer: isInteger,
  number: (dtype) => dtype !== "bool",
  integral: (dtype) => !isFloat(dtype),
  any: () => true,
};

const DOMAIN_TEXT: Record<Domain, string> = {
  float: "a float dtype",
  integer: "an integer dtype",
  number: "a float or integer dtype",
  integral: "an integer dtype or bool",
  any: "any dtype",
};

/** Throws unless the dtype is in the domain. */
export function requireDtype(name: string, aval: Aval, domain: Domain): void {
  if (DOMAINS[domain](aval.dtype)) return;
  throw new ShapeError(
    `Cannot ${name} ${formatAval(aval)}: it takes ${
      DOMAIN_TEXT[domain]
    }; convert the operand first`,
    name,
    [aval.shape],
  );
}

/** Throws unless both operands have one shape and dtype. */
export function requireAlike(name: string, a: Aval, b: Aval): void {
  if (a.dtype === b.dtype && sameShape(a.shape, b.shape)) return;
  throw new ShapeError(
    `Cannot ${name} ${formatAval(a)} and ${formatAval(b)}: the primitive takes operands alike; ` +
      `the function of the same name broadcasts and promotes`,
    name,
    [a.shape, b.shape],
  );
}

type UnaryRules = {
  readonly domain?: Domain;
  /** Result dtype; that of the operand by default. */
  readonly dtype?: DType;
  /** Tangent from the operand, the result and the operand's tangent; absent: derivative zero. */
  readonly tangent?: (x: Tensor, y: Tensor, dx: Tensor) => Tensor;
  readonly transpose?: (ct: Tensor) => Tensor;
};

/** Defines y = f(x), element by element. */
export function defineUnary(
  name: string,
  f: (x: number, dtype: DType) => number,
  rules: UnaryRules,
): UnaryPrimitive {
  const { domain = "float", tangent, transpose } = rules;
  const primitive: UnaryPrimitive = definePrimitive<[Tensor], [Tensor], null>({
    name,
    infer: ([x]) => {
      requireDtype(name, x, domain);
      return [{ shape: x.shape, dtype: rules.dtype ?? x.dtype }];
    },
    evaluate: ([x]) => [x.data.map((value) => f(value, x.dtype))],
    jvp: ([x], [dx]): JvpResult<[Tensor]> => {
      const y = bind(primitive, [x], null)[0];
      return [[y], [dx && tangent ? tangent(x, y, dx) : null]];
    },
    ...(transpose && { transpose: ([ct]) => [ct && transpose(ct)] }),
    batch: (x) => bind(primitive, x, null),
  });
  return primitive;
}

type BinaryRules = {
  readonly domain?: Domain;
  /** Result dtype; that of the operands by default. */
  readonly dtype?: DType;
  /** Tangent of the result; absent: derivative zero. */
  readonly tangent?: (
    operands: readonly [Tensor, Tensor],
    y: Tensor,
    tangents: readonly [Tensor | null, Tensor | null],
  ) => Tensor | null;
  readonly transpose?: (
    ct: Tensor,
    operands: readonly [Tensor | Linear, Tensor | Linear],
  ) => readonly [Tensor | null, Tensor | null];
};

/** Defines z = f(x, y), element by element, on operands alike. */
export function defineBinary(
  name: string,
  f: (x: number, y: number, dtype: DType) => number,
  rules: BinaryRules,
): BinaryPrimitive {
  const { domain = "number", tangent, transpose } = rules;
  const primitive: BinaryPrimitive = definePrimitive<[Tensor, Tensor], [Tensor], null>({
    name,
    infer: ([x, y]) => {
      requireAlike(name, x, y);
      requireDtype(name, x, domain);
      return [{ shape: x.shape, dtype: rules.dtype ?? x.dtype }];
    },
    evaluate: ([x, y]) => [x.data.map((value, i) => f(value, y.data[i]!, x.dtype))],
    jvp: (operands, tangents): JvpResult<[Tensor]> => {
      const z = bind(primitive, operands, null)[0];
      return [[z], [tangent ? tangent(operands, z, tangents) : null]];
    },
    ...(transpose && {
      transpose: ([ct], operands) => ct ? transpose(ct, operands) : [null, null],
    }),
    batch: ([x, y], [bx, by], _params, size) =>
      bind(primitive, [bx ? x : broadcastFront(x, size), by ? y : broadcastFront(y, size)], null),
  });
  return primitive;
}
