import { writeBundle } from '../../src/bundle/write-bundle.ts'
import { createGraphBuilder } from '../../src/onnx/graph-builder.ts'

export interface BrightnessChanges {
  readonly version?: string
  readonly threshold?: number
  /** The score is the brightness times this. */
  readonly factor?: number
  readonly label?: string
  readonly widthPx?: number
  readonly heightPx?: number
  /** Frames of a clip, and how many a second it samples. */
  readonly frames?: number
  readonly sampleFps?: number
}

/** A real bundle whose answer is known beforehand: the label `bright` is the clip's mean brightness, 0–1. */
export async function writeBrightnessBundle(dir: string, changes: BrightnessChanges = {}): Promise<void> {
  const { version = '1.0.0', threshold = 0.5, factor = 1, heightPx = 36, widthPx = 64 } = changes
  const { label = 'bright', frames = 4, sampleFps = 8 } = changes
  const graph = createGraphBuilder({ name: 'brightness' })
  const clips = graph.input('clips', 'uint8', ['N', frames, heightPx, widthPx, 3])
  const mean = graph.op('ReduceMean', [graph.op('Cast', [clips], { to: 1 }), graph.i64([1, 2, 3, 4])], {
    keepdims: 0,
  })
  const share = graph.op('Div', [mean, graph.f32([255 / factor])])
  const column = graph.op('Unsqueeze', [share, graph.i64([1])])
  graph.output('scores', column, 'float32', ['N', 1])
  await writeBundle(
    dir,
    {
      name: 'brightness',
      version,
      kind: 'clip',
      description: 'Mean brightness of a clip, for tests.',
      temporal: { frames, sampleFps, strideFrames: Math.ceil(frames / 2) },
      input: { name: 'clips', widthPx, heightPx },
      output: { name: 'scores', activation: 'none' },
      states: [],
      warmupClips: 0,
      labels: [{ name: label, threshold, background: false }],
      graph: 'model.onnx',
      license: 'Apache-2.0',
      parent: null,
      dataset: null,
      metrics: {},
    },
    { 'model.onnx': graph.model() },
  )
}

/** ffmpeg's filter for a picture that is dark for three seconds, bright for three, and so on. */
export const blinkFilter = "eq=brightness='if(lt(mod(t,6),3),-0.6,0.5)':eval=frame"
