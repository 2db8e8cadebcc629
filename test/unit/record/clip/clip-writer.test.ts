import { existsSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import type { AppError } from '../../../../src/core/errors.ts'
import { clipPath, encodeNote, type PartNote, readPartHead } from '../../../../src/record/clip/clip-part.ts'
import { type ClipWriterOptions, createClipWriter } from '../../../../src/record/clip/clip-writer.ts'
import { tempDir } from '../../../support/temp-dir.ts'
import { initFragment, mediaFragment } from '../sample-fragments.ts'

const note: PartNote = {
  version: 1,
  alertId: 'a1',
  cameraId: 'gate',
  epoch: 3,
  alertPtsUs: 5_000_000,
  firstPtsUs: 2_000_000,
  startedMs: Date.UTC(2026, 6, 1),
}
const box = (type: string, body: Uint8Array) => {
  const head = Buffer.alloc(8)
  head.writeUInt32BE(8 + body.length)
  head.write(type, 4, 'latin1')
  return Buffer.concat([head, body])
}
const init = initFragment({ data: box('moov', Buffer.from('…hev1…')) })
const media = (index: number) => mediaFragment(index, { data: box('mdat', Buffer.alloc(50, index)) })

let dir: string
beforeEach(() => {
  dir = tempDir('clip')
})

function start(more: Partial<ClipWriterOptions> = {}) {
  const errors: AppError[] = []
  const path = join(dir, 'gate/2026-07-01/a1.mp4')
  return { path, errors, writer: createClipWriter({ path, note, onError: (e) => errors.push(e), ...more }) }
}

/** A disk that fails from the nth write on, after having taken half of it. */
const failingDisk = (code: string, from: number): typeof open =>
  (async (...args: Parameters<typeof open>) => {
    const file = await open(...args)
    const append = file.appendFile.bind(file)
    let writes = 0
    file.appendFile = async (data) => {
      writes += 1
      if (writes < from) return append(data)
      await append((data as Buffer).subarray(0, 5))
      throw Object.assign(new Error(code), { code })
    }
    return file
  }) as typeof open

/** Lets the file system get on with what was given so far. */
const written = async (path: string, bytes: number) => {
  await expect.poll(() => existsSync(path) && readFileSync(path).length, { interval: 2 }).toBe(bytes)
}

describe('clip writer', () => {
  it('writes the note, the init segment and the fragments in order', async () => {
    const { path, errors, writer } = start()
    const fragments = [init, media(0), media(1), media(2)]
    for (const fragment of fragments) writer.write(fragment)
    await writer.close()
    expect(errors).toEqual([])
    const expected = Buffer.concat([encodeNote(note), ...fragments.map(({ data }) => data)])
    expect(readFileSync(`${path}.part`).equals(expected)).toBe(true)
    expect(existsSync(path)).toBe(false)
  })

  it('keeps what was written when the disk is full, and says so once', async () => {
    const { path, errors, writer } = start({ open: failingDisk('ENOSPC', 2) })
    writer.write(init)
    const first = encodeNote(note).length + init.data.length
    await written(`${path}.part`, first)
    writer.write(media(0))
    await expect.poll(() => errors.length, { interval: 2 }).toBe(1)
    writer.write(media(1))
    await writer.close()
    expect(errors.map(({ code, message }) => [code, message])).toEqual([
      ['STORE_CLIP', `camera gate: ${path}.part cannot be written (ENOSPC); what is there is kept`],
    ])
    expect(readFileSync(`${path}.part`)).toHaveLength(first + 5)
  })

  it('gives up, instead of filling memory, when the disk is too slow', async () => {
    const { errors, writer } = start({ maxPendingBytes: 400 })
    for (let index = 0; index < 20; index += 1) writer.write(media(index))
    expect(errors.map(({ code }) => code)).toEqual(['STORE_CLIP'])
    await writer.close()
    expect(errors).toHaveLength(1)
  })

  it('goes on for ever when the disk keeps up', async () => {
    const { path, errors, writer } = start({ maxPendingBytes: 400 })
    let bytes = encodeNote(note).length
    for (let index = 0; index < 20; index += 1) {
      writer.write(media(index))
      bytes += 58
      await written(`${path}.part`, bytes)
    }
    await writer.close()
    expect(errors).toEqual([])
  })

  it('never writes over a part that is already there', async () => {
    const one = start()
    one.writer.write(media(0))
    await one.writer.close()
    const before = readFileSync(`${one.path}.part`)
    const two = start()
    two.writer.write(media(7))
    await two.writer.close()
    expect(two.errors.map(({ code }) => code)).toEqual(['STORE_CLIP'])
    expect(readFileSync(`${one.path}.part`).equals(before)).toBe(true)
  })
})

describe('the head of a part', () => {
  it('is told by every beginning of it that holds it', async () => {
    const file = join(dir, 'x.part')
    const whole = Buffer.concat([encodeNote(note), init.data, media(1).data])
    writeFileSync(file, whole)
    expect(await readPartHead(file)).toEqual({ note, codec: 'h265', hasMedia: true })
    for (let length = whole.length; length >= 0; length -= 1) {
      truncateSync(file, length)
      expect(await readPartHead(file)).toEqual({
        note: length >= encodeNote(note).length ? note : null,
        codec: length >= encodeNote(note).length + init.data.length ? 'h265' : 'other',
        hasMedia: length > encodeNote(note).length + init.data.length + 8,
      })
    }
  })

  it('is nothing in a file of something else', async () => {
    const file = join(dir, 'x.part')
    writeFileSync(file, Buffer.alloc(5000, 0))
    expect(await readPartHead(file)).toEqual({ note: null, codec: 'other', hasMedia: false })
    writeFileSync(file, box('free', Buffer.from('{"version":2}')))
    expect((await readPartHead(file)).note).toBeNull()
  })
})

describe('clipPath', () => {
  it('sorts by camera and day', () => {
    const atMs = Date.UTC(2026, 0, 2, 23, 59)
    expect(clipPath({ dir: '/d/clips', cameraId: 'gate', alertId: 'ab12', atMs })).toBe(
      '/d/clips/gate/2026-01-02/ab12.mp4',
    )
  })

  it.each(['../x', '', 'a/b', '.hidden', 'a\0b'])('refuses the id %j', (alertId) => {
    expect(() => clipPath({ dir: '/d', cameraId: 'gate', alertId, atMs: 0 })).toThrow('cannot be part')
  })
})
