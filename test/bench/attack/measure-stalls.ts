import { setTimeout as pause } from 'node:timers/promises'
import type { Log } from '../report.ts'
import { hostileRequests } from './hostile-requests.ts'
import { startSite } from './site.ts'

export interface Stalls {
  /** Worst wait of the event loop without any request, milliseconds. */
  readonly quietMs: number
  readonly byAttack: Readonly<Record<string, number>>
  readonly bugs: number
}

/** A wait that is long is measured again: one that the attack makes comes each time, one of a busy machine does not. */
const again = 4
const suspectMs = 250
/** One of each kind. */
const smokeAttacks = new Set(
  'longUnknownKey deepJson yamlManyTopKeys oneByteChunks rareLabel largeDataset pipelinedRefusals slowHeaders'.split(
    ' ',
  ),
)

/** How long the event loop of a running site stands still under each hostile request. */
export async function measureStalls(options: {
  smoke: boolean
  only?: string | undefined
  log: Log
}): Promise<Stalls> {
  const { smoke, only, log } = options
  const site = await startSite({
    ...(smoke
      ? { cameras: 1, alerts: 500, datasetClips: 100 }
      : { cameras: 4, alerts: 50_000, datasetClips: 20_000 }),
  })
  const byAttack: Record<string, number> = {}
  let bugs = 0
  try {
    await pause(smoke ? 500 : 4000)
    const { worstMs: quietMs } = await site.during(() => pause(smoke ? 500 : 5000))
    log(`quiet: ${Math.round(quietMs)} ms`)
    for (const [name, attack] of Object.entries(hostileRequests)) {
      if ((only !== undefined && !name.includes(only)) || (smoke && !smokeAttacks.has(name))) continue
      let leastMs = Number.POSITIVE_INFINITY
      for (let round = 0; round < (smoke ? 1 : again); round += 1) {
        const stall = await site.during(() => attack(site.port))
        bugs += stall.bugs.length
        for (const bug of stall.bugs) log(`${name}: ${bug.slice(0, 500)}`)
        leastMs = Math.min(leastMs, stall.worstMs)
        if (leastMs < suspectMs) break
      }
      byAttack[name] = Math.round(leastMs)
      if (leastMs >= suspectMs) log(`${name}: ${Math.round(leastMs)} ms`)
    }
    return { quietMs, byAttack, bugs }
  } finally {
    await site.close()
  }
}
