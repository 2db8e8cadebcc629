import { createHash } from 'node:crypto'
import { type BenchOptions, type BenchReport, bar, machine, rounded } from '../report.ts'
import { playScene } from './play-scene.ts'
import { recordScene, sceneS } from './record-scene.ts'
import { type StagedBehaviour, stagedBehaviours } from './staged-behaviours.ts'

/** Seeds that nothing was tuned on. */
const heldOut = 4_000_001
/** Ten hours of each behaviour, so that one false alarm is 0.1 an hour. */
const sizes = { full: { present: 120, absent: 480 }, smoke: { present: 1, absent: 1 } }
/** So long before its time a finding still counts as the staged one. */
const earlyS = 1.5

/**
 * Every behaviour in scenes of the simulator in which it is staged, and in ones with something like it that it is not:
 * who is near the zone, stays too short, goes the right way, gets up again. Boxes come from the truth through noise,
 * misses by occlusion and of people who lie; scores of actions and anomalies from the truth with noise.
 */
export async function run({ log, smoke }: BenchOptions): Promise<BenchReport> {
  const scenes = smoke ? sizes.smoke : sizes.full
  const results = Object.entries(stagedBehaviours).map(([name, behaviour]) => {
    const result = measure(behaviour, scenes)
    log(
      `${name}: recall ${result.recall.toFixed(3)}, ${result.falseAlarmsPerHour.toFixed(2)} false alarms an hour`,
    )
    return { name, ...result }
  })
  const figures = results.flatMap(({ name, recall, falseAlarmsPerHour }) => [
    [`${name} recall`, rounded(recall)] as const,
    [`${name} false alarms per hour`, rounded(falseAlarmsPerHour)] as const,
  ])
  const replayed = [0, 1].map(() => fingerprint())
  return {
    bench: 'rules',
    machine: machine(),
    figures: {
      'simulated hours of each behaviour': rounded(hoursOf(scenes)),
      ...Object.fromEntries(figures),
    },
    bars: [
      bar(
        'least recall of a behaviour',
        rounded(Math.min(...results.map(({ recall }) => recall))),
        '>=',
        0.95,
      ),
      bar(
        'most false alarms of a behaviour in a simulated hour',
        rounded(Math.max(...results.map(({ falseAlarmsPerHour }) => falseAlarmsPerHour))),
        '<=',
        1,
      ),
      bar('replays that differ from the first in any byte', replayed[0] === replayed[1] ? 0 : 1, '<=', 0),
    ],
  }
}

interface Scenes {
  readonly present: number
  readonly absent: number
}

function hoursOf({ present, absent }: Scenes): number {
  return ((present + absent) * sceneS) / 3600
}

function measure(behaviour: StagedBehaviour, scenes: Scenes): { recall: number; falseAlarmsPerHour: number } {
  let found = 0
  let falseAlarms = 0
  for (let scene = 0; scene < scenes.present; scene += 1) {
    const recorded = recordScene(behaviour, heldOut + scene, true)
    const { startsS } = playScene(recorded)
    const fromS = recorded.staging.fromS!
    const right = startsS.filter((atS) => atS >= fromS - earlyS && atS <= fromS + behaviour.graceS)
    if (right.length > 0) found += 1
    // One occurrence that is told twice is a false alarm as well.
    falseAlarms += startsS.length - Math.min(1, right.length)
  }
  for (let scene = 0; scene < scenes.absent; scene += 1)
    falseAlarms += playScene(recordScene(behaviour, heldOut + scenes.present + scene, false)).startsS.length
  return { recall: found / scenes.present, falseAlarmsPerHour: falseAlarms / hoursOf(scenes) }
}

/** All findings of one scene of each behaviour as one hash. */
function fingerprint(): string {
  const hash = createHash('sha256')
  for (const behaviour of Object.values(stagedBehaviours))
    hash.update(JSON.stringify(playScene(recordScene(behaviour, heldOut, true)).findings))
  return hash.digest('hex')
}
