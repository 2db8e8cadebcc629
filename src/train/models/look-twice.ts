import type { VideoModel } from './video-model.ts'

/** A score under this is as good as none; its logarithm is a number still. */
const leastScore = 1e-12

/**
 * A model of skeletons that looks at every window twice, with the one beside the person and without, and takes the mean
 * of both scores: who stands near says much about a push and a fight, and less on film than among simulated people. It
 * has the weights of the model that was taught; it serves and is judged, and is not taught itself.
 */
export function lookTwice(net: VideoModel): VideoModel {
  return {
    ...net,
    forward(tape, parameters, clips, batch) {
      const { graph } = tape
      const own = graph.f32(Float32Array.of(1, 0), [1, 1, 2, 1, 1])
      const alone = graph.op('Mul', [clips, own])
      const [both, single] = [clips, alone].map((seen) =>
        graph.op('Softmax', [net.forward(tape, parameters, seen, batch).logits.name], { axis: -1 }),
      )
      const mean = graph.op('Mul', [graph.op('Add', [both!, single!]), graph.f32([0.5])])
      const logits = graph.op('Log', [graph.op('Max', [mean, graph.f32([leastScore])])])
      return { logits: tape.constant(logits, [batch, net.labels.length]), cells: null }
    },
  }
}
