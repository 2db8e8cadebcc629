import type { VideoModel } from '../models/video-model.ts'
import { singleLabel } from '../step/objective.ts'
import { createTrainer } from '../step/trainer.ts'
import { plateauOf, startWeights } from './fine-tune.ts'
import type { FineTunePlan } from './fine-tune-plan.ts'

/** Median time of a step of fine-tuning on this machine as it is now, milliseconds; takes a few steps. */
export async function measureStepMs(options: {
  model: VideoModel
  plan: FineTunePlan
  threads: number
  nowMs?: () => number
}): Promise<number> {
  const { model, plan, threads, nowMs = () => performance.now() } = options
  const clips = plan.microBatch ?? plan.batch
  const { frames, heightPx, widthPx } = model.clip
  const trainer = await createTrainer({
    objective: singleLabel(model, { batch: clips }),
    threads,
    weights: startWeights(model, 1),
    parts: plan.batch / clips,
  })
  const part = () => ({
    clips: new Uint8Array(clips * frames * heightPx * widthPx * 3),
    target: new Float32Array(clips * model.labels.length).fill(1 / model.labels.length),
  })
  const parts = Array.from({ length: plan.batch / clips }, part)
  const times: number[] = []
  try {
    for (let round = 0; round < 4; round += 1) {
      const startedMs = nowMs()
      await trainer.step(parts, 0)
      times.push(nowMs() - startedMs)
    }
  } finally {
    await trainer.close()
  }
  // The first one prepares what the others use.
  return times.slice(1).sort((a, b) => a - b)[1]!
}

/** Steps that a plan takes with so many pieces of footage; `open`: at most, the loss decides. */
export function fineTuneSteps(
  plan: FineTunePlan,
  { items, labels }: { items: number; labels: number },
): { readonly steps: number; readonly open: boolean } {
  const pass = Math.max(1, Math.ceil((items * plan.clipsPerItem) / plan.batch))
  const plateau = plateauOf(plan, { labels, pass })
  return plateau
    ? { steps: plateau.most, open: true }
    : { steps: plan.steps ?? plan.epochs! * pass, open: false }
}
