import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join, posix, win32 } from 'node:path'
import fc from 'fast-check'
import { beforeEach, describe, expect, it } from 'vitest'
import { loadBundle } from '../../../src/bundle/load-bundle.ts'
import { parseBundle } from '../../../src/bundle/parse-bundle.ts'
import { writeBundle } from '../../../src/bundle/write-bundle.ts'
import { tempDir } from '../../support/temp-dir.ts'
import { type NewBundle, sampleBundle, sampleFiles } from './sample-bundle.ts'

let dir = ''
beforeEach(() => {
  dir = join(tempDir('bundle'), 'actions')
})

describe('writeBundle and loadBundle', () => {
  it('read back what was written, with checksums and the contract', async () => {
    const written = await writeBundle(dir, sampleBundle(), {
      ...sampleFiles,
      'notes/card.md': new Uint8Array(5),
    })
    const loaded = await loadBundle(dir)
    expect(loaded).toEqual(written)
    const { files, formatVersion, ...rest } = loaded.bundle
    expect(rest).toEqual(sampleBundle())
    expect(formatVersion).toBe(1)
    expect(files).toEqual([
      {
        path: 'model.onnx',
        sha256: createHash('sha256').update(sampleFiles['model.onnx']).digest('hex'),
        bytes: sampleFiles['model.onnx'].length,
      },
      { path: 'notes/card.md', sha256: expect.stringMatching(/^[0-9a-f]{64}$/), bytes: 5 },
    ])
    expect(loaded.graphPath).toBe(join(dir, 'model.onnx'))
    expect(loaded.contract).toEqual({
      name: 'actions',
      version: '1.2.0',
      kind: 'clip',
      frames: 8,
      sampleFps: 8,
      strideFrames: 4,
      widthPx: 64,
      heightPx: 48,
      labels: ['nothing', 'fall'],
    })
  })

  it('replace an older bundle as a whole and leave nothing beside it', async () => {
    await writeBundle(dir, sampleBundle(), { ...sampleFiles, 'extra.txt': new Uint8Array(1) })
    await writeBundle(dir, sampleBundle({ version: '2' }), sampleFiles)
    expect((await loadBundle(dir)).bundle.version).toBe('2')
    expect(readdirSync(dir).sort()).toEqual(['bundle.json', 'model.onnx'])
    expect(readdirSync(dirname(dir))).toEqual(['actions'])
  })

  it('refuse to replace a folder that holds something else', async () => {
    mkdirSync(dir)
    writeFileSync(join(dir, 'thesis.txt'), 'dear')
    await expect(writeBundle(dir, sampleBundle(), sampleFiles)).rejects.toMatchObject({ code: 'STORE_WRITE' })
    expect(readdirSync(dir)).toEqual(['thesis.txt'])
    expect(readdirSync(dirname(dir))).toEqual(['actions'])
  })

  it('write nothing when a field is wrong', async () => {
    const wrong = writeBundle(dir, sampleBundle({ graph: 'other.onnx' }), sampleFiles)
    await expect(wrong).rejects.toMatchObject({ code: 'MODEL_BUNDLE_INVALID', details: { field: 'graph' } })
    expect(existsSync(dir)).toBe(false)
  })

  it.each(['../model.onnx', '/model.onnx', 'a/../../model.onnx', '.hidden', 'a\\b', 'C:x', 'a//b', ''])(
    'refuse the path %j when writing and when loading',
    async (path) => {
      const wrong = writeBundle(dir, sampleBundle(), { ...sampleFiles, [path]: new Uint8Array(1) })
      await expect(wrong).rejects.toMatchObject({
        code: 'MODEL_BUNDLE_INVALID',
        details: { field: 'files[1].path' },
      })
      await writeBundle(dir, sampleBundle(), sampleFiles)
      edit((json) => {
        json.graph = path
        json.files[0]!.path = path
      })
      await expect(loadBundle(dir)).rejects.toMatchObject({
        code: 'MODEL_BUNDLE_INVALID',
        details: { field: 'graph' },
      })
    },
  )
})

describe('loadBundle', () => {
  it('names a folder without a bundle', async () => {
    await expect(loadBundle(dir)).rejects.toMatchObject({
      code: 'MODEL_NOT_FOUND',
      message: `${dir}: no model bundle: bundle.json cannot be read (ENOENT)`,
    })
  })

  it('refuses text that is not JSON', async () => {
    mkdirSync(dir)
    writeFileSync(join(dir, 'bundle.json'), '{"name": ')
    await expect(loadBundle(dir)).rejects.toMatchObject({ code: 'MODEL_BUNDLE_INVALID' })
  })

  it('refuses a file of the same length with other bytes, naming it', async () => {
    await writeBundle(dir, sampleBundle(), sampleFiles)
    writeFileSync(
      join(dir, 'model.onnx'),
      sampleFiles['model.onnx'].map((byte) => byte ^ 1),
    )
    await expect(loadBundle(dir)).rejects.toMatchObject({
      code: 'MODEL_BUNDLE_CORRUPT',
      message: expect.stringMatching(/file model\.onnx: has SHA-256 [0-9a-f]{64}, bundle\.json states/),
    })
  })

  it('refuses a file that is cut short or missing', async () => {
    await writeBundle(dir, sampleBundle(), sampleFiles)
    writeFileSync(join(dir, 'model.onnx'), new Uint8Array([8, 9]))
    await expect(loadBundle(dir)).rejects.toThrow('file model.onnx: has 2 bytes, bundle.json states ')
    edit((json) => {
      json.graph = 'gone.onnx'
      json.files[0]!.path = 'gone.onnx'
    })
    await expect(loadBundle(dir)).rejects.toThrow('file gone.onnx: cannot be read (ENOENT)')
  })

  it('refuses a link that leads out of the folder even when the bytes are right', async () => {
    await writeBundle(dir, sampleBundle(), { ...sampleFiles, 'more.bin': new Uint8Array([1]) })
    const outside = join(dirname(dir), 'outside.bin')
    writeFileSync(outside, new Uint8Array([1]))
    symlinkSync(outside, join(dir, 'link.bin'))
    edit((json) => {
      json.files[1]!.path = 'link.bin'
    })
    await expect(loadBundle(dir)).rejects.toMatchObject({
      code: 'MODEL_BUNDLE_CORRUPT',
      message: expect.stringContaining('link.bin: is a link that leads out'),
    })
  })
})

