import { writeBundle } from '../../src/bundle/write-bundle.ts'
import type { Activation } from '../../src/core/activation.ts'
import { presentFields } from '../../src/core/present-fields.ts'
import { soundRateHz } from '../../src/core/sound.ts'
import { readModel } from '../../src/onnx/read-model.ts'
import { checkImport, checkScores } from './check-import.ts'
import { describeWholeModel } from './describe-whole-model.ts'
import { embedExternal } from './embed-external.ts'
import type { ImportResult } from './import-model.ts'
import { readModelFile } from './read-model-file.ts'
import { soundGraph } from './sound-graph.ts'
import type { SoundPreset } from './sound-presets.ts'
import { trySounds } from './try-sounds.ts'

export interface SoundImport {
  readonly file: string
  readonly preset: SoundPreset
  readonly labels: readonly string[]
  readonly outDir: string
  readonly force: boolean
  readonly name: string
  readonly version: string
  readonly description: string
  readonly license: string
  readonly threshold: number
  /** Absent: as the graph ends. */
  readonly activation?: Activation
  /** Labels that never alert by themselves; absent: all, because most sounds of a place mean nothing. */
  readonly background?: readonly string[]
  readonly inputName?: string
  readonly outputName?: string
}

/** From an ONNX file of a model of sounds to a bundle of kind audio. Nothing is written before the trial passed. */
export async function importSound(plan: SoundImport): Promise<ImportResult> {
  const { file, preset, labels, outDir, name, version, license, threshold } = plan
  const quiet = plan.background ?? labels
  checkImport(plan, quiet)
  const model = readModel(await readModelFile(file), file)
  await embedExternal(model, file)
  const given = describeWholeModel(model)
  const made = soundGraph(model, preset, {
    labels: labels.length,
    ...presentFields({ inputName: plan.inputName, outputName: plan.outputName }),
  })
  const { outputs: _, ...trial } = await trySounds({
    graph: made.bytes,
    samples: made.samples,
    labels: labels.length,
  })
  const activation = plan.activation ?? (made.probabilities ? 'none' : 'sigmoid')
  checkScores(activation, trial, 'sigmoid')
  await writeBundle(
    outDir,
    {
      name,
      version,
      kind: 'audio',
      description: plan.description || preset.description,
      temporal: {
        frames: made.samples,
        sampleFps: soundRateHz,
        strideFrames: preset.strideColumns * preset.frontEnd.hopSamples,
      },
      input: { name: 'sound', widthPx: 1, heightPx: 1 },
      output: { name: 'scores', activation },
      states: [],
      warmupClips: 0,
      labels: labels.map((label) => ({ name: label, threshold, background: quiet.includes(label) })),
      graph: 'model.onnx',
      license,
      parent: null,
      dataset: null,
      metrics: {},
    },
    { 'model.onnx': made.bytes },
  )
  return {
    dir: outDir,
    name,
    version,
    given,
    made: describeWholeModel(readModel(made.bytes, outDir)),
    batch: made.batch,
    batchReason: made.reason,
    trial,
    warnings: [],
  }
}
