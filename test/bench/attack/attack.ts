import { type BenchOptions, type BenchReport, bar, machine, rounded } from '../report.ts'
import { type FuzzKind, fuzz } from './fuzz.ts'
import { fuzzRequests } from './fuzz-requests.ts'
import { killRuns } from './kills.ts'
import { measureStalls } from './measure-stalls.ts'

const kinds: readonly FuzzKind[] = ['configuration', 'bundle', 'onnx', 'onvif', 'rtsp']
/** Another seed gives other inputs; the same seed the same. */
const seed = Number(process.env.VIREO_FUZZ_SEED ?? 1)

/** What somebody outside can do to a running Vireo: hold it up, feed it what is wrong, or kill it. */
export async function run({ log, smoke }: BenchOptions): Promise<BenchReport> {
  const stalls = await measureStalls({ smoke, log })
  const count = smoke ? 12 : 2000
  const figures: Record<string, number> = { seed, quietStallMs: rounded(stalls.quietMs) }
  const sums = { inputs: 0, bugs: stalls.bugs, stacks: 0, hangs: 0, crashes: 0 }
  const add = (kind: string, result: Awaited<ReturnType<typeof fuzz>>) => {
    figures[`${kind}Inputs`] = result.inputs
    for (const name of Object.keys(sums) as (keyof typeof sums)[]) sums[name] += result[name]
  }
  const give = async (kind: FuzzKind) => {
    log(`${count} wrong inputs: ${kind}`)
    add(kind, await fuzz(kind, count, { seed, log }))
  }
  for (const kind of kinds) if (kind !== 'rtsp') await give(kind)
  const requests = await fuzzRequests(count, { seed, smoke, log })
  add('request', requests.result)
  // Both are waiting for the most part.
  const [kills] = await Promise.all([killRuns(smoke ? 1 : 40, { seed, log }), give('rtsp')])
  for (const [name, ms] of Object.entries(stalls.byAttack)) figures[`${name}StallMs`] = ms
  return {
    bench: 'attack',
    machine: machine(),
    figures: {
      ...figures,
      requestsWorstStallMs: Math.round(requests.worstMs),
      killRounds: kills.rounds,
      killSteps: kills.steps,
      killClips: kills.clips,
    },
    bars: [
      bar(
        'worst stall of the event loop under a hostile request, ms',
        Math.max(...Object.values(stalls.byAttack)),
        '<=',
        500,
      ),
      bar(
        'wrong inputs of each kind, least',
        Math.min(...[...kinds, 'request'].map((kind) => figures[`${kind}Inputs`]!)),
        '>=',
        2000,
      ),
      bar('stacks told', sums.stacks, '<=', 0),
      bar('inputs that hang', sums.hangs, '<=', 0),
      bar('inputs that end the process', sums.crashes, '<=', 0),
      bar('BUG_ told', sums.bugs, '<=', 0),
      bar('refusals that have not the form of all errors', requests.formless, '<=', 0),
      bar('steps of alerts lost by kill -9', kills.lost, '<=', 0),
      bar('clips without row after kill -9', kills.clipsWithoutRow, '<=', 0),
      bar('rows without clip after kill -9', kills.rowsWithoutClip, '<=', 0),
      bar('runs that do not start again after kill -9', kills.stuck, '<=', 0),
    ],
  }
}
