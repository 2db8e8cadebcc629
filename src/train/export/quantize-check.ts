import type { Bundle } from '../../bundle/bundle-schema.ts'
import { scoresOf } from '../../core/activation.ts'
import { type BundlePlayer, openBundlePlayer } from './bundle-player.ts'

export interface LabelledVideo {
  /** uint8 [frames, H, W, 3] */
  readonly video: Uint8Array
  /** Index of the true label. */
  readonly label: number
}

/** What a smaller model costs and gives, as it goes into a bundle's metrics. */
export interface SmallerModel {
  /** Share of answers with the same highest label. */
  readonly agreement: number
  /** Largest and mean change of a probability. */
  readonly largestChange: number
  readonly meanChange: number
  /** Share of labelled videos whose mean scores are highest at their label; null without labels. */
  readonly top1Before: number | null
  readonly top1After: number | null
  /** Time of the original ÷ time of the smaller one, one thread, eight videos side by side, on this machine. */
  readonly speedup: number
}

const rows = 8
const rounds = 7

/** Runs both graphs of a bundle over the same videos, then both in turns against the clock. */
export async function compareGraphs(options: {
  bundle: Bundle
  before: Uint8Array
  after: Uint8Array
  videos: readonly Uint8Array[]
  labelled: readonly LabelledVideo[]
  threads: number
}): Promise<SmallerModel> {
  const { bundle, before, after, videos, labelled, threads } = options
  const open = (graph: Uint8Array, count: number) => openBundlePlayer({ bundle, graph, threads: count })
  const [first, second] = [await open(before, threads), await open(after, threads)]
  try {
    const change = await changes(bundle, [first, second], [...videos, ...labelled.map(({ video }) => video)])
    const top1 = (player: BundlePlayer) => accuracy(bundle, player, labelled)
    return {
      ...change,
      top1Before: labelled.length > 0 ? await top1(first) : null,
      top1After: labelled.length > 0 ? await top1(second) : null,
      speedup: await measureSpeedup([await open(before, 1), await open(after, 1)]),
    }
  } finally {
    await Promise.all([first.close(), second.close()])
  }
}

/** Mean change of a probability by another graph for the same bundle, over the answers to some videos. */
export async function meanChange(options: {
  bundle: Bundle
  before: Uint8Array
  after: Uint8Array
  videos: readonly Uint8Array[]
  threads: number
}): Promise<number> {
  const { bundle, before, after, videos, threads } = options
  const players = [
    await openBundlePlayer({ bundle, graph: before, threads }),
    await openBundlePlayer({ bundle, graph: after, threads }),
  ] as const
  const { meanChange: mean } = await changes(bundle, players, videos)
  await Promise.all(players.map((player) => player.close()))
  return mean
}

async function changes(
  bundle: Bundle,
  [first, second]: readonly [BundlePlayer, BundlePlayer],
  videos: readonly Uint8Array[],
) {
  const { activation } = bundle.output
  let [answers, same, sum, largest] = [0, 0, 0, 0]
  for (const video of videos) {
    const [a, b] = [await first.score([video]), await second.score([video])]
    for (const [n, values] of a.entries()) {
      const [was, is] = [scoresOf(values, activation), scoresOf(b[n]!, activation)]
      answers += 1
      if (highest(was) === highest(is)) same += 1
      for (const [label, value] of was.entries()) {
        const change = Math.abs(value - is[label]!)
        sum += change / was.length
        largest = Math.max(largest, change)
      }
    }
  }
  return {
    agreement: answers > 0 ? same / answers : 1,
    largestChange: largest,
    meanChange: answers > 0 ? sum / answers : 0,
  }
}

async function accuracy(
  bundle: Bundle,
  player: BundlePlayer,
  labelled: readonly LabelledVideo[],
): Promise<number> {
  let right = 0
  for (const { video, label } of labelled) {
    const answers = (await player.score([video])).map((values) => scoresOf(values, bundle.output.activation))
    const mean = answers[0]!.map((_, n) => answers.reduce((sum, values) => sum + values[n]!, 0))
    if (highest(mean) === label) right += 1
  }
  return right / labelled.length
}

/** Median of the ratios of rounds in which both run, so that a busy machine slows both. Closes the players. */
async function measureSpeedup(players: readonly [BundlePlayer, BundlePlayer]): Promise<number> {
  const [{ callBytes }] = players
  const videos = Array.from({ length: rows }, (_, row) =>
    Uint8Array.from({ length: 2 * callBytes }, (_, n) => (n * (row + 3)) >>> 4),
  )
  const time = async (player: BundlePlayer) => {
    const startMs = performance.now()
    await player.score(videos)
    return performance.now() - startMs
  }
  for (const player of players) await time(player)
  const ratios: number[] = []
  for (let round = 0; round < rounds; round += 1)
    ratios.push((await time(players[0])) / (await time(players[1])))
  await Promise.all(players.map((player) => player.close()))
  return ratios.sort((a, b) => a - b)[rounds >> 1]!
}

function highest(values: readonly number[]): number {
  return values.indexOf(Math.max(...values))
}
