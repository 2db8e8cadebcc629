// Runs one fold after another, as the bench hands them out, on one thread.
import { parentPort, workerData } from 'node:worker_threads'
import { type FoldPart, runFold } from './fold.ts'
import { type LoadOptions, loadWeizmann } from './load.ts'
import type { Steps } from './plan.ts'

const { load, seed, steps, weightsDir } = workerData as {
  load: Omit<LoadOptions, 'log'>
  seed: number
  steps: Steps
  weightsDir: string
}
const port = parentPort!
const videos = await loadWeizmann({ ...load, log: () => {} })
port.on('message', async ({ subject, part }: { subject: string; part: FoldPart }) => {
  let cost = 0
  await runFold({
    videos,
    subject,
    part,
    steps,
    weightsDir,
    seed,
    onCost(step) {
      cost += step
      if (cost < 100) return
      port.postMessage({ cost })
      cost = 0
    },
    onResult: (result) => port.postMessage({ result }),
  })
  port.postMessage({ cost })
  port.postMessage({ done: subject })
})
port.postMessage({ done: null })
