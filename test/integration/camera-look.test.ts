import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { inflateSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { traceCamera } from '../../pipelines/look/trace-camera.ts'
import { describeSummary, describeTraced } from '../../src/cli/camera/describe-trace.ts'
import { takeSnapshot } from '../../src/cli/camera/take-snapshot.ts'
import { tempDir } from '../support/temp-dir.ts'
import { testVideo } from '../support/test-video.ts'

const folder = tempDir()
const video = await testVideo({ name: 'test' })

function fileOf(camera: object = {}, more: object = {}): string {
  const file = join(folder, 'v.yaml')
  const zones = [
    {
      name: 'door',
      points: [
        [0.25, 0.25],
        [0.75, 0.25],
        [0.75, 0.75],
        [0.25, 0.75],
      ],
    },
  ]
  const cameras = [
    { id: 'gate', url: video, loop: true, zones, ...camera },
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a variable of the configuration file
    { id: 'yard', url: 'rtsp://viewer:${VIREO_NOT_SET}@192.0.2.1/a' },
  ]
  const rules = [{ name: 'in', preset: 'intrusion', with: { zone: 'door' } }]
  writeFileSync(
    file,
    JSON.stringify({ version: 1, dataDir: join(folder, 'none'), cameras, behaviours: { rules }, ...more }),
  )
  return file
}

/** Red, green and blue of a pixel of a PNG of one IDAT chunk whose rows are unfiltered. */
function pixelOf(png: Buffer, x: number, y: number): number[] {
  const at = png.indexOf('IDAT')
  const rows = inflateSync(png.subarray(at + 4, at + 4 + png.readUInt32BE(at - 4)))
  const start = y * (png.readUInt32BE(16) * 3 + 1) + 1 + x * 3
  return [...rows.subarray(start, start + 3)]
}

describe('camera snapshot', () => {
  it('writes a picture of the camera for its user alone, with what is seen on it', async () => {
    const out = join(folder, 'gate.png')
    const config = fileOf()
    const text = await takeSnapshot('gate', { config, out, annotate: true, seconds: 2, json: true })
    const said = JSON.parse(text)
    expect(said).toMatchObject({ camera: 'gate', widthPx: 1280, heightPx: 720, zones: ['door'], lines: [] })
    expect(said.tracks.length).toBeGreaterThan(0)
    expect(statSync(out).mode & 0o777).toBe(0o600)
    // The lower edge of the zone has no text on it, but maybe a box of a track.
    const edge = [0.3, 0.4, 0.5, 0.6, 0.7].map((x) => pixelOf(readFileSync(out), Math.round(x * 1280), 540))
    expect(edge).toContainEqual([255, 200, 0])
  })

  it('needs no model for a bare picture', async () => {
    const out = join(folder, 'bare.png')
    const config = fileOf({ paused: true })
    expect(await takeSnapshot('gate', { config, out, seconds: 5 })).toBe(`${out}: 1280×720 of camera gate`)
    expect(pixelOf(readFileSync(out), 640, 540)).not.toEqual([255, 200, 0])
  })

  it.each([
    ['a variable that is needed', 'yard', {}, 'CONFIG_ENV_MISSING'],
    ['another camera', 'roof', {}, 'CAMERA_NOT_FOUND'],
    ['a file that is not there', 'gate', { url: '/nowhere.mp4' }, 'CAMERA_NOT_FOUND'],
    ['a folder that is not there', 'gate', {}, 'STORE_FILE'],
  ])('tells %s by its code', async (_what, id, camera, code) => {
    const options = { config: fileOf(camera), out: '/nowhere/x.png', seconds: 1 }
    await expect(takeSnapshot(id, options)).rejects.toMatchObject({ code })
  })
})

describe('trace', () => {
  it('follows clips to their scores, and says of every rule why it alerted or did not', async () => {
    const path = join(import.meta.dirname, '../../models/actions')
    const config = fileOf(
      { motion: { threshold: 0.001 } },
      {
        models: [{ name: 'actions', path, allowSimulated: true, intraOpThreads: 1 }],
        alerts: {
          rules: [
            { name: 'always', label: 'walking', onThreshold: 0.000001, offThreshold: 0, minDurationMs: 0 },
            {
              name: 'too-short',
              label: 'running',
              onThreshold: 0.000001,
              offThreshold: 0,
              minDurationMs: 60_000,
            },
            { name: 'never', label: 'falling', onThreshold: 1 },
          ],
        },
        behaviours: {
          rules: [
            {
              name: 'shut',
              preset: 'intrusion',
              with: { zone: 'door' },
              disarmed: [{ from: '00:00', to: '24:00' }],
            },
          ],
        },
      },
    )
    const told: Parameters<typeof describeTraced>[0][] = []
    const summary = await traceCamera({ config, camera: 'gate', video, seconds: 3 }, (event) =>
      told.push(event),
    )
    const clips = told.filter((event) => event.kind === 'clip')
    expect(clips[0]).toMatchObject({ model: 'actions', frames: 8, trackId: null })
    expect(clips.every(({ inferMs, waitedMs }) => inferMs > 0 && waitedMs >= 0)).toBe(true)
    const scored = clips.find(({ scores }) => scores !== null)!
    expect(scored.scores).toContainEqual({ label: 'falling', score: expect.any(Number), threshold: 1 })
    expect(describeTraced(scored)).toMatch(/^clip {3}actions .* of /)
    expect(told).toContainEqual({
      kind: 'step',
      step: expect.objectContaining({ rule: 'always', phase: 'new' }),
    })
    expect(summary.asked.actions).toBe(clips.length)
    expect(Object.fromEntries(summary.rules.map(({ rule, why }) => [rule, why]))).toMatchObject({
      always: null,
      'too-short': expect.stringMatching(/at most, asked are 60 s/),
      never: expect.stringMatching(/highest score was .*, asked is 1$/),
    })
    expect(summary.behaviours).toEqual([{ rule: 'shut', alerts: 0, armed: false }])
    const text = describeSummary(summary).join('\n')
    expect(text).toContain('rule too-short: no alert: it was over')
    expect(text).toContain('behaviour shut: no alert: its schedule wants no alerts now')
  })
  it('says what was seen until it is stopped', async () => {
    const stop = new AbortController()
    const rules = [{ name: 'anybody', when: { label: 'person' } }]
    const options = { config: fileOf({}, { behaviours: { rules } }), camera: 'gate', seconds: 600 }
    const summary = await traceCamera({ ...options, signal: stop.signal }, () => stop.abort())
    expect(summary.behaviours).toEqual([{ rule: 'anybody', alerts: expect.any(Number), armed: true }])
    expect(summary.behaviours[0]!.alerts).toBeGreaterThan(0)
  })
})
