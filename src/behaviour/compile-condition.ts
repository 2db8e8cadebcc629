import { type Condition, durationMs, type Line, type Zone } from '../config/schema/behaviour-schema.ts'
import { AppError } from '../core/errors.ts'
import type { ConditionNode, NodeContext } from './condition-node.ts'
import { createAll, createAny, createFor, createNot, createThen, createWithin } from './logic-conditions.ts'
import { createNear, createOwnerAway } from './pair-conditions.ts'
import { createCrosses, createInZone } from './place-conditions.ts'
import { createPosture } from './posture-condition.ts'
import { createAnomaly, createCount, createTime } from './scene-conditions.ts'
import type { ScoreMemory } from './score-memory.ts'
import {
  createAction,
  createAspect,
  createLabel,
  createLost,
  createMoves,
  createSpeed,
  createStill,
} from './track-conditions.ts'
import type { TrackMemory } from './track-memory.ts'

export interface Compiler {
  /** The node of a condition. The same condition with the same hold is one node, whatever rule has it. */
  compile(condition: Condition, holdUs: number): ConditionNode
  /** All nodes, each after those that it needs. */
  readonly nodes: readonly ConditionNode[]
}

export function createCompiler(parts: {
  capacity: number
  memory: TrackMemory
  scores: ScoreMemory
  zones: readonly Zone[]
  lines: readonly Line[]
}): Compiler {
  const { capacity, memory, scores, zones } = parts
  const nodes: ConditionNode[] = []
  const known = new Map<string, ConditionNode>()

  const keep = (key: string, make: () => ConditionNode): ConditionNode => {
    const found = known.get(key)
    if (found) return found
    const node = make()
    nodes.push(node)
    known.set(key, node)
    return node
  }

  const compile = (condition: Condition, holdUs: number): ConditionNode => {
    const context: NodeContext = { capacity, holdUs }
    const { for: lasting, gap, within, ...bare } = condition
    // In a sequence `within` belongs to the sequence.
    const core = condition.then && within !== undefined ? { ...bare, within } : bare
    let node = keep(`${holdUs} ${JSON.stringify(core)}`, () => compileCore(core, context))
    if (lasting !== undefined) {
      const [forUs, gapUs] = [durationMs(lasting) * 1000, durationMs(gap ?? '0s') * 1000]
      const part = node
      const key = `${holdUs} ${JSON.stringify([core, lasting, gap])}`
      node = keep(key, () => createFor(context, { part, forUs, gapUs }))
    }
    if (within !== undefined && !condition.then) {
      const part = node
      const key = `${holdUs} ${JSON.stringify(condition)}`
      node = keep(key, () => createWithin(context, { part, withinUs: durationMs(within) * 1000 }))
    }
    return node
  }

  const compileCore = (condition: Condition, context: NodeContext): ConditionNode => {
    const inner = (one: Condition) => compile(one, context.holdUs)
    if (condition.all) return createAll(context, condition.all.map(inner))
    if (condition.any) return createAny(context, condition.any.map(inner))
    if (condition.not) return createNot(context, inner(condition.not))
    if (condition.then) {
      const withinUs =
        condition.within === undefined ? Number.POSITIVE_INFINITY : durationMs(condition.within) * 1000
      return createThen(context, { parts: condition.then.map(inner), withinUs })
    }
    if (condition.label) return createLabel(context, memory, condition.label)
    if (condition.inZone) return createInZone(context, { memory, zones }, condition.inZone)
    if (condition.crosses) {
      const line = parts.lines.find((one) => one.name === condition.crosses!.line)!
      return createCrosses(context, { memory, line }, condition.crosses.to)
    }
    if (condition.speed) return createSpeed(context, memory, condition.speed)
    if (condition.aspect) return createAspect(context, memory, condition.aspect)
    if (condition.moves) return createMoves(context, memory, condition.moves)
    if (condition.still) return createStill(context, memory, condition.still)
    if (condition.lost) return createLost(context, memory, condition.lost)
    if (condition.near) {
      const that = condition.near.that ? inner(condition.near.that) : null
      return createNear(context, { memory, that }, condition.near)
    }
    if (condition.ownerAway) return createOwnerAway(context, memory, condition.ownerAway)
    if (condition.action) return createAction(context, { scores, memory }, condition.action)
    if (condition.posture) return createPosture(context, memory, condition.posture)
    if (condition.count)
      return createCount(context, { memory, of: inner(condition.count.of) }, condition.count)
    if (condition.anomaly) return createAnomaly(context, condition.anomaly)
    if (condition.time) return createTime(context, condition.time)
    throw new AppError('BUG_UNEXPECTED', `no condition is made of ${Object.keys(condition).join(', ')}`)
  }

  return { compile, nodes }
}
