import { spawn } from 'node:child_process'
import { existsSync, readdirSync, rmSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createPeopleLifter } from '../../pipelines/look/lift-people.ts'
import { installModel } from '../../pipelines/model/install-model.ts'
import { findEntry, readCatalogue } from '../../src/catalogue/read-catalogue.ts'
import { parseImportOptions } from '../../src/cli/model/model-options.ts'
import { systemClock } from '../../src/core/clock.ts'
import { openClipCache } from '../../src/train/data/clip-cache.ts'
import { humanModels } from '../support/human-models.ts'
import { hasTool } from '../support/prepare-machine.ts'
import { tempDir } from '../support/temp-dir.ts'

const footage = resolve(import.meta.dirname, '../../../shared/data/footage')
const { archive, reason } = humanModels()
const lacks = !existsSync(footage) ? `${footage} missing` : !hasTool('ffmpeg') ? 'no ffmpeg' : reason
if (lacks) console.warn(`skipped: ${lacks}`)

describe.skipIf(lacks !== '')('footage cut around people', () => {
  let dir = ''
  let people = ''
  beforeAll(async () => {
    dir = tempDir('lift')
    people = join(dir, 'people')
    const entry = findEntry(readCatalogue(join(import.meta.dirname, '../../models/catalogue.json')), 'people')
    await installModel({
      entry,
      outDir: people,
      from: archive!,
      spawn,
      clock: systemClock,
      onProgress: () => {},
      planImport: parseImportOptions,
    })
  })
  afterAll(() => rmSync(dir, { recursive: true, force: true }))

  it('shows the person in the middle, in every frame, and the whole picture where nobody is', async () => {
    const lifter = await createPeopleLifter(people)
    const cacheDir = join(dir, 'cache')
    const stretch = { startMs: 12_000, endMs: 14_000, label: 'walk', group: 'a' }
    const open = (decoder?: typeof lifter) =>
      openClipCache({
        cacheDir,
        widthPx: 48,
        heightPx: 48,
        sampleFps: 5,
        ...(decoder && { decoder }),
        videos: [
          { id: 'someone', path: join(footage, 'one-by-one-person-detection.mp4'), ...stretch },
          { id: 'nobody', path: join(footage, 'car-detection.mp4'), ...stretch, startMs: 0, endMs: 1000 },
        ],
      })
    const [lifted, whole] = [await open(lifter), await open()]
    await lifter.close()
    expect(lifted.items[0]!.frameCount).toBeGreaterThanOrEqual(8)
    expect(lifted.items[0]!.frameCount).toBeLessThanOrEqual(11)
    expect(lifted.items[1]!.frameCount).toBe(whole.items[1]!.frameCount)
    const frame = (source: typeof lifted, item: number, at: number) => {
      const out = new Uint8Array(48 * 48 * 3)
      source.read(item, at, 1, out)
      return out
    }
    expect(frame(lifted, 1, 0)).toEqual(frame(whole, 1, 0))
    expect(frame(lifted, 0, 0)).not.toEqual(frame(whole, 0, 0))
    lifted.close()
    whole.close()
    // Each has a file of its own, and both are there to be used again.
    expect(readdirSync(cacheDir).filter((name) => name.endsWith('.rgb'))).toHaveLength(4)
    for (const name of readdirSync(cacheDir).filter((each) => each.endsWith('.rgb')))
      expect(statSync(join(cacheDir, name)).size % (48 * 48 * 3)).toBe(0)
  })

  it('refuses a bundle that finds no people', async () => {
    const shipped = join(import.meta.dirname, '../../models/actions')
    await expect(createPeopleLifter(shipped)).rejects.toMatchObject({ code: 'TRAIN_PLAN' })
    await expect(createPeopleLifter(join(dir, 'none'))).rejects.toMatchObject({ code: 'MODEL_NOT_FOUND' })
  })
})
