import { mkdtempSync, rmSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '../../../src/core/clock.ts'
import { createRandom } from '../../../src/core/random.ts'
import { initialWeights, layOut } from '../../../src/train/autodiff/parameters.ts'
import { createFrameCnn } from '../../../src/train/models/frame-cnn.ts'
import type { VideoModel } from '../../../src/train/models/video-model.ts'
import { createVideoTransformer } from '../../../src/train/models/video-transformer.ts'
import { pretrain } from '../../../src/train/run/pretrain.ts'
import { judgeVideos, learnLabels } from './learn-labels.ts'
import type { ActionVideo } from './load.ts'
import * as chosen from './plan.ts'
import { randomCut, type WindowShape, writeWindow } from './windows.ts'

/** One run of a fold: what was trained, and what it said of the clips of the person that it never saw. */
export interface FoldResult {
  readonly subject: string
  /** cnn, scratch, pretrained, or one of the last two with the number of labelled clips a class: scratch-1. */
  readonly run: string
  readonly said: readonly { readonly truth: string; readonly label: string }[]
  readonly seconds: number
}

/** Steps of one fold, each weighted by about how long it takes, for the estimate of what is left. */
export const stepCost = { cnn: 1.5, label: 1, pretrain: 2.3 } as const
export function foldCost(steps: chosen.Steps): Readonly<Record<FoldPart, number>> {
  return {
    all:
      steps.cnn * stepCost.cnn + 2 * steps.transformer * stepCost.label + steps.pretrain * stepCost.pretrain,
    few: 2 * steps.shots.length * steps.few * stepCost.label,
  }
}

/** `all` labels: pretraining and the three models side by side. `few`: what they make of few labels, after that. */
export type FoldPart = 'all' | 'few'

/**
 * One part of the work for one held-out person. Training sees the other eight people only: their labels, or in the runs
 * with few labels those of the first few after the held-out one in alphabetical order; pretraining sees the eight
 * without labels, and its weights stay in `weightsDir` for the second part.
 */
export async function runFold(options: {
  videos: readonly ActionVideo[]
  subject: string
  part: FoldPart
  steps: chosen.Steps
  weightsDir: string
  seed: number
  onCost: (cost: number) => void
  onResult: (result: FoldResult) => void
}): Promise<void> {
  const { videos, subject, part, steps: lengths, weightsDir, seed, onCost, onResult } = options
  const labels = [...new Set(videos.map(({ label }) => label))].sort()
  const subjects = [...new Set(videos.map((video) => video.subject))].sort()
  const at = subjects.indexOf(subject)
  const others = [...subjects.slice(at + 1), ...subjects.slice(0, at)]
  const of = (people: readonly string[]) => videos.filter((video) => people.includes(video.subject))
  const [test, eight] = [of([subject]), of(others)]
  const random = createRandom(seed).fork(subject)

  const judge = async (
    run: string,
    what: {
      model: VideoModel
      start: Float32Array
      shape: WindowShape
      plan: chosen.LabelPlan
      steps: number
      train: readonly ActionVideo[]
    },
  ) => {
    const startedMs = systemClock.monoMs()
    const { model, start, shape, plan, steps, train } = what
    const weights = await learnLabels({
      model,
      start,
      videos: train,
      shape,
      plan,
      steps,
      random: random.fork(run),
      onStep: () => onCost(run === 'cnn' ? stepCost.cnn : stepCost.label),
    })
    const said = await judgeVideos(model, weights, { videos: test, shape })
    onResult({
      subject,
      run,
      said: test.map(({ label }, n) => ({ truth: label, label: said[n]! })),
      seconds: (systemClock.monoMs() - startedMs) / 1000,
    })
  }

  const { clip } = chosen.transformer
  const model = createVideoTransformer({ ...chosen.transformer, labels })
  const scratch = initialWeights(layOut(model.parameters), random.fork('weights').normal)
  const weightsFile = join(weightsDir, `${subject}.pretrained`)
  const shape = chosen.window
  if (part === 'few') {
    const pretrained = new Float32Array(new Uint8Array(await readFile(weightsFile)).buffer)
    for (const count of lengths.shots) {
      const train = of(others.slice(0, count))
      const common = { model, shape, steps: lengths.few, train }
      await judge(`pretrained-${count}`, { ...common, start: pretrained, plan: chosen.tunePlan })
      await judge(`scratch-${count}`, { ...common, start: scratch, plan: chosen.scratchPlan })
    }
    return
  }
  const startedMs = systemClock.monoMs()
  const runDir = mkdtempSync(join(tmpdir(), 'vireo-weizmann-run-'))
  const pretrained = await pretrain({
    model,
    start: scratch,
    footage: withoutFootage(clip),
    plan: { ...chosen.pretrainPlan, steps: lengths.pretrain },
    runDir,
    threads: 1,
    seed: random.fork('pretraining').int(0, 2 ** 31),
    clock: systemClock,
    onProgress: () => onCost(stepCost.pretrain),
    signal: new AbortController().signal,
    drawClip: (draw, out) => {
      const video = draw.pick(eight)
      writeWindow(video, chosen.window, randomCut(video, chosen.window, draw), out)
    },
  })
  rmSync(runDir, { recursive: true })
  await writeFile(weightsFile, new Uint8Array(pretrained.weights.buffer))
  onResult({ subject, run: 'pretraining', said: [], seconds: (systemClock.monoMs() - startedMs) / 1000 })

  const common = { model, shape, steps: lengths.transformer, train: eight }
  await judge('pretrained', { ...common, start: pretrained.weights, plan: chosen.tunePlan })
  await judge('scratch', { ...common, start: scratch, plan: chosen.scratchPlan })
  const cnn = createFrameCnn({ clip, labels, ...chosen.cnnWidths })
  const start = initialWeights(layOut(cnn.parameters), random.fork('cnn weights').normal)
  await judge('cnn', { ...common, model: cnn, start, plan: chosen.cnnPlan, steps: lengths.cnn })
}

/** Windows are drawn by the bench, which follows the person. */
function withoutFootage({ widthPx, heightPx }: { widthPx: number; heightPx: number }) {
  return { widthPx, heightPx, sampleFps: 25, items: [], read() {}, close() {} }
}
