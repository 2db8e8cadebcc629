import type { ChildProcess, spawn as nodeSpawn } from 'node:child_process'
import { EventEmitter } from 'node:events'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { beforeEach, describe, expect, it } from 'vitest'
import { AppError } from '../../../../src/core/errors.ts'
import { chooseCaptions } from '../../../../src/record/digest/choose-captions.ts'
import type { FilmPart } from '../../../../src/record/digest/cover-pieces.ts'
import { renderFilm } from '../../../../src/record/digest/render-film.ts'
import { tempDir } from '../../../support/temp-dir.ts'
import { createFakeClock } from '../../infer/fake-clock.ts'
import { alertMark, moving } from './sample-pieces.ts'

let dir: string
beforeEach(() => {
  dir = tempDir('film')
})

/** Stands in for ffmpeg: parts are two seconds long, the film as long as its parts. */
function fakeFfmpeg(fails: (args: readonly string[]) => string | null = () => null) {
  const runs: { args: readonly string[]; texts: Record<string, string> }[] = []
  const spawn = ((_: string, args: readonly string[], options: { cwd: string }) => {
    const child = Object.assign(new EventEmitter(), {
      stdout: new PassThrough(),
      stderr: new PassThrough(),
      pid: 1,
      kill: () => child.emit('close', null, 'SIGKILL'),
    })
    setImmediate(() => {
      const textOf = (name: string) => [name, readFileSync(join(options.cwd, name), 'utf8')]
      const names = options.cwd ? readdirSync(options.cwd).filter((name) => /\.(txt|srt)$/.test(name)) : []
      runs.push({ args, texts: Object.fromEntries(names.map(textOf)) })
      const problem = fails(args)
      if (problem === 'hangs') return
      if (problem !== null) {
        child.stderr.emit('data', problem)
        return child.emit('close', 1, null)
      }
      const output = args.at(-1)!.replace('file:', '')
      const parts = names.includes('parts.txt') ? textOf('parts.txt')[1]!.split('\n').length - 1 : 1
      if (output !== '-')
        writeFileSync(join(output.startsWith('/') ? '' : options.cwd, output), movie(parts * 2000))
      child.emit('close', 0, null)
    })
    return child as unknown as ChildProcess
  }) as unknown as typeof nodeSpawn
  return { spawn, runs }
}

/** The head of an MP4 that is so long. */
function movie(ms: number): Buffer {
  const bytes = Buffer.alloc(8 + 8 + 20)
  bytes.writeUInt32BE(bytes.length, 0)
  bytes.write('moov', 4, 'latin1')
  bytes.writeUInt32BE(28, 8)
  bytes.write('mvhd', 12, 'latin1')
  bytes.writeUInt32BE(1000, 28)
  bytes.writeUInt32BE(ms, 32)
  return bytes
}

const part = (path: string, more: Partial<FilmPart> = {}): FilmPart => ({
  cameraId: 'gate',
  path,
  startMs: 1500,
  lengthMs: 2000,
  wallMs: 10_000,
  speed: 1,
  alerts: [],
  piece: moving(10_000, 12_000),
  ...more,
})

function render(parts: readonly FilmPart[], ffmpeg = fakeFfmpeg(), more: object = {}) {
  const progress: string[] = []
  const skipped: string[] = []
  const film = renderFilm({
    parts,
    output: join(dir, 'film.mp4'),
    title: 'a film',
    timeZone: 'UTC',
    captions: 'burned',
    format: { widthPx: 1280, heightPx: 720, fps: 25 },
    spawn: ffmpeg.spawn,
    clock: createFakeClock().clock,
    onProgress: (done, total) => progress.push(`${done}/${total}`),
    onSkipped: ({ path }, why) => skipped.push(`${path}: ${why}`),
    ...more,
  })
  return { film, progress, skipped, ...ffmpeg }
}

