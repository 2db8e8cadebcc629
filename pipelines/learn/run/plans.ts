import type { LearningConfig } from '../../../src/config/schema/learning-schema.ts'
import { AppError } from '../../../src/core/errors.ts'
import { type GateRules, gateRulesSchema } from '../../../src/train/evaluate/gate-rules.ts'
import { parseFineTunePlan } from '../../../src/train/run/fine-tune-plan.ts'
import { parsePretrainPlan } from '../../../src/train/run/pretrain-plan.ts'
import { headFineTuning } from '../prepare/choose-network.ts'

/** @throws AppError TRAIN_PLAN naming the first wrong field */
export function parsePlans({ pretrain, finetune, gate, freeze }: LearningConfig) {
  return {
    pretrain: parsePretrainPlan(pretrain),
    finetune: parseFineTunePlan(freeze === 'backbone' ? { ...headFineTuning, ...finetune } : finetune),
    gate: parseGate(gate),
  }
}

export function parseGate(rules: Readonly<Record<string, unknown>>): GateRules {
  const parsed = gateRulesSchema.strict().safeParse(rules)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw new AppError('TRAIN_PLAN', `gate: ${issue!.path.join('.') || 'the rules'}: ${issue!.message}`)
}
