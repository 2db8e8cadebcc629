import { execFile } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Digest } from '../../pipelines/record/digest.ts'
import { hasTool } from '../support/prepare-machine.ts'
import { recordedSite, sha256Of, writeSiteConfig } from '../support/recorded-site.ts'
import { tempDir } from '../support/temp-dir.ts'
import { testVideo } from '../support/test-video.ts'
import { vireo } from '../support/vireo-process.ts'

const ready = hasTool('ffmpeg')
if (!ready) process.stderr.write('skipped: digests (ffmpeg is missing)\n')

const run = promisify(execFile)
const startMs = Date.UTC(2026, 4, 1, 22, 30)
const segmentMs = 20_000
const at = (second: number) => startMs + second * 1000
/** Grey; a red box that comes and goes five times a second from second 6 to 9 of one, and a still blue spot of another. */
const box = "drawbox=x=200:y=100:w=160:h=120:color=red:t=fill:enable='between(t,6,9)*lt(mod(t,0.4),0.2)'"
const spot = "drawbox=x=iw/2-8:y=ih/2-8:w=16:h=16:color=blue:t=fill:enable='between(t,8,12)'"
const grey = { source: 'color=c=gray', seconds: segmentMs / 1000 }

let folder: string
let config: string
let footage: string[]
let before: string[]
/** Pictures with the red box in the footage itself. */
let boxed: number

beforeAll(async () => {
  if (!ready) return
  folder = tempDir('digest')
  const dataDir = join(folder, 'data')
  const still = await testVideo({ ...grey, name: 'grey-still' })
  const moving = await testVideo({ ...grey, name: 'grey-box', filter: box })
  const spotted = await testVideo({ ...grey, name: 'grey-middle-spot', filter: spot })
  const small = await testVideo({
    ...grey,
    name: 'grey-middle-spot',
    filter: spot,
    codec: 'h265',
    widthPx: 320,
    heightPx: 240,
  })
  boxed = (await pictures(moving)).filter(({ colour }) => colour === 'red').length
  const videos = [still, moving, still, spotted, still]
  const site = await recordedSite({
    dataDir,
    segments: videos.map((video, index) => ({
      cameraId: 'gate',
      video,
      lengthMs: segmentMs,
      startedMs: startMs + index * segmentMs,
    })),
    alerts: [
      { alertId: 'alert-gate', cameraId: 'gate', label: 'falling', fromMs: at(68), toMs: at(72) },
      {
        alertId: 'alert-yard',
        cameraId: 'yard',
        label: 'running',
        fromMs: at(108),
        toMs: at(110),
        clip: { video: small, startedMs: at(100), lengthMs: segmentMs },
      },
      { alertId: 'alert-gone', cameraId: 'yard', label: 'running', fromMs: at(40), toMs: at(41) },
    ],
  })
  footage = [...site.segments, ...site.clips]
  before = await Promise.all(footage.map(sha256Of))
  config = writeSiteConfig(dataDir, 'cameras: [{ id: gate, url: "rtsp://192.0.2.1/" }]\n')
})

async function digest(name: string, ...more: string[]): Promise<Digest & { said: string }> {
  const out = join(folder, 'films', name)
  const span = ['--day', '2026-05-02', '--time-zone', 'Europe/Berlin']
  const child = vireo(['digest', '--config', config, '--out', out, '--json', ...span, ...more])
  expect([await child.ended, child.errors()]).toEqual([0, expect.any(String)])
  expect(readdirSync(join(folder, 'films')).filter((each) => each.startsWith('.'))).toEqual([])
  expect(await Promise.all(footage.map(sha256Of))).toEqual(before)
  return { ...(JSON.parse(child.lines.at(-1)!) as Digest), said: child.errors() }
}

async function probe(file: string) {
  const args = ['-v', 'error', '-show_streams', '-show_format', '-show_chapters', '-of', 'json', file]
  return JSON.parse((await run('ffprobe', args)).stdout)
}

/** Colour (blue and red difference) in the middle and brightness of the edge of every picture of a film. */
async function pictures(file: string) {
  const middle = 'crop=20:20:iw/2-10:ih/2-10,scale=1:1:flags=area,format=rgb24'
  const edge = 'crop=4:40:1:ih/2-20,scale=1:1:flags=area,format=rgb24'
  const graph = `split[a][b];[a]${middle}[m];[b]${edge}[e];[m][e]hstack,format=rgb24`
  const { stdout } = await run(
    'ffmpeg',
    ['-v', 'error', '-xerror', '-i', file, '-vf', graph, '-f', 'rawvideo', '-'],
    {
      encoding: 'buffer',
      maxBuffer: 1e8,
    },
  )
  return Array.from({ length: stdout.length / 6 }, (_, n) => {
    const [red, , blue, edgeRed, , edgeBlue] = stdout.subarray(n * 6, n * 6 + 6) as unknown as number[]
    return {
      atMs: n * 40,
      colour: blue! - red! > 40 ? 'blue' : red! - blue! > 40 ? 'red' : 'grey',
      bordered: edgeRed! - edgeBlue! > 80,
    }
  })
}

