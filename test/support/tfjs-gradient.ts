import { Tensor } from 'onnxruntime-node'
import { layOut } from '../../src/train/autodiff/parameters.ts'
import { cutSlices } from '../../src/train/autodiff/vector-slices.ts'
import { loadTfjs } from '../../src/train/engine-tfjs/load-tfjs.ts'
import { openTfjsSessions } from '../../src/train/engine-tfjs/tfjs-sessions.ts'
import { adamWDefaults } from '../../src/train/step/adamw.ts'
import type { Objective } from '../../src/train/step/objective.ts'
import { createStateInPlace, views } from '../../src/train/step/state-vector.ts'
import { type Feeds, tensorsOf } from '../../src/train/step/trainer.ts'

/**
 * Loss and flat gradient of an objective as TensorFlow.js differentiates it. The backend is what is installed; `cpu` is
 * written in JavaScript and sums in double precision, where wasm is off by up to 1e-5 against it.
 */
export async function tfjsGradient(
  objective: Objective,
  weights: Float32Array,
  feeds: Feeds,
  backend?: 'cpu',
): Promise<{ loss: number; gradient: Float32Array }> {
  const slices = cutSlices(layOut(objective.parameters))
  const sum = createStateInPlace('sum', slices, new Float32Array(weights.length))
  const loss = new Tensor('float32', new Float32Array(1), [])
  const { accumulate } = await openTfjsSessions(objective, adamWDefaults)
  if (backend) await (await loadTfjs()).tf.setBackend(backend)
  await accumulate.run(
    { ...views('weights', slices, weights), ...sum.feeds, ...tensorsOf(objective.inputs, feeds) },
    { ...sum.into, loss },
  )
  return { loss: loss.data[0] as number, gradient: sum.now }
}
