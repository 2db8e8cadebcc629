import { execFile } from 'node:child_process'
import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hasTool } from '../support/prepare-machine.ts'
import { tempDir } from '../support/temp-dir.ts'

const root = join(import.meta.dirname, '../..')
const models = resolve(root, process.env.VIREO_TEST_MODELS ?? '../shared/models')
const data = resolve(root, '../shared/data/weizmann')
const detectorFile = join(models, 'yolox_nano_416x416.onnx')
const poseFile = join(models, 'movenet_lightning_dequant_fp32.onnx')
const waving = join(data, 'wave2/daria_wave2.avi')
const walking = join(data, 'walk/daria_walk.avi')
const ready = hasTool('ffmpeg') && [detectorFile, poseFile, waving, walking].every((path) => existsSync(path))
if (!ready) console.warn(`skipped: poses on footage (ffmpeg, or a file of ${models} or ${data}, is missing)`)

const coco = ['person', ...Array.from({ length: 79 }, (_, at) => `other ${at + 1}`)].join(',')

describe.skipIf(!ready)('vireo rules test with a pose model', () => {
  let folder: string
  let withPose: string[]
  beforeAll(async () => {
    folder = tempDir('poses')
    const [people, pose] = [join(folder, 'people'), join(folder, 'pose')]
    const shape = (size: string, layout: string) => ['--fps', '10', '--size', size, '--layout', layout]
    await vireo(
      ...['model', 'import', detectorFile, '--decode', 'yolox', '--name', 'people', '--out', people],
      ...[...shape('416x416', 'NCHW'), '--order', 'bgr', '--scale', '1', '--labels', coco],
    )
    await vireo(
      ...['model', 'import', poseFile, '--pose', 'movenet', '--name', 'pose', '--out', pose],
      ...[...shape('192x192', 'NHWC'), '--scale', '1'],
    )
    withPose = ['--detector', people, '--detect-fps', '10', '--pose', pose]
  }, 120_000)
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  async function vireo(...args: string[]): Promise<string> {
    const run = promisify(execFile)
    return (await run(process.execPath, [join(root, 'bin/vireo.js'), ...args], { maxBuffer: 1 << 26 })).stdout
  }
  /** What a rule about one posture says of a video. */
  async function asked(posture: string, video: string, more = withPose): Promise<string> {
    const rules = join(folder, `${posture}.yaml`)
    const when = `{ all: [{ label: person }, { posture: ${posture}, for: 300ms }] }`
    writeFileSync(rules, `rules: [{ name: asked, severity: info, when: ${when} }]\n`)
    return vireo('rules', 'test', rules, '--video', video, '--json', ...more)
  }
  const started = (output: string) =>
    output.split('\n').filter((line) => line.includes('"phase":"new"')).length

  it('sees both hands up where somebody waves, says why, and says the same again', async () => {
    const first = await asked('hands-up', waving)
    expect(started(first)).toBe(1)
    expect(first).toMatch(/hands-up \(torso \d+° from upright, \d+ of 17 keypoints sure\)/)
    expect(await asked('hands-up', waving)).toBe(first)
  }, 120_000)

  it('sees somebody who walks stand, with their hands down, and not lie', async () => {
    expect(started(await asked('standing', walking))).toBeGreaterThan(0)
    expect(started(await asked('hands-up', walking))).toBe(0)
    expect(started(await asked('lying', walking))).toBe(0)
  }, 120_000)

  it('is refused where no pose model watches', async () => {
    await expect(asked('lying', walking, withPose.slice(0, 2))).rejects.toThrow(
      /no pose model watches camera/,
    )
  }, 60_000)
})
