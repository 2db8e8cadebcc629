import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openReadPipes, type ReadPipe } from '../../src/camera/read-pipes.ts'

const open = (count: number) => new Promise<readonly ReadPipe[]>((resolve) => openReadPipes(count, resolve))

/** Runs a Node program whose descriptors 1 and 3 are pipes; what came through each. */
async function readBoth(program: string) {
  const [out, extra] = (await open(2)) as [ReadPipe, ReadPipe]
  const child = spawn(process.execPath, ['-e', program], {
    stdio: ['ignore', out.childEnd, 'inherit', extra.childEnd],
  })
  const collect = (pipe: ReadPipe, fd: number) =>
    new Promise<{ bytes: number; sha256: string; chunks: number }>((resolve, reject) => {
      const hash = createHash('sha256')
      let bytes = 0
      let chunks = 0
      pipe.read(child, fd, {
        onChunk(chunk) {
          hash.update(chunk)
          bytes += chunk.length
          chunks += 1
        },
        onError: reject,
        onClose: () => resolve({ bytes, sha256: hash.digest('hex'), chunks }),
      })
    })
  return Promise.all([collect(out, 1), collect(extra, 3)])
}

const sha256 = (data: Uint8Array | string) => createHash('sha256').update(data).digest('hex')

describe.each([
  ['pipes into one buffer', true],
  ['pipes where there is no room for a folder', false],
])('%s', (_name, room) => {
  const { TMPDIR } = process.env
  beforeEach(() => {
    if (!room) process.env.TMPDIR = join(tmpdir(), 'not-there')
  })
  afterEach(() => {
    if (TMPDIR === undefined) delete process.env.TMPDIR
    else process.env.TMPDIR = TMPDIR
  })

  it('are what they are called', async () => {
    const [pipe] = await open(1)
    expect(pipe!.childEnd === 'pipe').toBe(!room)
    pipe!.discard()
  })

  it('bring every byte of each pipe, in order, and end with the child', async () => {
    const program = `
      const fs = require('node:fs')
      const write = (fd, data) => {
        for (let at = 0; at < data.length; )
          try { at += fs.writeSync(fd, data, at, Math.min(70_000, data.length - at)) } catch (error) { if (error.code !== 'EAGAIN') throw error }
      }
      write(3, Buffer.from('short'))
      write(1, Buffer.alloc(8_000_000, 'abcdefg'))
      write(3, Buffer.from(' and more'))
    `
    const [out, extra] = await readBoth(program)
    expect(out).toMatchObject({ bytes: 8_000_000, sha256: sha256(Buffer.alloc(8_000_000, 'abcdefg')) })
    expect(extra).toMatchObject({ bytes: 14, sha256: sha256('short and more') })
  })

  it('end where the child never wrote', async () => {
    const [out, extra] = await readBoth('process.exit(3)')
    expect([out.bytes, extra.bytes]).toEqual([0, 0])
  })
})

describe('pipes into one buffer', () => {
  it('leave no folder behind', async () => {
    const folders = () => readdirSync(tmpdir()).filter((name) => name.startsWith('vireo-pipes-')).length
    const before = folders()
    const program = `
      const fs = require('node:fs')
      for (let n = 0; n < 5000; n += 1) fs.writeSync(1, 'x')
    `
    const [out] = await readBoth(program)
    expect(out.bytes).toBe(5000)
    expect(folders()).toBeLessThanOrEqual(before)
  })

  it('can be let go unused', async () => {
    for (const pipe of await open(3)) pipe.discard()
  })
})
