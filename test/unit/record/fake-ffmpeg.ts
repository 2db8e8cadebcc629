import type { ChildProcess, spawn as nodeSpawn } from 'node:child_process'
import { EventEmitter } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { PassThrough } from 'node:stream'

/**
 * Stands in for ffmpeg: the remux copies its input, the thumbnail is a text, and the duration is that of the
 * fragments of `sample-fragments.ts` that are in the file (100 bytes each), or what `-t` asked for.
 */
export function createFakeFfmpeg(options: { fails?: (args: readonly string[]) => string | null } = {}) {
  const runs: (readonly string[])[] = []
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
      if (args.includes('mjpeg')) writeFileSync(output, 'a picture')
      else {
        const part = readFileSync(input)
        const cut = args.indexOf('-t')
        const us = cut >= 0 ? Number.parseInt(args[cut + 1]!, 10) : fragmentsIn(part).length * 200_000
        writeFileSync(output, withDuration(part, us))
      }
      finish(0)
    })
    return child as unknown as ChildProcess
  }) as unknown as typeof nodeSpawn
  return { spawn, runs }
}

/** The part with a movie header in its `moov`. */
function withDuration(part: Buffer, us: number): Buffer {
  const note = part.readUInt32BE(0)
  const init = part.readUInt32BE(note)
  const header = Buffer.alloc(8 + 8 + 20)
  header.writeUInt32BE(header.length, 0)
  header.write('moov', 4, 'latin1')
  header.writeUInt32BE(header.length - 8, 8)
  header.write('mvhd', 12, 'latin1')
  header.writeUInt32BE(1_000_000, 28)
  header.writeUInt32BE(us, 32)
  return Buffer.concat([part.subarray(0, note), header, part.subarray(note + init)])
}

/** Numbers of the sample fragments in a part or in the copy that stands for a clip. */
export function fragmentsIn(bytes: Buffer): number[] {
  const note = bytes.readUInt32BE(0)
  const init = bytes.readUInt32BE(note)
  const media = bytes.subarray(note + init)
  return Array.from({ length: Math.floor(media.length / 100) }, (_, n) => media[n * 100 + 99]!)
}
