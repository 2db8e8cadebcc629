import { arithmeticRules } from './arithmetic-rules.ts'
import { convolutionRules, fused } from './convolution-rules.ts'
import { gatherRules } from './gather-rules.ts'
import { pictureRules } from './picture-rules.ts'
import { reduceRules } from './reduce-rules.ts'
import type { Rules } from './rule.ts'
import { shapeRules } from './shape-rules.ts'
import { sliceRules } from './slice-rules.ts'

/** Every operator of TensorFlow that can be converted. */
export const ruleTable: Rules = {
  ...arithmeticRules,
  ...convolutionRules,
  ...gatherRules,
  ...pictureRules,
  ...reduceRules,
  ...shapeRules,
  ...sliceRules,
  _FusedMatMul: (node) => [fused(node, gatherRules.MatMul!(node)[0]!)],
}
