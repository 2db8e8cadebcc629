import { readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { createCheckpointStore } from '../../../../src/train/run/checkpoint.ts'
import { tempDir } from '../../../support/temp-dir.ts'

const made: string[] = []
const folder = () => {
  const dir = tempDir('checkpoint')
  made.push(dir)
  return dir
}
afterAll(() => {
  for (const dir of made) rmSync(dir, { recursive: true })
})
const checkpoint = (step: number) => ({
  step,
  state: { history: [{ epoch: 1 }], best: null },
  vectors: { weights: Float32Array.of(step, Math.PI, -0, 1e-40), m: new Float32Array(0) },
})

function open(dir: string) {
  const notices: string[] = []
  return { notices, store: createCheckpointStore({ dir, onNotice: (text) => notices.push(text) }) }
}

describe('checkpoint store', () => {
  it('gives back the newest, bit for bit', async () => {
    const dir = folder()
    const { store } = open(dir)
    expect(await store.latest()).toBeNull()
    for (const step of [5, 10, 1000]) await store.save(checkpoint(step))
    const found = await open(dir).store.latest()
    expect(found).toEqual(checkpoint(1000))
    expect(Object.is(found!.vectors.weights![2], -0)).toBe(true)
  })

  it('keeps the last two and no temporary file', async () => {
    const dir = folder()
    const { store } = open(dir)
    writeFileSync(join(dir, 'checkpoint-000000003.bin.part'), 'cut off by a crash')
    for (const step of [5, 10, 15]) await store.save(checkpoint(step))
    expect(readdirSync(dir).sort()).toEqual(['checkpoint-000000010.bin', 'checkpoint-000000015.bin'])
  })

  it.each([
    ['cut off', (path: string) => truncateSync(path, 70)],
    ['empty', (path: string) => truncateSync(path, 0)],
    [
      'with a flipped bit',
      (path: string) => {
        const bytes = readFileSync(path)
        bytes[bytes.length - 40]! ^= 1
        writeFileSync(path, bytes)
      },
    ],
    ['that is something else', (path: string) => writeFileSync(path, 'x'.repeat(500))],
  ])('passes over a checkpoint %s, says so, and gives the one before', async (_, damage) => {
    const dir = folder()
    const { store } = open(dir)
    for (const step of [5, 10]) await store.save(checkpoint(step))
    damage(join(dir, 'checkpoint-000000010.bin'))
    const again = open(dir)
    expect((await again.store.latest())!.step).toBe(5)
    expect(again.notices).toEqual([expect.stringMatching(/checkpoint-000000010\.bin is damaged/)])
  })

  it('names the file when it cannot be written', async () => {
    const dir = folder()
    writeFileSync(join(dir, 'file'), '')
    const { store } = open(join(dir, 'file'))
    await expect(store.save(checkpoint(1))).rejects.toMatchObject({
      code: 'STORE_WRITE',
      message: expect.stringContaining('checkpoint-000000001.bin'),
    })
  })
})
