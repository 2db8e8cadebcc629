import type { Observable } from 'rxjs'
import type { AlertStep } from '../../src/core/alert.ts'
import type { Frame } from '../../src/core/frame.ts'
import type { DemoCamera } from './cameras.ts'
import { demoLabels } from './demo-config.ts'
import { type Interval, type Score, scoreAlerts, unrollLoop } from './score-alerts.ts'

export interface Scoreboard {
  /** Frames say how far into its scene each connection of a camera is. */
  watch(cameraId: string, frames: Observable<Frame>): void
  take(step: AlertStep): void
  score(): Score
}

/** How much later or earlier than the event an alert may lie: a clip's length and the time to decide. */
const toleranceS = 2
/** An event that began this shortly before the end of the watch could not be alerted about yet. */
const undecidedS = 3

/** Compares alerts with the scenes. Each connection starts its scene anew, so each is a time line of its own. */
export function createScoreboard(cameras: readonly DemoCamera[]): Scoreboard {
  const lines = new Map<string, { camera: DemoCamera; firstUs: number; lastUs: number }>()
  const alerts = new Map<string, AlertStep>()
  const lineOf = (cameraId: string, epoch: number) => `${cameraId}#${epoch}`

  return {
    watch(cameraId, frames) {
      const camera = cameras.find(({ id }) => id === cameraId)!
      frames.subscribe(({ epoch, ptsUs }) => {
        const line = lines.get(lineOf(cameraId, epoch))
        if (line) line.lastUs = ptsUs
        else lines.set(lineOf(cameraId, epoch), { camera, firstUs: ptsUs, lastUs: ptsUs })
      })
    },
    take(step) {
      alerts.set(step.alertId, step)
    },
    score() {
      const staged: Interval[] = []
      const decided: Interval[] = []
      for (const [cameraId, { camera, firstUs, lastUs }] of lines) {
        const watchedS = (lastUs - firstUs) / 1e6
        const events = camera.events.filter(({ label }) => demoLabels.includes(label))
        const seen = unrollLoop(events, camera.lengthS, watchedS).map((event) => ({ ...event, cameraId }))
        staged.push(...seen)
        decided.push(...seen.filter(({ startS }) => startS < watchedS - undecidedS))
      }
      const raised = [...alerts.values()].flatMap((step): Interval[] => {
        const cameraId = lineOf(step.cameraId, step.epoch)
        const line = lines.get(cameraId)
        if (!line) return []
        const at = (ptsUs: number) => (ptsUs - line.firstUs) / 1e6
        return [{ cameraId, label: step.label, startS: at(step.firstPtsUs), endS: at(step.lastPtsUs) }]
      })
      const { caught, missed } = scoreAlerts(decided, raised, toleranceS)
      const { invented } = scoreAlerts(staged, raised, toleranceS)
      const plain = (items: readonly Interval[]) =>
        items.map((item) => ({ ...item, cameraId: item.cameraId.replace(/#1$/, '') }))
      return { caught: plain(caught), missed: plain(missed), invented: plain(invented) }
    },
  }
}
