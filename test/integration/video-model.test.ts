import { spawn } from 'node:child_process'
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { installModel } from '../../pipelines/model/install-model.ts'
import { loadBundle } from '../../src/bundle/load-bundle.ts'
import { extractFiles } from '../../src/catalogue/extract-files.ts'
import { findEntry, readCatalogue } from '../../src/catalogue/read-catalogue.ts'
import { parseImportOptions } from '../../src/cli/model/model-options.ts'
import { systemClock } from '../../src/core/clock.ts'
import { createRandom } from '../../src/core/random.ts'
import { readCheckpoint } from '../../src/onnx/torch/read-checkpoint.ts'
import { cutHead } from '../../src/train/imported/cut-head.ts'
import { fightModel } from '../support/fight-model.ts'
import { tempDir } from '../support/temp-dir.ts'
import { layerDifferences } from '../support/video-resnet-parity.ts'

const { archive, reason } = fightModel()
if (archive === null) console.warn(`skipped: ${reason}`)

describe.skipIf(archive === null)('the video backbone of the catalogue', () => {
  const entry = findEntry(readCatalogue(join(import.meta.dirname, '../../models/catalogue.json')), 'video')
  let out = ''
  beforeAll(() => {
    out = tempDir('video-test')
  })
  afterAll(() => rmSync(out, { recursive: true, force: true }))

  it('is written as its checkpoint defines it, layer by layer', async () => {
    await extractFiles(archive!, entry, out)
    const file = join(out, 'model_16_m3_0.8888.pth')
    const tensors = await readCheckpoint(readFileSync(file), file)
    expect(tensors.get('stem.0.weight')!.shape).toEqual([64, 3, 3, 7, 7])
    const differences = await layerDifferences(tensors, {
      frames: 16,
      heightPx: 48,
      widthPx: 48,
      samples: 100,
      random: createRandom(1),
    })
    for (const [layer, difference] of Object.entries(differences))
      expect(difference, layer).toBeLessThanOrEqual(1e-4)
  })

  it('becomes a clip bundle that takes bytes, tells fights and gives maps of 512 features', async () => {
    const dir = join(out, 'video')
    const options = {
      entry,
      outDir: dir,
      from: archive!,
      planImport: parseImportOptions,
      spawn,
      clock: systemClock,
      onProgress: () => {},
    }
    expect(await installModel(options)).toMatchObject({ present: false, name: 'video' })
    expect(await installModel(options)).toMatchObject({ present: true })
    expect(readFileSync(join(dir, 'LICENSE.txt'), 'utf8')).toMatch(/^MIT License/)
    expect(readFileSync(join(dir, 'ATTRIBUTION.txt'), 'utf8')).toContain(entry.attribution)
    const { bundle, graphPath } = await loadBundle(dir)
    expect(bundle).toMatchObject({ kind: 'clip', license: 'MIT', temporal: { frames: 16, strideFrames: 8 } })
    expect(bundle.labels.map(({ name }) => name)).toEqual(['fight', 'noFight'])
    const session = await InferenceSession.create(cutHead(readFileSync(graphPath), dir), {
      logSeverityLevel: 4,
    })
    const clips = new Uint8Array(2 * 16 * 112 * 112 * 3).fill(90)
    const made = await session.run({
      [bundle.input.name]: new Tensor('uint8', clips, [2, 16, 112, 112, 3]),
    })
    await session.release()
    expect(session.outputNames.map((name) => made[name]!.dims)).toEqual([
      [2, 512, 16, 7, 7],
      [2, 256, 16, 14, 14],
    ])
  })
})
