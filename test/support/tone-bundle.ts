import { writeBundle } from '../../src/bundle/write-bundle.ts'
import { soundRateHz } from '../../src/core/sound.ts'
import { createGraphBuilder } from '../../src/onnx/graph-builder.ts'
import { emitLogMel } from '../../src/onnx/sound/log-mel.ts'
import { hzToMel, logMelDefaults } from '../../src/onnx/sound/mel-filters.ts'

/** The frequency that the bundle listens for. */
export const toneHz = 1000

/**
 * A real bundle of kind audio whose answer is known beforehand: every label is 1 where a loud tone of `toneHz` sounds
 * through most of the window, and 0 in silence and far from it.
 */
export async function writeToneBundle(
  dir: string,
  { labels = ['tone'], samples = 8000 }: { labels?: readonly string[]; samples?: number } = {},
): Promise<void> {
  const graph = createGraphBuilder({ name: 'tone' })
  const clips = graph.input('clips', 'int16', ['N', samples])
  const mel = emitLogMel(graph, clips, { samples })
  const { lowHz, highHz, bands } = logMelDefaults
  const share = (hzToMel(toneHz) - hzToMel(lowHz)) / (hzToMel(highHz) - hzToMel(lowHz))
  const band = Math.round(share * (bands + 1)) - 1
  const row = graph.op('Slice', [mel.name, graph.i64([band]), graph.i64([band + 1]), graph.i64([1])])
  const mean = graph.op('ReduceMean', [row, graph.i64([1, 2])], { keepdims: 0 })
  // -2 and less is 0, 3 and more is 1.
  const raised = graph.op('Div', [graph.op('Add', [mean, graph.f32([2])]), graph.f32([5])])
  const score = graph.op('Clip', [raised, graph.f32([0]), graph.f32([1])])
  const columns = labels.map(() => graph.op('Unsqueeze', [score, graph.i64([1])]))
  graph.output('scores', graph.op('Concat', columns, { axis: 1 }), 'float32', ['N', labels.length])
  await writeBundle(
    dir,
    {
      name: 'tone',
      version: '1.0.0',
      kind: 'audio',
      description: `A tone of ${toneHz} Hz, for tests.`,
      temporal: { frames: samples, sampleFps: soundRateHz, strideFrames: samples / 2 },
      input: { name: 'clips', widthPx: 1, heightPx: 1 },
      output: { name: 'scores', activation: 'none' },
      states: [],
      warmupClips: 0,
      labels: labels.map((name) => ({ name, threshold: 0.7, background: false })),
      graph: 'model.onnx',
      license: 'Apache-2.0',
      parent: null,
      dataset: null,
      metrics: {},
    },
    { 'model.onnx': graph.model() },
  )
}

/** Tones between the given seconds, silence elsewhere. */
export function tones(seconds: number, spans: readonly (readonly [number, number])[]): Int16Array {
  return Int16Array.from({ length: seconds * soundRateHz }, (_, n) =>
    spans.some(([from, to]) => n >= from * soundRateHz && n < to * soundRateHz)
      ? Math.round(12_000 * Math.sin((2 * Math.PI * toneHz * n) / soundRateHz))
      : 0,
  )
}
