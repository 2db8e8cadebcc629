import type { Clock } from '../../../src/core/clock.ts'
import type { LearningChange } from '../../../src/http/events/events-port.ts'
import type { EventHub } from '../event-hub.ts'

export interface LearningTeller {
  /** A line of a run that was begun here. */
  said(fields: Readonly<Record<string, unknown>>): void
  ended(code: number | null): void
  changed(model: string | null, state: 'promoted' | 'rolled_back'): void
}

const everyMs = 1000

/** Tells pages how far learning is: every new phase, and otherwise no more than once a second. */
export function createLearningTeller(options: {
  model: () => string | null
  tell: EventHub['tell']
  clock: Pick<Clock, 'monoMs'>
}): LearningTeller {
  const { model, tell, clock } = options
  let run: string | null = null
  let phase: string | null = null
  let toldMs = Number.NEGATIVE_INFINITY
  const send = (change: Partial<LearningChange>) => {
    const data = { run, model: model(), state: 'running', phase, done: null, etaS: null, ...change } as const
    tell({ kind: 'learning', cameraId: null, position: null, data })
  }
  const number = (value: unknown) => (typeof value === 'number' && Number.isFinite(value) ? value : null)
  return {
    said(fields) {
      if (typeof fields.run === 'string') run = fields.run
      const isNew = typeof fields.phase === 'string' && fields.phase !== phase
      if (typeof fields.phase === 'string') phase = fields.phase
      const isProgress = fields.run !== undefined || fields.paused !== undefined || isNew
      if (!isProgress && clock.monoMs() - toldMs < everyMs) return
      toldMs = clock.monoMs()
      const [done, total] = [number(fields.done), number(fields.total)]
      send({ done: done !== null && total ? done / total : null, etaS: number(fields.etaS) })
    },
    ended(code) {
      // 75: it was stopped, and can go on.
      send({ state: code === 0 ? 'done' : code === 75 ? 'stopped' : 'failed' })
      run = null
      phase = null
    },
    changed: (name, state) => send({ model: name ?? model(), state, run: null, phase: null }),
  }
}
