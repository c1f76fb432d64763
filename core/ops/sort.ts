import { bind } from "../bind.ts";
import { ShapeError } from "../errors.ts";
import { isFloat } from "../dtype.ts";
import { equal, lessEqual, less, notEqual } from "../primitives/compare.ts";
import { convert } from "../primitives/convert.ts";
import { iota } from "../primitives/iota.ts";
import { neg } from "../primitives/neg.ts";
import { flip } from "../primitives/rev.ts";
import { sortP } from "../primitives/sort.ts";
