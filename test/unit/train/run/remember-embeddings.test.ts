import { appendFileSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import type { FrozenBackbone } from '../../../../src/train/models/frozen-backbone.ts'
import { rememberEmbeddings } from '../../../../src/train/run/remember-embeddings.ts'
import { tempDir } from '../../../support/temp-dir.ts'

let cacheDir = ''
beforeEach(() => {
  cacheDir = tempDir('embeddings')
})

const clip = { frames: 1, heightPx: 1, widthPx: 2 }
const clipBytes = 6

/** Features are the first byte of a clip and its last. */
function backbone() {
  const embedded: number[] = []
  const model = {
    name: 'counting',
    clip,
    features: 2,
    async embed(clips: Uint8Array, count: number) {
      embedded.push(count)
      return Float32Array.from({ length: count * 2 }, (_, n) => clips[(n >> 1) * clipBytes + (n % 2) * 5]!)
    },
  } as unknown as FrozenBackbone
  return { embedded, model }
}

const clips = (...firsts: number[]) =>
  Uint8Array.from(firsts.flatMap((first) => [first, 0, 0, 0, 0, first + 100]))
const featuresOf = (...firsts: number[]) => firsts.flatMap((first) => [first, first + 100])

describe('rememberEmbeddings', () => {
  it('embeds a clip once, whatever stands beside it, and in a later process too', async () => {
    const { embedded, model } = backbone()
    const plan = { cacheDir, encoderId: 'a' }
    const first = await rememberEmbeddings(model, plan)
    expect([...(await first.embed(clips(1, 2), 2))]).toEqual(featuresOf(1, 2))
    expect([...(await first.embed(clips(2, 3, 2, 3), 4))]).toEqual(featuresOf(2, 3, 2, 3))
    expect(embedded).toEqual([2, 1])
    const later = await rememberEmbeddings(model, plan)
    expect([...(await later.embed(clips(3, 1), 2))]).toEqual(featuresOf(3, 1))
    expect(embedded).toEqual([2, 1])
  })

  it('keeps the features of another encoder apart', async () => {
    const { embedded, model } = backbone()
    await (await rememberEmbeddings(model, { cacheDir, encoderId: 'a' })).embed(clips(1), 1)
    await (await rememberEmbeddings(model, { cacheDir, encoderId: 'b' })).embed(clips(1), 1)
    expect(embedded).toEqual([1, 1])
    expect(readdirSync(cacheDir)).toHaveLength(2)
  })

  it('cuts off half a record that a crash left behind', async () => {
    const { embedded, model } = backbone()
    const plan = { cacheDir, encoderId: 'a' }
    await (await rememberEmbeddings(model, plan)).embed(clips(1), 1)
    const file = join(cacheDir, readdirSync(cacheDir)[0]!)
    const whole = readFileSync(file)
    appendFileSync(file, 'half')
    const again = await rememberEmbeddings(model, plan)
    expect(statSync(file).size).toBe(whole.length)
    expect([...(await again.embed(clips(2, 1), 2))]).toEqual(featuresOf(2, 1))
    expect(embedded).toEqual([1, 1])
  })
})
