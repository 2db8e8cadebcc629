import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { anomalyScores } from '../../pipelines/live/anomaly-scores.ts'
import { loadBundle } from '../../src/bundle/load-bundle.ts'
import type { Scores } from '../../src/core/clip.ts'
import { systemClock } from '../../src/core/clock.ts'
import { anomalyDir } from '../../src/core/data-dir.ts'
import { noTelemetry } from '../../src/core/telemetry-port.ts'
import { openBundlePlayer } from '../../src/train/export/bundle-player.ts'
import { hasTool } from '../support/prepare-machine.ts'
import { tempDir } from '../support/temp-dir.ts'
import { vireo } from '../support/vireo-process.ts'

const ready = hasTool('ffmpeg')
if (!ready) process.stderr.write('skipped: calibration of cameras (ffmpeg is missing)\n')

let folder: string
let config: string
let normal: string
const run = async (...args: string[]) => {
  const started = vireo(args)
  return { status: await started.ended, said: started.lines.join('\n'), errors: started.errors() }
}

beforeAll(() => {
  if (!ready) return
  folder = tempDir('calibrate')
  // A square that goes round and round, for two minutes.
  normal = join(folder, 'normal.mp4')
  execFileSync('ffmpeg', [
    ...['-v', 'error', '-y', '-f', 'lavfi', '-i', 'color=0x505050:size=32x32:rate=8:duration=120'],
    ...['-f', 'lavfi', '-i', 'color=white:size=8x8:rate=8:duration=120'],
    ...['-filter_complex', "[0][1]overlay=x='12+8*cos(t)':y='12+8*sin(t)':eval=frame"],
    ...['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', normal],
  ])
  config = join(folder, 'vireo.yaml')
  writeFileSync(
    config,
    `version: 1
dataDir: ${folder}/data
cameras:
  - { id: gate, url: "rtsp://192.0.2.1/a" }
  - { id: yard, url: "rtsp://192.0.2.1/b" }
models:
  - { name: unusual, path: ${folder}/run/anomaly }
`,
  )
})

describe.skipIf(!ready)('an anomaly model from footage to a calibrated camera', () => {
  it('is pretrained and made into a bundle', async () => {
    const plan = join(folder, 'plan.yaml')
    writeFileSync(
      plan,
      `sizes: { frames: 8, widthPx: 32, heightPx: 32, patchPx: 8, width: 32, heads: 2, hidden: 64, depthSpace: 1, depthTime: 1 }
pretrain: { steps: 60, batch: 8, warmup: 5, maskedWeight: 0, nextWeight: 1, peakRate: 0.003 }
`,
    )
    const out = join(folder, 'run')
    const made = await run(
      'train',
      'pretrain',
      '--out',
      out,
      '--plan',
      plan,
      '--footage',
      normal,
      '--threads',
      '1',
    )
    expect(made.errors).not.toMatch(/TRAIN_|BUG_/)
    expect(made.status).toBe(0)
    const exported = await run('train', 'anomaly', '--out', out, '--name', 'unusual', '--json')
    expect(exported.status).toBe(0)
    const { bundle } = await loadBundle(join(out, 'anomaly'))
    expect(bundle).toMatchObject({ name: 'unusual', version: '1.0.0', anomaly: { places: 16 } })
  })

  it('learns what is normal from videos, where the live path finds it', async () => {
    const told = await run(
      ...[
        'model',
        'calibrate',
        'unusual',
        '-c',
        config,
        '--camera',
        'gate',
        '--footage',
        normal,
        '--threads',
        '1',
      ],
    )
    expect(told.errors).toMatch(/decode footage/)
    expect(told.status).toBe(0)
    expect(told.said).toMatch(/^gate: unusual@1\.0\.0 is calibrated on 477 tubelets \(119 s of footage\)/)

    const { bundle, graphPath } = await loadBundle(join(folder, 'run', 'anomaly'))
    const read = anomalyScores({
      cameraId: 'gate',
      engine: { bundle: () => bundle },
      dir: anomalyDir(join(folder, 'data')),
      clock: systemClock,
      telemetry: noTelemetry,
    })
    const scored = (values: Float32Array) =>
      read({ modelName: 'unusual', modelVersion: '1.0.0', values } as Scores)?.values[0]
    const raw = execFileSync(
      'ffmpeg',
      ['-v', 'error', '-i', normal, '-t', '10', '-pix_fmt', 'rgb24', '-f', 'rawvideo', '-'],
      { maxBuffer: 1 << 24 },
    )
    const player = await openBundlePlayer({ bundle, graph: readFileSync(graphPath), threads: 1 })
    const usual = (await player.score([new Uint8Array(raw)])).map((errors) => scored(errors)!)
    // The same with a flash over the whole picture in the middle.
    const flash = new Uint8Array(raw)
    const frame = 32 * 32 * 3
    for (let at = 40 * frame; at < 42 * frame; at += 1) flash[at] = (at * 7919) % 256
    const unusual = (await player.score([flash])).map((errors) => scored(errors)!)
    await player.close()
    expect(usual.every((score) => score >= 0 && score <= 1)).toBe(true)
    expect(usual.reduce((sum, score) => sum + score, 0) / usual.length).toBeLessThan(0.8)
    expect(Math.max(...unusual)).toBeGreaterThan(0.999)
  })

  it('learns from the continuous recording of every camera', async () => {
    for (const camera of ['gate', 'yard']) {
      const dir = join(folder, 'data', 'segments', camera, '2026-05-01')
      mkdirSync(dir, { recursive: true })
      copyFileSync(normal, join(dir, '120000000-1.mp4'))
    }
    const span = ['--since', '2026-05-01T00:00:00Z', '--until', '2026-05-02T00:00:00Z']
    const told = await run('model', 'calibrate', 'unusual', '-c', config, ...span, '--threads', '1', '--json')
    expect(told.status).toBe(0)
    const lines = told.said.split('\n').map((line) => JSON.parse(line) as Record<string, unknown>)
    expect(lines.map(({ camera, tubelets }) => [camera, tubelets])).toEqual([
      ['gate', 477],
      ['yard', 477],
    ])
    expect(readFileSync(lines[1]!.path as string, 'utf8')).toContain('"camera":"yard"')
  })

  it.each([
    [['unusual', '--camera', 'gat'], /--camera gat: the configuration has gate, yard/],
    [['unusual', '--footage', 'x.mp4'], /--footage: name the one --camera/],
    [['unusual', '--camera', 'gate', '--since', '10m'], /TRAIN_DATA.*nothing was recorded/],
    [['./nowhere', '--camera', 'gate', '--since', '2026-05-01T00:00:00Z'], /MODEL_NOT_FOUND/],
  ])('refuses %j', async (args, message) => {
    const told = await run('model', 'calibrate', ...args, '-c', config)
    expect(told.status).not.toBe(0)
    expect(told.errors).toMatch(message)
  })
})
