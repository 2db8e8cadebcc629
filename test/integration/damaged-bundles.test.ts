import { createHash } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { loadBundle } from '../../src/bundle/load-bundle.ts'
import { AppError } from '../../src/core/errors.ts'
import { createRandom } from '../../src/core/random.ts'
import { createGraphBuilder } from '../../src/onnx/graph-builder.ts'
import { tempDir } from '../support/temp-dir.ts'
import { sampleBundle } from '../unit/bundle/sample-bundle.ts'

function graphBytes(): Uint8Array {
  const graph = createGraphBuilder({ name: 'sample' })
  const x = graph.input('clips', 'float32', ['N', 8])
  const weights = graph.f32(new Float32Array(16).fill(1), [8, 2], 'weights')
  graph.output('scores', graph.op('MatMul', [x, weights]), 'float32', ['N', 2])
  return graph.model()
}

describe('2,000 damaged bundles', () => {
  const random = createRandom(13)
  const folder = join(tempDir('damaged'), 'model')
  const good = graphBytes()
  const json = (bytes: Uint8Array) =>
    JSON.stringify({
      formatVersion: 1,
      ...sampleBundle(),
      files: [
        {
          path: 'model.onnx',
          bytes: bytes.length,
          sha256: createHash('sha256').update(bytes).digest('hex'),
        },
      ],
    })
  const put = (text: string | Uint8Array, graph: Uint8Array) => {
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, 'bundle.json'), text)
    writeFileSync(join(folder, 'model.onnx'), graph)
  }
  const damaged = (bytes: Uint8Array): Uint8Array => {
    const copy = Array.from(bytes)
    const edits = random.int(1, 6)
    for (let edit = 0; edit < edits; edit += 1) {
      const at = random.int(0, Math.max(0, copy.length - 1))
      const kind = random.int(0, 4)
      if (kind === 0) copy[at] = random.int(0, 255)
      else if (kind === 1) copy.splice(at, random.int(1, 8))
      else if (kind === 2)
        copy.splice(at, 0, ...Array.from({ length: random.int(1, 8) }, () => random.int(0, 255)))
      else if (kind === 3) copy.splice(at, 0, ...copy.slice(at, at + random.int(1, 40)))
      else copy.length = at
    }
    return Uint8Array.from(copy)
  }
  const outcome = async () => {
    const startedMs = performance.now()
    const thrown = await loadBundle(folder).then(
      () => null,
      (error: unknown) => error,
    )
    expect(performance.now() - startedMs).toBeLessThan(2000)
    if (thrown === null) return 'read'
    expect(thrown).toBeInstanceOf(AppError)
    const { code, message } = thrown as AppError
    expect(code).toMatch(/^MODEL_/)
    expect(message).not.toMatch(/\n\s+at /)
    expect(message.length).toBeLessThan(20_000)
    return code
  }

  it('are refused with a code, or read', { timeout: 60_000 }, async () => {
    const seen = new Map<string, number>()
    const text = new TextEncoder().encode(json(good))
    for (let round = 0; round < 2000; round += 1) {
      const graph = round % 2 === 0 ? damaged(good) : good
      // Half of them have the right checksum, so that the graph itself is read.
      put(round % 2 === 0 ? json(graph) : damaged(text), graph)
      const code = await outcome()
      seen.set(code, (seen.get(code) ?? 0) + 1)
    }
    for (const code of ['read', 'MODEL_GRAPH', 'MODEL_BUNDLE_INVALID'])
      expect(seen.get(code), code).toBeGreaterThan(10)
  })
})
