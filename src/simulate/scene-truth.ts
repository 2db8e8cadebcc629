import type { Scene, SeenPerson } from './scene.ts'
import { type SceneLabel, sceneLabels } from './script.ts'

/** Something that a person does, from its first to its last moment in the picture. */
export interface SceneEvent {
  readonly label: SceneLabel
  readonly startS: number
  readonly endS: number
  readonly personIds: readonly string[]
}

/** Least share of a person that must be in the picture for what they do to count. */
export const leastVisible = 0.5

const isLabel = (action: string): action is SceneLabel => (sceneLabels as readonly string[]).includes(action)

/** The labels that hold in the picture at one time. */
export function labelsOf(people: readonly SeenPerson[]): SceneLabel[] {
  const present = new Set(people.filter(({ visible }) => visible >= leastVisible).map(({ action }) => action))
  return sceneLabels.filter((label) => present.has(label))
}

/** All events of a scene, found by looking at every frame of `fps`; one for each person and stretch. */
export function eventsOf(scene: Scene, fps: number): SceneEvent[] {
  const open = new Map<string, { label: SceneLabel; startS: number; endS: number; person: string }>()
  const events: SceneEvent[] = []
  const close = (key: string) => {
    const { label, startS, endS, person } = open.get(key)!
    open.delete(key)
    events.push({ label, startS, endS, personIds: [person] })
  }
  const frames = Math.round(scene.script.durationS * fps)
  for (let frame = 0; frame < frames; frame += 1) {
    const tS = frame / fps
    const doing = new Map(
      scene
        .peopleAt(tS)
        .filter(({ visible, action }) => visible >= leastVisible && isLabel(action))
        .map(({ id, action }) => [id, action as SceneLabel]),
    )
    for (const [id, label] of doing) {
      const current = open.get(id)
      if (current && current.label !== label) close(id)
      const { startS = tS } = open.get(id) ?? {}
      open.set(id, { label, startS, endS: tS + 1 / fps, person: id })
    }
    for (const id of [...open.keys()]) if (!doing.has(id)) close(id)
  }
  for (const id of [...open.keys()]) close(id)
  return events.sort((a, b) => a.startS - b.startS)
}