describe('parseBundle', () => {
  const valid = {
    formatVersion: 1,
    ...sampleBundle(),
    files: [{ path: 'model.onnx', sha256: 'a'.repeat(64), bytes: 3 }],
  }
  const stream: Partial<NewBundle> = {
    kind: 'stream',
    temporal: { frames: 2, sampleFps: 8, strideFrames: 2 },
    states: [{ input: 'cache', output: 'cache_out', shape: [8, 64] }],
    warmupClips: 3,
  }

  it('accepts the sample and a stream, and fills in warmupClips', () => {
    const { warmupClips: _, ...without } = valid
    expect(parseBundle(without, 'b').warmupClips).toBe(0)
    expect(parseBundle({ ...valid, ...stream }, 'b')).toMatchObject(stream)
  })

  it.each<[string, object, string]>([
    ['name', { name: 'My Model' }, 'a slug'],
    ['version', { version: 'latest' }, 'a version such as'],
    ['kind', { kind: 'video' }, 'clip, stream, detector'],
    ['temporal.frames', { temporal: { ...valid.temporal, frames: 0 } }, 'at least 1'],
    ['temporal.frames', { kind: 'detector' }, 'must be 1'],
    ['temporal.sampleFps', { temporal: { ...valid.temporal, sampleFps: 0 } }, 'more than 0'],
    ['temporal.strideFrames', { ...stream, temporal: valid.temporal }, 'must equal temporal.frames (8)'],
    ['states', { states: stream.states }, 'must be empty for kind clip'],
    ['warmupClips', { warmupClips: 1 }, 'must be 0 for kind clip'],
    ['states[0].input', { ...stream, states: [{ ...stream.states![0], input: 'clips' }] }, 'named twice'],
    ['states[0].output', { ...stream, states: [{ ...stream.states![0], output: 'scores' }] }, 'named twice'],
    [
      'labels[1].threshold',
      { labels: [valid.labels[0], { ...valid.labels[1], threshold: 1.5 }] },
      'at most 1',
    ],
    ['labels[1].name', { labels: [valid.labels[0], valid.labels[0]] }, 'is there twice'],
    ['files[0].sha256', { files: [{ ...valid.files[0], sha256: 'A'.repeat(64) }] }, 'lower-case hex'],
    [
      'files[1].path',
      { files: [valid.files[0], { ...valid.files[0], path: 'bundle.json' }] },
      'leave it out',
    ],
    ['license', { license: undefined }, 'is required'],
    ['metrics.accuracy', { metrics: { accuracy: Number.NaN } }, 'number'],
    ['formatVersion', { formatVersion: 2 }, '1'],
    ['treshold', { treshold: 1 }, 'did you mean "threshold"?'],
  ])('names %s', (field, changes, text) => {
    let thrown: unknown
    try {
      parseBundle({ ...valid, ...changes }, 'b/bundle.json')
    } catch (error) {
      thrown = error
    }
    expect(thrown).toMatchObject({ code: 'MODEL_BUNDLE_INVALID', details: { field } })
    expect((thrown as Error).message).toContain(`b/bundle.json: ${field}: `)
    expect((thrown as Error).message).toContain(text)
  })
})

describe('paths of files', () => {
  it('accepted ones stay inside the folder, whatever they are made of', () => {
    const part = fc.oneof(
      fc.constantFrom('..', '.', '', 'a', '~', 'C:', '\\', '\0'),
      fc.string({ maxLength: 4 }),
    )
    const path = fc.tuple(fc.array(part, { maxLength: 5 }), fc.constantFrom('/', '\\', ''))
    fc.assert(
      fc.property(path, ([parts, separator]) => {
        const graph = parts.join(separator)
        const files = [{ path: graph, sha256: 'a'.repeat(64), bytes: 3 }]
        try {
          parseBundle({ formatVersion: 1, ...sampleBundle({ graph }), files }, 'b')
        } catch {
          return true
        }
        const inside = (api: typeof posix) => api.resolve('/base', graph).replaceAll('\\', '/')
        return inside(posix).startsWith('/base/') && /^(\w:)?\/base\//.test(inside(win32))
      }),
      { numRuns: 2000 },
    )
  })
})

interface Json {
  graph: string
  files: { path: string }[]
}

function edit(change: (json: Json) => void): void {
  const file = join(dir, 'bundle.json')
  const json = JSON.parse(readFileSync(file, 'utf8')) as Json
  change(json)
  writeFileSync(file, JSON.stringify(json))
}
