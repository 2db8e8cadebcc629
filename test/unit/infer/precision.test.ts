import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import type { Bundle } from '../../../src/bundle/bundle-schema.ts'
import type { LoadedBundle } from '../../../src/bundle/load-bundle.ts'
import { describeProcessor } from '../../../src/core/processor.ts'
import { noTelemetry } from '../../../src/core/telemetry-port.ts'
import { judgePrecision, knownPrecision } from '../../../src/infer/precision/judge-precision.ts'
import { openPrecisionCache, precisionKey } from '../../../src/infer/precision/precision-cache.ts'
import { decidePrecision } from '../../../src/infer/precision/precision-verdict.ts'
import { tempDir } from '../../support/temp-dir.ts'
import { sampleBundle } from '../bundle/sample-bundle.ts'

const file = (path: string, digit: string) => ({ path, sha256: digit.repeat(64), bytes: 1 })
const bundle: Bundle = {
  ...sampleBundle({ metrics: { 'quantize.checkChange': 0.004 } }),
  formatVersion: 1,
  floatGraph: 'float.onnx',
  files: [file('model.onnx', 'a'), file('float.onnx', 'b')],
}

describe('which graph of a quantised bundle serves', () => {
  it.each([
    ['faster and as exact as stated', { speedup: 2, change: 0.004 }, 'quantised'],
    ['faster and more exact than stated', { speedup: 1.2, change: 0 }, 'quantised'],
    ['hardly faster', { speedup: 1.04, change: 0.001 }, 'float'],
    ['slower', { speedup: 0.6, change: 0.001 }, 'float'],
    ['faster and wrong', { speedup: 2.5, change: 0.08 }, 'float'],
    ['no number', { speedup: 2, change: Number.POSITIVE_INFINITY }, 'float'],
    ['never measured', { speedup: Number.NaN, change: 0 }, 'float'],
  ] as const)('%s', (_name, measured, serves) => {
    const verdict = decidePrecision(bundle, measured)
    expect(verdict.serves).toBe(serves)
    expect(verdict.reason).toMatch(serves === 'float' ? /^float serves: / : /^the quantised graph serves: /)
  })

  it('a bundle that states nothing is held to what is usual', () => {
    expect(decidePrecision({ metrics: {} }, { speedup: 2, change: 0.01 }).serves).toBe('quantised')
    expect(decidePrecision({ metrics: {} }, { speedup: 2, change: 0.1 }).serves).toBe('float')
  })
})

describe('judging where a bundle serves', () => {
  let cacheDir = ''
  let measured = 0
  beforeEach(() => {
    cacheDir = join(tempDir('precision'), 'cache')
    measured = 0
  })
  const loaded = (changes: Partial<LoadedBundle> = {}): LoadedBundle => ({
    dir: '/m',
    bundle,
    graphPath: '/m/model.onnx',
    floatPath: '/m/float.onnx',
    contract: {} as LoadedBundle['contract'],
    ...changes,
  })
  const judge = (options: Partial<Parameters<typeof judgePrecision>[0]> = {}) =>
    judgePrecision({
      modelName: 'one',
      loaded: loaded(),
      cacheDir,
      telemetry: noTelemetry,
      measure: async () => {
        measured += 1
        return { speedup: 0.9, change: 0 }
      },
      ...options,
    })

  it('is measured once, and known from then on', async () => {
    expect(await knownPrecision(loaded(), cacheDir)).toBe(null)
    expect((await judge())!.serves).toBe('float')
    expect((await judge())!.serves).toBe('float')
    expect(measured).toBe(1)
    expect((await knownPrecision(loaded(), cacheDir))!.serves).toBe('float')
    expect(readdirSync(cacheDir)).toEqual(['precision.json'])
  })

  it('another graph is measured anew', async () => {
    await judge()
    const files = [file('model.onnx', 'c'), file('float.onnx', 'b')]
    await judge({ loaded: loaded({ bundle: { ...bundle, files } }) })
    expect(measured).toBe(2)
  })

  it('a bundle with one graph is not measured', async () => {
    expect(await judge({ loaded: loaded({ floatPath: null }) })).toBe(null)
    expect(measured).toBe(0)
  })

  it('what cannot be measured is served as it is, and measured again next time', async () => {
    const measure = async () => {
      throw new Error('no memory')
    }
    expect(await judge({ measure })).toBe(null)
    await judge()
    expect(measured).toBe(1)
  })

  it.each(['', '{', '[]', 'null', '{"formatVersion":1,"measured":{}}', '{"formatVersion":9,"measured":{}}'])(
    'a damaged cache (%s) is measured over',
    async (text) => {
      mkdirSync(cacheDir)
      writeFileSync(join(cacheDir, 'precision.json'), text)
      await judge()
      await judge()
      expect(measured).toBe(1)
    },
  )

  it('a cache that cannot be written costs only the time', async () => {
    writeFileSync(cacheDir, 'a file where the folder should be')
    expect((await judge())!.serves).toBe('float')
    expect(readFileSync(cacheDir, 'utf8')).toContain('a file')
  })

  it('keeps no entries of the past without end', async () => {
    const cache = openPrecisionCache(cacheDir)
    for (let n = 0; n < 210; n += 1) await cache.write(`key${n}`, { speedup: 1, change: 0 })
    expect(await cache.read('key0')).toBe(null)
    expect(await cache.read('key209')).toEqual({ speedup: 1, change: 0 })
  })

  it('belongs to the processor and to the version of ONNX Runtime', () => {
    const one = describeProcessor({ cpuInfo: 'flags\t: avx2', arch: 'x64', model: 'One' })
    const two = describeProcessor({ cpuInfo: 'flags\t: avx2 avx_vnni', arch: 'x64', model: 'One' })
    const keys = [
      precisionKey(bundle, one, '1.30.0'),
      precisionKey(bundle, two, '1.30.0'),
      precisionKey(bundle, one, '1.31.0'),
    ]
    expect(new Set(keys).size).toBe(3)
  })
})
