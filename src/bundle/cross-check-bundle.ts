import type { z } from 'zod'
import { soundRateHz } from '../core/sound.ts'
import type { BundleShape as Bundle } from './bundle-shape.ts'
import { decodeProblem } from './decode-schema.ts'
import { keypointProblem, poseProblem } from './pose-schema.ts'

/** The rules between fields, which no single field can state. */
export function crossCheckBundle(bundle: Bundle, context: z.RefinementCtx<Bundle>): void {
  const refuse = (path: PropertyKey[], message: string) =>
    context.addIssue({ code: 'custom', path, message, input: bundle })
  const { kind, temporal, states } = bundle
  if ((kind === 'detector' || kind === 'pose') && temporal.frames !== 1)
    refuse(['temporal', 'frames'], `must be 1 for kind ${kind}`)
  if (kind === 'stream' && temporal.strideFrames !== temporal.frames)
    refuse(['temporal', 'strideFrames'], `must equal temporal.frames (${temporal.frames}) for kind stream`)
  if (kind !== 'stream' && states.length > 0) refuse(['states'], `must be empty for kind ${kind}`)
  if (kind !== 'stream' && bundle.warmupClips > 0) refuse(['warmupClips'], `must be 0 for kind ${kind}`)

  if (kind === 'detector' && !bundle.decode) refuse(['decode'], 'is required for kind detector')
  if (kind !== 'detector' && bundle.decode) refuse(['decode'], `must be absent for kind ${kind}`)
  checkPose(bundle, refuse)
  checkSizes(bundle, refuse)
  const { decode, input, labels } = bundle
  if (bundle.anomaly) {
    if (kind !== 'clip' && kind !== 'stream') refuse(['anomaly'], `must be absent for kind ${kind}`)
    if (labels.length !== 1) refuse(['labels'], 'must be one label when anomaly is there')
    if (bundle.output.activation !== 'none')
      refuse(['output', 'activation'], 'must be none when anomaly is there')
  }
  const problem = decode && decodeProblem(decode, { ...input, labels: labels.length })
  if (problem) refuse(['decode', 'shape'], problem)

  const inputs = [bundle.input.name, ...states.map((state) => state.input)]
  const outputs = [bundle.output.name, ...states.map((state) => state.output)]
  for (const [index, state] of states.entries()) {
    if (inputs.indexOf(state.input) !== index + 1)
      refuse(['states', index, 'input'], `"${state.input}" is named twice`)
    if (outputs.indexOf(state.output) !== index + 1)
      refuse(['states', index, 'output'], `"${state.output}" is named twice`)
  }
  refuseTwice(bundle.labels, 'name', (index, text) => refuse(['labels', index, 'name'], text))
  refuseTwice(bundle.files, 'path', (index, text) => refuse(['files', index, 'path'], text))
  for (const [index, { path }] of bundle.files.entries())
    if (path.toLowerCase() === 'bundle.json')
      refuse(['files', index, 'path'], 'bundle.json cannot state its own checksum; leave it out')
  if (!bundle.files.some((file) => file.path === bundle.graph))
    refuse(['graph'], `"${bundle.graph}" is not among the files`)
  checkFloatGraph(bundle, refuse)
}

function checkFloatGraph({ kind, graph, floatGraph, files }: Bundle, refuse: Refuse): void {
  if (floatGraph === undefined) return
  if (kind !== 'clip' && kind !== 'stream') refuse(['floatGraph'], `must be absent for kind ${kind}`)
  if (floatGraph === graph) refuse(['floatGraph'], 'must be another file than graph')
  if (!files.some((file) => file.path === floatGraph))
    refuse(['floatGraph'], `"${floatGraph}" is not among the files`)
}

type Refuse = (path: PropertyKey[], message: string) => void

function checkPose({ kind, pose, labels, output }: Bundle, refuse: Refuse): void {
  if (kind !== 'pose') {
    if (pose) refuse(['pose'], `must be absent for kind ${kind}`)
    return
  }
  if (!pose) {
    refuse(['pose'], 'is required for kind pose')
    return
  }
  const wrongShape = poseProblem(pose, labels.length)
  if (wrongShape) refuse(['pose', 'shape'], wrongShape)
  const wrongNames = keypointProblem(labels.map(({ name }) => name))
  if (wrongNames) refuse(['labels'], wrongNames)
  if (output.activation === 'softmax')
    refuse(['output', 'activation'], 'must be none or sigmoid for kind pose')
}

/** Longest window of sound: a minute. */
const mostSamples = 60 * soundRateHz

/** Highest rate of the moments of a skeleton: no keypoints come faster. */
const mostMomentsFps = 60

/** Sizes of pictures, of sound, whose frames are samples, or of skeletons, whose frames are moments. */
function checkSizes({ kind, temporal, input }: Bundle, refuse: Refuse): void {
  const { sampleFps } = temporal
  const most = (field: keyof Bundle['temporal'], limit: number) => {
    if (temporal[field] > limit) refuse(['temporal', field], `must be at most ${limit} for kind ${kind}`)
  }
  const sides = ['widthPx', 'heightPx'] as const
  const pictures = kind !== 'audio' && kind !== 'skeleton'
  for (const side of sides) {
    if (pictures && input[side] < 8) refuse(['input', side], `must be at least 8 for kind ${kind}`)
    if (!pictures && input[side] !== 1) refuse(['input', side], `must be 1 for kind ${kind}`)
  }
  if (kind !== 'audio') {
    most('frames', 1024)
    most('sampleFps', pictures ? 240 : mostMomentsFps)
    most('strideFrames', 4096)
    return
  }
  if (sampleFps !== soundRateHz)
    refuse(['temporal', 'sampleFps'], `must be ${soundRateHz} for kind audio: so the sound of cameras comes`)
  most('frames', mostSamples)
  most('strideFrames', mostSamples)
}

function refuseTwice<K extends string>(
  items: readonly Record<K, string>[],
  key: K,
  refuse: (index: number, text: string) => void,
): void {
  const seen = new Set<string>()
  for (const [index, item] of items.entries()) {
    if (seen.has(item[key])) refuse(index, `"${item[key]}" is there twice`)
    seen.add(item[key])
  }
}
