import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { inflateSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { takeSnapshot } from '../../src/cli/camera/take-snapshot.ts'
import { tempDir } from '../support/temp-dir.ts'
import { testVideo } from '../support/test-video.ts'

const folder = tempDir()
const video = await testVideo({ name: 'test' })

function fileOf(camera: object = {}): string {
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
    JSON.stringify({ version: 1, dataDir: join(folder, 'none'), cameras, behaviours: { rules } }),
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
    const text = await takeSnapshot('gate', { config, out, annotate: true, seconds: '2', json: true })
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
    expect(await takeSnapshot('gate', { config, out, seconds: '5' })).toBe(`${out}: 1280×720 of camera gate`)
    expect(pixelOf(readFileSync(out), 640, 540)).not.toEqual([255, 200, 0])
  })

  it.each([
    ['a variable that is needed', 'yard', {}, 'CONFIG_ENV_MISSING'],
    ['another camera', 'roof', {}, 'CAMERA_NOT_FOUND'],
    ['a file that is not there', 'gate', { url: '/nowhere.mp4' }, 'CAMERA_NOT_FOUND'],
    ['a folder that is not there', 'gate', {}, 'STORE_FILE'],
  ])('tells %s by its code', async (_what, id, camera, code) => {
    const options = { config: fileOf(camera), out: '/nowhere/x.png', seconds: '1' }
    await expect(takeSnapshot(id, options)).rejects.toMatchObject({ code })
  })
})
