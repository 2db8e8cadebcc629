import {
  type ConditionNode,
  createNode,
  type Explained,
  type NodeContext,
  type StepView,
  seconds,
  together,
} from './condition-node.ts'

const scopeOf = (parts: readonly ConditionNode[]) =>
  parts.some((part) => part.scope === 'track') ? 'track' : 'scene'

export function createAll(context: NodeContext, parts: readonly ConditionNode[]): ConditionNode {
  return createNode(context, {
    scope: scopeOf(parts),
    test(slot) {
      for (const part of parts) if (!part.holds(slot)) return false
      return true
    },
    since: (slot) => Math.max(...parts.map((part) => part.sinceUs(slot))),
    explain: (slot, view) => together(parts.map((part) => part.explain(slot, view))),
  })
}

export function createAny(context: NodeContext, parts: readonly ConditionNode[]): ConditionNode {
  const holding = (slot: number) => parts.filter((part) => part.holds(slot))
  return createNode(context, {
    scope: scopeOf(parts),
    test(slot) {
      for (const part of parts) if (part.holds(slot)) return true
      return false
    },
    since: (slot) => Math.min(...holding(slot).map((part) => part.sinceUs(slot))),
    explain(slot, view) {
      const true_ = holding(slot)
      return together((true_.length > 0 ? true_ : parts).map((part) => part.explain(slot, view)))
    },
  })
}

export function createNot(context: NodeContext, part: ConditionNode): ConditionNode {
  return createNode(context, {
    scope: part.scope,
    test: (slot) => !part.holds(slot),
    explain(slot, view) {
      const { text, reasons } = part.explain(slot, view)
      const negated = reasons.map((reason) => ({ ...reason, condition: `not ${reason.condition}` }))
      return { text: `not (${text})`, reasons: negated, zone: null, trackIds: [] }
    },
  })
}

/**
 * Holds once `part` has held for `forUs`, and while it goes on. Interruptions up to `gapUs` do not count; the last
 * look must be one at which it held. An absent track has no state, so a dwell ends with the track's hold.
 */
export function createFor(
  context: NodeContext,
  options: { part: ConditionNode; forUs: number; gapUs: number },
): ConditionNode {
  const { part, forUs, gapUs } = options
  const cells = part.scope === 'scene' ? 1 : context.capacity
  const begin = new Float64Array(cells).fill(Number.NaN)
  const latest = new Float64Array(cells)
  return createNode(context, {
    scope: part.scope,
    test(slot, { ptsUs }) {
      if (part.holds(slot)) {
        if (Number.isNaN(begin[slot]!)) begin[slot] = ptsUs
        latest[slot] = ptsUs
      } else if (ptsUs - latest[slot]! > gapUs || gapUs === 0) begin[slot] = Number.NaN
      return latest[slot]! - begin[slot]! >= forUs
    },
    since: (slot) => begin[slot]!,
    forget(slot) {
      begin[slot] = Number.NaN
    },
    explain(slot, view) {
      const inner = part.explain(slot, view)
      const value = Number.isNaN(begin[slot]!) ? 0 : seconds(latest[slot]! - begin[slot]!)
      const text = `${inner.text} for ${value.toFixed(1)} s, asked for ${seconds(forUs)} s`
      const reason = { condition: 'for', text, value, asked: seconds(forUs) }
      return { ...inner, text, reasons: [...inner.reasons, reason] }
    },
  })
}

/** Holds while `part` holds and for `withinUs` after. */
export function createWithin(
  context: NodeContext,
  options: { part: ConditionNode; withinUs: number },
): ConditionNode {
  const { part, withinUs } = options
  const cells = part.scope === 'scene' ? 1 : context.capacity
  const latest = new Float64Array(cells).fill(Number.NaN)
  return createNode(context, {
    scope: part.scope,
    test(slot, { ptsUs }) {
      if (part.holds(slot)) latest[slot] = ptsUs
      return ptsUs - latest[slot]! <= withinUs
    },
    forget(slot) {
      latest[slot] = Number.NaN
    },
    explain(slot, view) {
      const inner = part.explain(slot, view)
      const agoUs = view.ptsUs - latest[slot]!
      if (!(agoUs > 0)) return inner
      const text = `${inner.text} ${seconds(agoUs).toFixed(1)} s ago, asked within ${seconds(withinUs)} s`
      const reason = { condition: 'within', text, value: seconds(agoUs), asked: seconds(withinUs) }
      return { ...inner, text, reasons: [...inner.reasons, reason] }
    },
  })
}

/**
 * A sequence: every step holds after the step before it did, and began no later than `withinUs` after that. Holds
 * while its last step does.
 */
export function createThen(
  context: NodeContext,
  options: { parts: readonly ConditionNode[]; withinUs: number },
): ConditionNode {
  const { parts, withinUs } = options
  const scope = scopeOf(parts)
  const cells = scope === 'scene' ? 1 : context.capacity
  const last = parts.length - 1
  // For every step: when it last held in its place in the sequence, and when that sequence began.
  const reached = parts.map(() => new Float64Array(cells).fill(Number.NaN))
  const began = parts.map(() => new Float64Array(cells).fill(Number.NaN))
  // Why a step held is told when it came to hold: later its values are others.
  const explained = parts.map(() => new Map<number, Explained>())
  const reach = (at: number, slot: number, view: StepView, beganUs: number) => {
    if (parts[at]!.sinceUs(slot) === view.ptsUs || !explained[at]!.has(slot))
      explained[at]!.set(slot, parts[at]!.explain(slot, view))
    reached[at]![slot] = view.ptsUs
    began[at]![slot] = beganUs
  }
  return createNode(context, {
    scope,
    test(slot, view) {
      const { ptsUs } = view
      for (let at = last; at > 0; at -= 1) {
        const before = reached[at - 1]![slot]!
        if (!parts[at]!.holds(slot) || !(ptsUs > before)) continue
        if (parts[at]!.sinceUs(slot) > before + withinUs) continue
        reach(at, slot, view, began[at - 1]![slot]!)
      }
      if (parts[0]!.holds(slot)) reach(0, slot, view, parts[0]!.sinceUs(slot))
      return reached[last]![slot] === ptsUs
    },
    since: (slot) => began[last]![slot]!,
    forget(slot) {
      for (const times of reached) times[slot] = Number.NaN
      for (const texts of explained) texts.delete(slot)
    },
    explain(slot, view) {
      const steps = parts.map((part, at) =>
        at === last ? part.explain(slot, view) : (explained[at]!.get(slot) ?? part.explain(slot, view)),
      )
      const texts = steps.map(({ text }, at) => {
        const agoUs = view.ptsUs - reached[at]![slot]!
        return agoUs > 0 && at < last ? `${text} (until ${seconds(agoUs).toFixed(1)} s ago)` : text
      })
      return { ...together(steps), text: texts.join(', then ') }
    },
  })
}
