import { execFile } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { loadBundle } from '../../src/bundle/load-bundle.ts'
import { renderSound } from '../../src/simulate/sound-scene.ts'
import { hasTool } from '../support/prepare-machine.ts'
import { tempDir } from '../support/temp-dir.ts'
import { testVideo } from '../support/test-video.ts'
import { type VireoProcess, vireo } from '../support/vireo-process.ts'
import { writeWav } from '../support/wav.ts'

const ready = hasTool('ffmpeg')
if (!ready) process.stderr.write('skipped: training on sounds (ffmpeg is missing)\n')

let folder: string
const running: VireoProcess[] = []
beforeAll(() => {
  folder = tempDir('train-sound')
})
afterEach(async () => {
  for (const { child, ended } of running.splice(0)) {
    child.kill('SIGKILL')
    await ended
  }
})

function run(args: readonly string[]): VireoProcess {
  const started = vireo(args, {})
  running.push(started)
  return started
}

/** Sound and picture as one file; returns its path. */
async function film(name: string, wav: string, seconds: number): Promise<string> {
  const picture = await testVideo({ name: 'plain', widthPx: 160, heightPx: 96, seconds })
  const file = join(folder, `${name}.mp4`)
  const args = ['-v', 'error', '-i', picture, '-i', wav, '-c:v', 'copy', '-c:a', 'aac', file]
  await promisify(execFile)('ffmpeg', args)
  return file
}

describe.skipIf(!ready)('vireo train sound', () => {
  it('learns simulated sounds, and the bundle hears a scream of a seed that it never met on a live camera', async () => {
    const out = join(folder, 'simulated')
    const trained = run([
      'train',
      'sound',
      '--out',
      out,
      '--simulated',
      '60',
      '--steps',
      '150',
      '--seed',
      '2',
      '--json',
    ])
    expect(await trained.ended).toBe(0)
    const { metrics } = JSON.parse(trained.lines.at(-1)!)
    expect(metrics['test.items']).toBe(90)
    expect(metrics['test.accuracy']).toBeGreaterThan(0.85)
    expect(metrics['export.parity']).toBeLessThanOrEqual(1e-4)
    const { bundle } = await loadBundle(out)
    expect(bundle.labels.filter(({ background }) => !background).map(({ name }) => name)).toEqual([
      'scream',
      'glass',
      'shot',
    ])

    const { samples, startMs, endMs } = renderSound({ kind: 'scream', seconds: 6, seed: 987_654_321 })
    const gate = await film('scream', writeWav(join(folder, 'scream.wav'), samples), 6)
    const yard = await testVideo({ name: 'plain', widthPx: 160, heightPx: 96, seconds: 6 })
    const config = join(folder, 'vireo.yaml')
    writeFileSync(
      config,
      `version: 1
dataDir: ${join(folder, 'data')}
cameras: [{ id: gate, url: ${gate} }, { id: yard, url: ${yard} }]
models: [{ name: sounds, path: ${out}, intraOpThreads: 1 }]
http: { port: 0 }
`,
    )
    const live = run(['run', '--config', config, '--json'])
    const alert = JSON.parse(await live.line((line) => JSON.parse(line).label === 'scream'))
    expect(alert).toMatchObject({ cameraId: 'gate', phase: 'new', modelName: 'sounds', severity: 'warning' })
    // Windows of a second that hold a part of it.
    expect(alert.firstPtsUs / 1000).toBeGreaterThan(startMs - 1100)
    expect(alert.firstPtsUs / 1000).toBeLessThan(endMs)
    expect(live.lines.map((line) => JSON.parse(line)).filter(({ cameraId }) => cameraId === 'yard')).toEqual(
      [],
    )
  })

  it('learns from files that a CSV lists, ranges of them and videos too', async () => {
    const dir = join(folder, 'data-csv')
    mkdirSync(dir)
    const rows = ['path,label,group,startMs,endMs']
    for (const [at, kind] of (['glass', 'noise'] as const).entries())
      for (let n = 0; n < 8; n += 1) {
        const { samples, startMs, endMs } = renderSound({ kind, seconds: 2, seed: at * 100 + n })
        writeWav(join(dir, `${kind}-${n}.wav`), samples)
        rows.push(`${kind}-${n}.wav,${kind},day-${at}-${n},${startMs},${endMs}`)
      }
    const sound = renderSound({ kind: 'glass', seconds: 4, seed: 4711 })
    const video = await film('glass', writeWav(join(folder, 'glass.wav'), sound.samples), 4)
    rows.push(`${video},glass,film,${sound.startMs},${sound.endMs}`)
    writeFileSync(join(dir, 'labels.csv'), rows.join('\n'))
    const out = join(folder, 'from-csv')
    const args = ['train', 'sound', '--out', out, '--data', dir, '--steps', '50', '--batch', '16', '--json']
    const trained = run([...args, '--name', 'breakage', '--license', 'CC0-1.0'])
    expect(await trained.ended).toBe(0)
    const { bundle } = await loadBundle(out)
    expect(bundle).toMatchObject({ name: 'breakage', kind: 'audio', license: 'CC0-1.0' })
    expect(bundle.labels.map(({ name, background }) => [name, background])).toEqual([
      ['glass', false],
      ['noise', true],
    ])
    expect(bundle.dataset).toMatch(/^labelled-[0-9a-f]{12}$/)
  })

  it('takes folders of labels, and says what of them has no sound', async () => {
    const dir = join(folder, 'folders')
    const silent = await testVideo({ name: 'plain', widthPx: 160, heightPx: 96, seconds: 4 })
    for (const kind of ['shot', 'speech'] as const) {
      mkdirSync(join(dir, kind), { recursive: true })
      for (let n = 0; n < 3; n += 1)
        writeWav(join(dir, kind, `${n}.wav`), renderSound({ kind, seconds: 1, seed: n }).samples)
    }
    await promisify(execFile)('cp', [silent, join(dir, 'shot', 'mute.mp4')])
    const refused = run(['train', 'sound', '--out', join(folder, 'no'), '--data', dir])
    expect(await refused.ended).toBe(65)
    expect(refused.errors()).toMatch(/TRAIN_DATA.*mute\.mp4: there is no sound in it/s)
  })

  it('wants sounds from somewhere', async () => {
    const refused = run(['train', 'sound', '--out', join(folder, 'no')])
    expect(await refused.ended).not.toBe(0)
    expect(refused.errors()).toContain('give --data (labelled sounds) or --simulated')
  })
})
