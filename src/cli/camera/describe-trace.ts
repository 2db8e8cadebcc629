import type { TracedClip, TracedStep, TraceSummary } from '../../../pipelines/look/trace-camera.ts'
import { cleanLine } from '../../core/text/clean-text.ts'
import { describeStep } from '../describe-step.ts'

/** One line for a clip or a step of an alert. */
export function describeTraced(event: TracedClip | TracedStep): string {
  if (event.kind === 'step') return `alert  ${describeStep(event.step)}`
  const { model, trackId, fromS, toS, waitedMs, inferMs, scores, dropped } = event
  const of = trackId === null ? '' : ` of track ${trackId}`
  const times = `${fromS.toFixed(2)}–${toS.toFixed(2)} s, waited ${waitedMs.toFixed(0)} ms, scored in ${inferMs.toFixed(0)} ms`
  const said = scores
    ? [...scores]
        .sort((a, b) => b.score - a.score)
        .slice(0, 4)
        .map(
          ({ label, score, threshold }) =>
            `${label} ${score.toFixed(2)}${threshold === null ? '' : ` of ${threshold}`}`,
        )
        .join(', ')
    : `dropped (${dropped})`
  return cleanLine(`clip   ${model}${of} ${times}: ${said}`)
}

/** Why each rule alerted or did not, after what came in. */
export function describeSummary(summary: TraceSummary): string[] {
  const { camera, streams, motionThreshold, asked, tracks, drops, rules, behaviours } = summary
  const list = (entries: Readonly<Record<string, number>>) =>
    Object.entries(entries)
      .map(([name, count]) => `${name} ${count}`)
      .join(', ') || 'none'
  return [
    '',
    `camera ${camera}`,
    ...streams.map(({ stream, frames, open, highestMotion }) => {
      const share = frames === 0 ? 0 : Math.round((100 * open) / frames)
      return `  frames ${stream}: ${frames}, most motion ${highestMotion.toFixed(4)} (gate at ${motionThreshold}), gate open ${share} %`
    }),
    `  models asked: ${list(asked)}`,
    ...tracks.map(
      ({ id, label, score, seconds }) =>
        `  track ${id}: ${label} ${score.toFixed(2)}, seen for ${seconds.toFixed(1)} s`,
    ),
    `  dropped: ${list(drops)}`,
    ...rules.map(
      ({ rule, alerts, why }) => `  rule ${rule}: ${why === null ? `${alerts} alerts` : `no alert: ${why}`}`,
    ),
    ...behaviours.map(
      (behaviour) => `  behaviour ${behaviour.rule}: ${behaviourText(behaviour, tracks.length)}`,
    ),
  ].map((line) => cleanLine(line))
}

function behaviourText({ alerts, armed }: TraceSummary['behaviours'][number], tracks: number): string {
  if (alerts > 0) return `${alerts} alerts`
  return `no alert: ${armed ? `its condition did not hold for any of ${tracks} tracks in this time` : 'its schedule wants no alerts now'}`
}
