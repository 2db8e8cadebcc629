import { spawn } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { randomScript } from '../../src/simulate/random-script.ts'
import type { SceneScript, Segment } from '../../src/simulate/script.ts'
import { writeVideo } from '../../src/simulate/write-video.ts'
import { writeBrightnessBundle } from '../support/brightness-bundle.ts'
import { hasTool } from '../support/prepare-machine.ts'
import { tempDir } from '../support/temp-dir.ts'
import { type VireoProcess, vireo } from '../support/vireo-process.ts'

const ready = hasTool('ffmpeg')
if (!ready) process.stderr.write('skipped: people in vireo run (ffmpeg is missing)\n')

let folder: string
let running: VireoProcess | null = null
beforeAll(async () => {
  if (!ready) return
  folder = tempDir('people')
  await writeBrightnessBundle(join(folder, 'model'), { widthPx: 32, heightPx: 64 })
  const settings = { widthPx: 320, heightPx: 180, fps: 10, codec: 'h264', gopS: 1 } as const
  await writeVideo({ script: oneVisitor(), file: join(folder, 'yard.mp4'), settings, spawn })
}, 60_000)
afterEach(async () => {
  running?.child.kill('SIGKILL')
  await running?.ended
  running = null
})

/** Somebody who comes after two seconds, stands in the middle, and leaves. */
function oneVisitor(): SceneScript {
  const base = randomScript({ seed: 11, durationS: 14, styleSet: 'train', stories: ['pass'], perMinute: 20 })
  const [from, spot, to] = [-5.5, 0, 5.5].map((xM) => ({ xM, zM: 6 })) as [Point, Point, Point]
  const walk = { action: 'walking', headingRad: Math.PI / 2, seed: 1 } as const
  const segments: Segment[] = [
    { ...walk, startS: 2, endS: 5, from, to: spot },
    { ...walk, action: 'standing', startS: 5, endS: 9, from: spot, to: spot },
    { ...walk, startS: 9, endS: 12, from: spot, to },
  ]
  const people = [{ id: 'p1', body: base.people[0]!.body, segments }]
  return { ...base, light: 'day', noise: 1, clutter: [], camera: { ...base.camera, shake: 0 }, people }
}
type Point = Segment['from']

function configure(rule: string): string {
  const file = join(folder, 'vireo.yaml')
  writeFileSync(
    file,
    `version: 1
dataDir: ${join(folder, 'data')}
cameras:
  - id: yard
    url: ${join(folder, 'yard.mp4')}
    loop: true
    zones:
      - { name: middle, points: [[0.3, 0], [0.7, 0], [0.7, 1], [0.3, 1]] }
models:
  - { name: light, path: ${join(folder, 'model')}, scope: person, intraOpThreads: 1 }
behaviours:
  rules:
    - { name: ${rule}, preset: intrusion, with: { zone: middle }, cooldown: 0s, parked: 0s }
alerts:
  rules:
    - { name: lit, label: bright, onThreshold: 0.05, offThreshold: 0.01 }
http: { port: 0 }
`,
  )
  return file
}

const stepOf = (rule: string, phase: string) => (line: string) => {
  const step = JSON.parse(line)
  return step.rule === rule && step.phase === phase
}

describe.skipIf(!ready)('people in vireo run', () => {
  it('raises alerts of a rule and of an action of one person, and takes another rule while it runs', async () => {
    const config = configure('intruder')
    running = vireo(['run', '--config', config, '--json'])
    const found = JSON.parse(await running.line(stepOf('intruder', 'new')))
    expect(found).toMatchObject({
      label: 'intrusion',
      zone: 'middle',
      detector: 'motion',
      cameraId: 'yard',
      severity: 'critical',
      explanation: expect.stringContaining('in zone middle'),
    })
    expect(found.trackIds).toHaveLength(1)
    const lit = JSON.parse(await running.line(stepOf('lit', 'new')))
    expect(lit).toMatchObject({ label: 'bright', modelName: 'light' })
    expect(lit.trackIds).toHaveLength(1)
    const over = JSON.parse(await running.line(stepOf('intruder', 'end')))
    expect(over).toMatchObject({ alertId: found.alertId, trackIds: expect.arrayContaining(found.trackIds) })
    expect(['gone', 'cleared']).toContain(over.endReason)
    expect(running.errors()).toContain('no detector model')
    configure('trespasser')
    expect(readFileSync(config, 'utf8')).toContain('trespasser')
    running.child.kill('SIGHUP')
    expect(JSON.parse(await running.line(stepOf('trespasser', 'new'))).zone).toBe('middle')
  }, 90_000)
})
