import type { ChildProcess, spawn as nodeSpawn } from 'node:child_process'
import { EventEmitter } from 'node:events'
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs'
import { PassThrough } from 'node:stream'

/**
 * Stands in for ffmpeg and ffprobe: the remux copies its input, the thumbnail is a text, and the duration is that of
 * the fragments of `sample-fragments.ts` that are in the file (100 bytes each), or what `-t` asked for.
 */
export function createFakeFfmpeg(options: { fails?: (args: readonly string[]) => string | null } = {}) {
  const runs: (readonly string[])[] = []
  let durationS = 0
  const spawn = ((program: string, args: readonly string[]) => {
    runs.push([program, ...args])
    const child = Object.assign(new EventEmitter(), {
      stdout: new PassThrough(),
      stderr: new PassThrough(),
      kill: () => finish(1, 'killed'),
    })
    const finish = (code: number, text = '') => {
      if (text) child.stderr.emit('data', text)
      child.emit('close', code, null)
    }
    setImmediate(() => {
      const problem = options.fails?.([program, ...args]) ?? null
      if (problem === 'hangs') return
      if (problem !== null) return finish(1, problem)
      const input = args[args.indexOf('-i') + 1]!.slice('file:'.length)
      const output = args.at(-1)!.slice('file:'.length)
      if (program === 'ffprobe') child.stdout.emit('data', `${durationS}\n`)
      else if (args.includes('mjpeg')) writeFileSync(output, 'a picture')
      else {
        copyFileSync(input, output)
        const cut = args.indexOf('-t')
        durationS =
          cut >= 0 ? Number.parseInt(args[cut + 1]!, 10) / 1e6 : fragmentsIn(readFileSync(input)).length * 0.2
      }
      finish(0)
    })
    return child as unknown as ChildProcess
  }) as unknown as typeof nodeSpawn
  return { spawn, runs }
}

/** Numbers of the sample fragments in a part or in the copy that stands for a clip. */
export function fragmentsIn(bytes: Buffer): number[] {
  const note = bytes.readUInt32BE(0)
  const init = bytes.readUInt32BE(note)
  const media = bytes.subarray(note + init)
  return Array.from({ length: Math.floor(media.length / 100) }, (_, n) => media[n * 100 + 99]!)
}