describe.skipIf(!ready)('vireo digest', () => {
  it('shows alerts and motion, leaves out what stands still, and plays everywhere', async () => {
    const made = await digest('whole.mp4')
    // Motion 26–29 s with a second around it, the alerts with five.
    const shown = made.parts.map(({ cameraId, wallMs, filmFromMs, filmToMs }) => [
      cameraId,
      Math.round((wallMs - startMs) / 1000),
      Math.round((filmToMs - filmFromMs) / 1000),
    ])
    expect(shown).toEqual([
      ['gate', 25, 5],
      ['gate', 63, 14],
      ['yard', 103, 12],
    ])
    expect(made).toMatchObject({
      captions: 'burned',
      alerts: 3,
      alertsNotShown: ['alert-gone'],
      footageMs: 100_000,
    })

    const { format, streams, chapters } = await probe(made.file)
    expect(streams).toHaveLength(2)
    expect(streams[0]).toMatchObject({
      codec_name: 'h264',
      pix_fmt: 'yuv420p',
      width: 1280,
      height: 720,
      r_frame_rate: '25/1',
    })
    expect(Math.abs(Number(format.duration) * 1000 - made.durationMs)).toBeLessThan(50)
    expect(Math.abs(made.durationMs - 31_000)).toBeLessThan(700)
    const { stderr } = await run('ffprobe', ['-v', 'trace', made.file], { maxBuffer: 1e9 })
    const boxes = [...stderr.matchAll(/type:'(moov|mdat)' parent:'root'/g)].map((match) => match[1])
    expect(boxes).toEqual(['moov', 'mdat'])
    expect(chapters.map((chapter: { tags: { title: string } }) => chapter.tags.title)).toEqual([
      '00:30:25 motion',
      '00:31:08 gate: falling',
      '00:31:48 yard: running',
    ])

    const seen = await pictures(made.file)
    expect(seen).toHaveLength(Math.round(made.durationMs / 40))
    const count = (colour: string) => seen.filter((picture) => picture.colour === colour).length
    expect(boxed).toBeGreaterThan(30)
    expect(Math.abs(count('red') - boxed)).toBeLessThanOrEqual(3)
    // Four seconds of the spot in each camera.
    expect(Math.abs(count('blue') - 202)).toBeLessThanOrEqual(6)
    // Each alert lasts 4 and 2 seconds, and has its border for just so long.
    expect(Math.abs(seen.filter(({ bordered }) => bordered).length - 152)).toBeLessThanOrEqual(6)
    const [alert] = made.chapters.filter(({ alertIds }) => alertIds.includes('alert-gate'))
    const first = seen.find(({ atMs, bordered }) => atMs >= alert!.fromMs && bordered)!
    expect(Math.abs(first.atMs - alert!.fromMs - 5000)).toBeLessThanOrEqual(120)
  })

  it('keeps to a length: alerts first; subtitles instead of drawn captions', async () => {
    const made = await digest('short.mp4', '--length', '20s', '--captions', 'subtitles', '--context', '3s')
    expect(made.durationMs).toBeLessThanOrEqual(20_200)
    expect(made.durationMs).toBeGreaterThan(19_000)
    expect(made.chapters.flatMap(({ alertIds }) => alertIds)).toEqual(['alert-gate', 'alert-yard'])
    const text = (
      await run('ffmpeg', ['-v', 'error', '-i', made.file, '-map', '0:s:0', '-f', 'srt', '-'])
    ).stdout.replaceAll('\r', '')
    expect(text).toContain('gate  2026-05-02 00:31:08 CEST\nfalling')
    expect(text).toContain('yard  2026-05-02 00:31:48 CEST\nrunning')
    expect(text.match(/falling/g)).toHaveLength(5)
  })

  it('looks at keyframes alone when asked, and tells its progress', async () => {
    const made = await digest(
      'fast.mp4',
      '--keyframes',
      '--camera',
      'yard',
      '--speed',
      '4',
      '--captions',
      'none',
    )
    expect(made.parts.map(({ cameraId }) => cameraId)).toEqual(['yard'])
    expect(made.said).toContain('"phase":"render"')
    const all = await digest('fast-gate.mp4', '--keyframes', '--camera', 'gate')
    expect(all.footageMs).toBe(100_000)
    expect(all.chapters.flatMap(({ alertIds }) => alertIds)).toEqual(['alert-gate'])
  })

  it('says when there is nothing, does not overwrite, and never writes among recordings', async () => {
    const refused = async (...args: string[]) => {
      const child = vireo(['digest', '--config', config, '--json', ...args])
      await child.ended
      return JSON.parse(child.errors().trim().split('\n').at(-1)!).error.code
    }
    const nowhere = join(folder, 'nothing.mp4')
    expect(await refused('--out', nowhere, '--day', '2026-04-01')).toBe('MEDIA_NO_FOOTAGE')
    expect(existsSync(nowhere)).toBe(false)
    expect(await refused('--out', footage[0]!)).toBe('API_BAD_REQUEST')
    expect(await refused('--out', join(folder, 'data/clips/film.mp4'))).toBe('API_BAD_REQUEST')
  })
})
