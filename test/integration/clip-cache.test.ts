import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { openClipCache } from '../../src/train/data/clip-cache.ts'
import { tempDir } from '../support/temp-dir.ts'
import { testVideo } from '../support/test-video.ts'

const size = { widthPx: 32, heightPx: 24, sampleFps: 8 }
let cacheDir: string
beforeAll(() => {
  cacheDir = tempDir('clip-cache')
})

describe('clip cache with ffmpeg', () => {
  it('cuts what lies between two times out of a video that grows brighter', async () => {
    // Brightness is 20 a second: a frame tells its time.
    const path = await testVideo({
      name: 'brighter',
      source: 'nullsrc',
      filter: "geq=lum='16+20*T':cb=128:cr=128",
      widthPx: 64,
      heightPx: 48,
      seconds: 10,
    })
    const video = { path, label: null, group: 'g' }
    const source = await openClipCache({
      cacheDir,
      ...size,
      videos: [
        { id: 'all', ...video },
        { id: 'middle', ...video, startMs: 4000, endMs: 6000 },
      ],
    })
    expect(source.items.map(({ frameCount }) => frameCount)).toEqual([80, 16])
    const frame = new Uint8Array(32 * 24 * 3)
    const brightness = (item: number, at: number) => {
      source.read(item, at, 1, frame)
      return frame.reduce((sum, value) => sum + value) / frame.length
    }
    for (const at of [0, 8, 15]) expect(Math.abs(brightness(1, at) - brightness(0, 32 + at))).toBeLessThan(4)
    expect(brightness(0, 72) - brightness(0, 8)).toBeGreaterThan(150)
    source.close()
  })

  it('names a file that is no video', async () => {
    const path = join(cacheDir, 'notes.txt')
    writeFileSync(path, 'no video at all')
    const opened = openClipCache({ cacheDir, ...size, videos: [{ id: 'x', path, label: null, group: 'g' }] })
    await expect(opened).rejects.toMatchObject({
      code: expect.stringMatching(/^MEDIA_/),
      message: expect.stringContaining(path),
    })
  })
})