describe('renderFilm', () => {
  it('makes part after part, joins them, and leaves only the film', async () => {
    const alerts = [alertMark(11_000, 11_500)]
    const { film, progress, runs } = render([part('/a.mp4'), part('/b.mp4', { alerts, speed: 1 })])
    expect(await film).toMatchObject({ durationMs: 4000, path: join(dir, 'film.mp4') })
    expect((await film).parts.map(({ filmFromMs, filmToMs }) => [filmFromMs, filmToMs])).toEqual([
      [0, 2000],
      [2000, 4000],
    ])
    expect(progress).toEqual(['2000/4000', '4000/4000'])
    expect(readdirSync(dir)).toEqual(['film.mp4'])
    const [first, second, join_] = runs
    expect(first!.args.join(' ')).toContain('-ss 1.500 -t 2.000 -i file:/a.mp4')
    expect(first!.args.join(' ')).not.toContain('drawbox')
    expect(second!.args.join(' ')).toContain(
      "drawbox=x=0:y=0:w=iw:h=ih:color=orange:t=8:enable='between(t,1.000,1.500)'",
    )
    expect(second!.texts['banner.txt']).toBe('falling')
    expect(join_!.texts['parts.txt']).toBe("file 'part-00000.mp4'\nfile 'part-00001.mp4'\n")
  })

  it('leaves out what cannot be read, and says so', async () => {
    const ffmpeg = fakeFfmpeg((args) => (args.includes('file:/bad.mp4') ? 'Invalid data found' : null))
    const { film, skipped } = render([part('/bad.mp4'), part('/b.mp4')], ffmpeg)
    expect((await film).durationMs).toBe(2000)
    expect(skipped).toEqual(['/bad.mp4: ffmpeg: Invalid data found'])
  })

  it.each([
    ['Invalid data found', 'MEDIA_NO_FOOTAGE'],
    ['No space left on device', 'STORE_FILE'],
    ["Unknown encoder 'libx264'", 'MEDIA_FFMPEG_FEATURE'],
  ])('ends with a code and nothing left when every part fails: %s', async (said, code) => {
    const { film } = render(
      [part('/a.mp4'), part('/b.mp4')],
      fakeFfmpeg(() => said),
    )
    await expect(film).rejects.toMatchObject({ code })
    expect(readdirSync(dir)).toEqual([])
  })

  it('keeps the film that was there when the new one fails, and stops when it is told', async () => {
    writeFileSync(join(dir, 'film.mp4'), 'before')
    const full = fakeFfmpeg((args) => (args.includes('concat') ? 'No space left on device' : null))
    await expect(render([part('/a.mp4')], full).film).rejects.toMatchObject({ code: 'STORE_FILE' })
    const controller = new AbortController()
    const { film, runs } = render(
      [part('/a.mp4')],
      fakeFfmpeg(() => 'hangs'),
      { signal: controller.signal },
    )
    await expect.poll(() => runs.length).toBe(1)
    controller.abort(new AppError('MEDIA_STOPPED', 'stopped'))
    await expect(film).rejects.toMatchObject({ code: 'MEDIA_STOPPED' })
    expect(readdirSync(dir)).toEqual(['film.mp4'])
    expect(readFileSync(join(dir, 'film.mp4'), 'utf8')).toBe('before')
  })

  it('writes subtitles beside the parts instead of drawing', async () => {
    const { film, runs } = render([part('/a.mp4')], fakeFfmpeg(), { captions: 'subtitles' })
    await film
    expect(runs[0]!.args.join(' ')).not.toContain('drawtext')
    expect(runs[1]!.texts['captions.srt']).toContain('gate  1970-01-01 00:00:10 UTC')
    expect(runs[1]!.args).toContain('mov_text')
    expect(existsSync(join(dir, 'film.mp4'))).toBe(true)
  })
})

describe('chooseCaptions', () => {
  const choose = async (choice: 'auto' | 'burn' | 'none', said: string | null) => {
    const notices: string[] = []
    const { spawn, runs } = fakeFfmpeg(() => said)
    const onNotice = (text: string) => void notices.push(text)
    const kind = await chooseCaptions(choice, { spawn, clock: createFakeClock().clock, onNotice })
    return { kind, notices, runs: runs.length }
  }

  it('burns them in where ffmpeg can, else makes subtitles and says why', async () => {
    expect(await choose('auto', null)).toEqual({ kind: 'burned', notices: [], runs: 1 })
    const { kind, notices } = await choose('auto', "No such filter: 'drawtext'")
    expect([kind, notices]).toEqual([
      'subtitles',
      ['captions become a track of subtitles: this ffmpeg has no drawtext filter'],
    ])
    expect((await choose('auto', 'Cannot find a valid font for the family Sans')).notices[0]).toContain(
      'no font',
    )
    expect(await choose('none', 'unused')).toEqual({ kind: 'none', notices: [], runs: 0 })
  })

  it('refuses when they must be burned in and cannot', async () => {
    await expect(choose('burn', "No such filter: 'drawtext'")).rejects.toMatchObject({
      code: 'MEDIA_FFMPEG_FEATURE',
    })
  })
})
