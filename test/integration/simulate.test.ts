import { execFileSync, spawn } from 'node:child_process'
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { randomScript } from '../../src/simulate/random-script.ts'
import { type VideoLabels, writeVideo } from '../../src/simulate/write-video.ts'
import { hasTool } from '../support/prepare-machine.ts'
import { tempDir } from '../support/temp-dir.ts'

const ready = hasTool('ffmpeg')
if (!ready) process.stderr.write('skipped: simulated video (ffmpeg is missing)\n')

describe.skipIf(!ready)('simulated video', () => {
  let folder: string
  beforeAll(() => {
    folder = tempDir('simulate')
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it.each(['h264', 'h265'] as const)('has as many frames in %s as it has labels', async (codec) => {
    const file = join(folder, `${codec}.mp4`)
    const script = randomScript({ seed: 4, durationS: 4, styleSet: 'train', perMinute: 30 })
    const shares: number[] = []
    await writeVideo({
      script,
      file,
      settings: { widthPx: 160, heightPx: 90, fps: 25, codec, gopS: 1 },
      spawn,
      onProgress: (share) => shares.push(share),
    })
    const labels = JSON.parse(readFileSync(join(folder, `${codec}.labels.json`), 'utf8')) as VideoLabels
    const probe = execFileSync('ffprobe', [
      ...['-v', 'error', '-count_packets', '-select_streams', 'v:0'],
      ...['-show_entries', 'stream=codec_name,width,height,nb_read_packets', '-of', 'csv=p=0', file],
    ])
    expect(String(probe).trim()).toBe(`${codec === 'h264' ? 'h264' : 'hevc'},160,90,100`)
    expect(labels.frames).toHaveLength(100)
    expect(labels.script).toEqual(script)
    expect([shares[0], shares.at(-1)]).toEqual([0, 1])
  })

  it('says when ffmpeg is not there', async () => {
    const missing = ((_command: string, args: string[], options: object) =>
      spawn('no-such-ffmpeg', args, options)) as typeof spawn
    const script = randomScript({ seed: 4, durationS: 1, styleSet: 'train' })
    const settings = { widthPx: 32, heightPx: 32, fps: 5, codec: 'h264' as const, gopS: 1 }
    await expect(
      writeVideo({ script, file: join(folder, 'no.mp4'), settings, spawn: missing }),
    ).rejects.toMatchObject({ code: 'MEDIA_FFMPEG_MISSING' })
  })
})
