// Child of the bench `train`: the same commands as torch_model.py, answered by our engine.
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { createVideoTransformer } from '../../../src/train/models/video-transformer.ts'
import { singleLabel } from '../../../src/train/step/objective.ts'
import { createTrainer } from '../../../src/train/step/trainer.ts'
import { labelNames, type TrainingPlan } from './training-plan.ts'

const plan = JSON.parse(readFileSync(process.argv[2]!, 'utf8')) as TrainingPlan
const { settings, batch, threads } = plan
const model = createVideoTransformer({ ...settings, labels: labelNames(plan.labels) })
const floats = (path: string) => {
  const { buffer, byteOffset, byteLength } = readFileSync(path)
  return new Float32Array(buffer, byteOffset, byteLength / 4)
}
const clips = readFileSync(plan.clipsPath)
const target = floats(plan.targetPath)
const { frames, heightPx, widthPx } = settings.clip
const clipBytes = batch * frames * heightPx * widthPx * 3
const trainer = await createTrainer({
  objective: singleLabel(model, { batch }),
  threads,
  weights: Float32Array.from(floats(plan.weightsPath)),
  optimiser: { weightDecay: plan.weightDecay, clipNorm: plan.clipNorm },
})
const answer = (value: object) => process.stdout.write(`${JSON.stringify(value)}\n`)

/** One batch of those that are used in turn. */
function feeds(at: number) {
  const size = batch * plan.labels
  return {
    clips: new Uint8Array(clips.buffer, clips.byteOffset + at * clipBytes, clipBytes),
    target: target.subarray(at * size, (at + 1) * size),
  }
}

const count = clips.length / clipBytes
let done = 0
answer({ ready: process.versions.node })
for await (const line of createInterface({ input: process.stdin })) {
  const [command, steps] = line.split(' ')
  if (command === 'peak') {
    const kib = /VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))![1]
    answer({ bytes: Number(kib) * 1024 })
    continue
  }
  const losses: number[] = []
  const startMs = performance.now()
  const startCpu = process.cpuUsage()
  for (let step = 0; step < Number(steps); step += 1) {
    losses.push((await trainer.step(feeds(done % count), plan.rate)).loss)
    done += 1
  }
  const seconds = (performance.now() - startMs) / 1000
  const { user, system } = process.cpuUsage(startCpu)
  answer({ seconds, cpuSeconds: (user + system) / 1e6, losses })
}
await trainer.close()
