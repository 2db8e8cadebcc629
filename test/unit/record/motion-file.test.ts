import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { decodeLevel, encodeLevel, readLevels, writeLevel } from '../../../src/record/motion-file.ts'
import { tempDir } from '../../support/temp-dir.ts'

it.each([0, 0.001, 0.004, 0.02, 0.5, 1, 7])('keeps %f near enough to draw it', (motion) => {
  expect(decodeLevel(encodeLevel(motion))).toBeCloseTo(Math.min(1, motion), 2)
})

it('knows the levels of a time over midnight, and where nothing is known', async () => {
  const dir = tempDir('motion')
  mkdirSync(join(dir, 'gate'))
  const midnight = Date.parse('2026-05-02T00:00:00Z')
  await writeLevel(dir, 'gate', midnight - 10_000, 0.5)
  await writeLevel(dir, 'gate', midnight, 0)
  await writeLevel(dir, 'gate', midnight + 20_000, 1)
  const span = { fromMs: midnight - 20_000, toMs: midnight + 30_000 }
  const fine = await readLevels(dir, 'gate', { ...span, stepMs: 10_000 })
  expect(fine.map((level) => level && Math.round(level * 10) / 10)).toEqual([null, 0.5, 0, null, 1])
  const coarse = await readLevels(dir, 'gate', { ...span, stepMs: 30_000 })
  expect(coarse.map((level) => level && Math.round(level * 10) / 10)).toEqual([0.5, 1])
  expect(await readLevels(dir, 'yard', { ...span, stepMs: 50_000 })).toEqual([null])
})
