import type { Condition } from '../config/schema/behaviour-schema.ts'
import type { Pose, Posture } from '../core/pose.ts'
import { because, type ConditionNode, createNode, type NodeContext, seconds } from './condition-node.ts'
import type { TrackMemory } from './track-memory.ts'

/** A pose that is older than this is told with its age. */
const youngUs = 1_000_000

/** How somebody holds themselves; a track without keypoints is `unknown`. */
export function createPosture(
  context: NodeContext,
  memory: TrackMemory,
  posture: NonNullable<Condition['posture']>,
): ConditionNode {
  const wanted = new Set([posture].flat())
  const asked = [...wanted].join(', ')
  return createNode(context, {
    scope: 'track',
    test(slot) {
      const found = memory.bySlot[slot]!.pose?.posture
      return wanted.has(found?.body ?? 'unknown') || (wanted.has('hands-up') && found?.handsUp === true)
    },
    explain(slot, { ptsUs }) {
      const { pose } = memory.bySlot[slot]!
      const value = pose ? nameOf(pose.posture) : 'unknown'
      const text = `posture ${value} (${pose ? evidenceOf(pose, ptsUs) : 'no keypoints'}), asked ${asked}`
      return because('posture', text, { value, asked })
    },
  })
}

const nameOf = ({ body, handsUp }: Posture) => (handsUp ? `${body}, hands-up` : body)

function evidenceOf({ ptsUs, keypoints, posture }: Pose, nowUs: number): string {
  const { torsoDegrees, sureCount } = posture
  const torso = torsoDegrees === null ? 'torso not seen' : `torso ${Math.round(torsoDegrees)}° from upright`
  const age = nowUs - ptsUs > youngUs ? `, ${seconds(nowUs - ptsUs).toFixed(1)} s ago` : ''
  return `${torso}, ${sureCount} of ${keypoints.length} keypoints sure${age}`
}
