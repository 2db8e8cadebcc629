import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createGraphBuilder } from '../../../src/onnx/graph-builder.ts'
import { layOut } from '../../../src/train/autodiff/parameters.ts'
import { createTape, type Tape } from '../../../src/train/autodiff/tape.ts'
import { patchGrid, patchify } from '../../../src/train/models/patches.ts'
import { presets } from '../../../src/train/models/presets.ts'
import type { Layers } from '../../../src/train/models/transformer-layers.ts'
import { createVideoTransformer } from '../../../src/train/models/video-transformer.ts'
import { singleLabel } from '../../../src/train/step/objective.ts'

const root = join(import.meta.dirname, '../../..')
const page = readFileSync(join(root, 'docs/how-training-works.md'), 'utf8')
const chapters = page.split(/^## /m).flatMap((text) => {
  const file = /^\d\. `(src\/[^`]+\.ts)`/.exec(text)?.[1]
  return file === undefined ? [] : [{ file, text }]
})
const quoted = (text: string) => [...text.matchAll(/`([^`\n]+)`/g)].map(([, name]) => name!)
const sources = new Map(
  chapters.map(({ file }) => [
    file,
    existsSync(join(root, file)) ? readFileSync(join(root, file), 'utf8') : '',
  ]),
)

/** What each chapter is about, which its file must export. */
const exported: Readonly<Record<string, readonly string[]>> = {
  'src/train/autodiff/tape.ts': ['Value', 'createTape'],
  'src/train/autodiff/ops-matrix.ts': ['matmul', 'linear', 'softmax', 'layerNorm', 'attend'],
  'src/train/models/video-transformer.ts': ['createVideoTransformer'],
  'src/train/step/objective.ts': ['Objective', 'singleLabel', 'multiLabel'],
  'src/train/step/step-graph.ts': ['buildStepGraph', 'buildAccumulateGraph', 'buildApplyGraph'],
  'src/train/step/trainer.ts': ['createTrainer', 'cosineRate'],
}

const labels = ['fall', 'walk', 'nothing']
const batch = 16
const model = createVideoTransformer({ ...presets.nano, labels })

describe('docs/how-training-works.md', () => {
  it('follows a step through six files, all of which are there', () => {
    expect(chapters.map(({ file }) => file)).toEqual(Object.keys(exported))
    for (const path of quoted(page).filter((name) => /^(src|test|docs)\//.test(name)))
      expect([path, existsSync(join(root, path))]).toEqual([path, true])
  })

  it.each(Object.entries(exported))('names what %s exports', (file, names) => {
    const declared = (name: string) =>
      new RegExp(`^export (async )?(function|const|interface|type) ${name}\\b`, 'm').test(sources.get(file)!)
    expect(names.filter((name) => !declared(name))).toEqual([])
    expect(names.filter((name) => !page.includes(`\`${name}\``))).toEqual([])
  })

  it('names nothing in a chapter that its file, or one before it, does not know', () => {
    chapters.forEach(({ file, text }, at) => {
      const known = chapters.slice(0, at + 1).map((each) => sources.get(each.file)!)
      const unknown = quoted(text.split('That is all of it.')[0]!).filter(
        (name) =>
          /^[a-z][A-Za-z]+$/.test(name) && !known.some((source) => new RegExp(`\\b${name}\\b`).test(source)),
      )
      expect([file, unknown]).toEqual([file, []])
    })
    expect(readFileSync(join(root, 'src/train/run/run-training.ts'), 'utf8')).toContain(
      'function runTraining',
    )
  })

  it('has the sizes that the code has', () => {
    const { moments, places, size } = patchGrid(presets.nano)
    const { frames, heightPx, widthPx } = presets.nano.clip
    const wanted: Readonly<Record<string, string>> = {
      N: `${batch}`,
      'T, H, W': [frames, heightPx, widthPx].join(', '),
      S: `${moments}`,
      L: `${places}`,
      C: `${size}`,
      D: `${presets.nano.width}`,
      P: `${layOut(model.parameters).total}`,
    }
    const rows = [...page.matchAll(/^\| ([A-Z, ]+) \| [^|]+ \| ([\d, ]+) \|$/gm)]
    expect(Object.fromEntries(rows.map(([, letter, value]) => [letter, value]))).toEqual(wanted)
  })

  it('has the shapes that the way forward has', () => {
    const tape: Tape = createTape(createGraphBuilder({ name: 'page' }))
    const parameters = new Map(
      model.parameters.map(({ name, shape }) => [
        name,
        tape.leaf(tape.graph.input(name, 'float32', shape), shape),
      ]),
    )
    const layers: Layers = { tape, parameters: (name) => parameters.get(name)! }
    const { inputs } = singleLabel(model, { batch })
    const [clips, target] = inputs as [(typeof inputs)[number], (typeof inputs)[number]]
    const patches = patchify(tape, tape.graph.input('clips', clips.type, clips.shape), {
      ...presets.nano,
      batch,
    })
    const seen = model.summarise(layers, patches, model.positions(tape))
    const remembered = model.remember(layers, seen)
    const judged = model.judge(layers, remembered)
    const rows = [...page.matchAll(/^\| (?:the input )?`(\w+)` \| .+ \| \[([\d, ]+)\] \|$/gm)]
    expect(Object.fromEntries(rows.map(([, name, shape]) => [name, shape]))).toEqual({
      clips: clips.shape.join(', '),
      patchify: patches.shape.join(', '),
      summarise: seen.shape.join(', '),
      remember: remembered.shape.join(', '),
      judge: judged.shape.join(', '),
    })
    expect(target.shape).toEqual(judged.shape)
  })

  it('is found from the pages around it', () => {
    for (const name of ['training.md', 'architecture.md'])
      expect(readFileSync(join(root, 'docs', name), 'utf8')).toContain('(how-training-works.md)')
  })
})
