import type { Bundle } from '../../src/bundle/bundle-schema.ts'
import { AppError } from '../../src/core/errors.ts'
import { createCandidateReader } from '../../src/detect/read-candidates.ts'

type Outputs = readonly Float32Array[]

/** Rows of probabilities sum to 1 within this. */
const sumTolerance = 1e-3
/** Logits of a model that was fed as it was trained are rarely larger. */
const largeLogit = 1000
/** So many things in a picture of nothing are none. */
const manyThings = 50

/**
 * Judges what a graph gives for the pictures of a trial (noise, black, white, drawn shapes) against how the bundle would
 * read it.
 *
 * @returns what is odd but may be right, in sentences
 * @throws AppError MODEL_CONTRACT for what cannot be right, with what to do
 */
export function judgeOutputs(
  bundle: Pick<Bundle, 'kind' | 'input' | 'output' | 'labels' | 'decode'>,
  outputs: Outputs,
): string[] {
  refuseConstant(outputs)
  if (bundle.decode) return judgeBoxes({ ...bundle, decode: bundle.decode }, outputs)
  return bundle.kind === 'clip' || bundle.kind === 'skeleton' ? judgeScores(bundle, outputs) : []
}

/** A model that sees nothing: most often its input is scaled wrongly, and everything is beyond what it knows. */
function refuseConstant([first, ...others]: Outputs): void {
  if (!first || others.length === 0) return
  const size = first.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-6)
  const same = others.every((other) =>
    other.every((value, at) => Math.abs(value - first[at]!) <= 1e-6 * size),
  )
  if (same)
    throw refuse(
      'the graph gives the same numbers for noise, black, white and drawn shapes: it does not look at the picture, or the picture is prepared wrongly; check --scale, --mean, --std and --layout, and --output where there are several',
    )
}

function judgeScores({ output, labels }: Pick<Bundle, 'output' | 'labels'>, outputs: Outputs): string[] {
  const { activation } = output
  const all = outputs.flatMap((values) => [...values])
  const within = all.every((value) => value >= 0 && value <= 1)
  const summed =
    labels.length > 1 && outputs.every((row) => Math.abs(row.reduce((a, b) => a + b, 0) - 1) <= sumTolerance)
  if (activation !== 'none' && within && summed)
    throw refuse(
      `the graph gives probabilities already (the scores of each clip sum to 1): give --activation none; a second ${activation} would leave hardly any difference between the labels`,
    )
  const findings: string[] = []
  if (activation !== 'none' && within)
    findings.push(
      `all scores are from 0 to 1 before ${activation}: where the graph gives probabilities already, import it with --activation none`,
    )
  if (
    activation === 'none' &&
    labels.length > 1 &&
    within &&
    !summed &&
    outputs.every((row) => row.every((value) => value < 1e-4))
  )
    findings.push('all scores are next to 0, whatever the picture shows')
  const largest = Math.max(...all.map(Math.abs))
  if (activation !== 'none' && largest > largeLogit)
    findings.push(
      `scores go up to ${largest.toPrecision(3)}, so that the surest label has always 1: check --scale, --mean and --std`,
    )
  return findings
}

/** Boxes and scores of every candidate, whatever its score. */
function judgeBoxes(
  {
    decode,
    input,
    output,
    labels,
  }: Pick<Bundle, 'input' | 'output' | 'labels'> & { decode: NonNullable<Bundle['decode']> },
  outputs: Outputs,
): string[] {
  const read = (leastScore: number) =>
    createCandidateReader({ decode: { ...decode, leastScore }, input, output, labelCount: labels.length })
  let [boxes, odd, highest] = [0, 0, 0]
  const everything = read(0)
  for (const values of outputs)
    everything(values, ({ x, y, width, height, score }) => {
      boxes += 1
      highest = Math.max(highest, score)
      const [middleX, middleY] = [x + width / 2, y + height / 2]
      const near = (at: number, side: number) => at > -side / 2 && at < 1.5 * side
      const sized = (size: number, side: number) => size >= 0 && size <= 4 * side
      const plausible =
        near(middleX, input.widthPx) &&
        near(middleY, input.heightPx) &&
        sized(width, input.widthPx) &&
        sized(height, input.heightPx)
      if (!plausible) odd += 1
    })
  if (highest > 1.001)
    throw refuse(
      `detections have scores up to ${highest.toPrecision(3)}: they are no probabilities; give --activation sigmoid, or check --decode, --objectness and the labels`,
    )
  if (boxes > 0 && odd > 0.9 * boxes)
    throw refuse(
      `${odd} of ${boxes} boxes do not lie in the picture: check --decode, --corners, --shares, --objectness, --strides and the number of labels`,
    )
  const largest = largestSide(everything, outputs)
  const findings: string[] = []
  if (boxes > 0 && largest <= 2 && decode.head !== 'yolox')
    throw refuse(`no box is larger than ${largest.toPrecision(2)} pixels: give --shares`)
  let things = 0
  const sure = read(0.5)
  for (const values of outputs) {
    let here = 0
    sure(values, () => {
      here += 1
    })
    things = Math.max(things, here)
  }
  if (things > manyThings)
    findings.push(
      `finds ${things} things that are surer than 0.5 in a picture of nothing: check how pictures are prepared`,
    )
  return findings
}

function largestSide(read: ReturnType<typeof createCandidateReader>, outputs: Outputs): number {
  let largest = 0
  for (const values of outputs)
    read(values, ({ width, height }) => {
      largest = Math.max(largest, width, height)
    })
  return largest
}

const refuse = (text: string) => new AppError('MODEL_CONTRACT', text)
