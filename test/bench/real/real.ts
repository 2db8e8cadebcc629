import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { humanModels } from '../../support/human-models.ts'
import { type BenchOptions, type BenchReport, bar, machine, rounded } from '../report.ts'
import { measureCost } from './cost.ts'
import { installPeople } from './install-people.ts'
import { judgeActions } from './judge-actions.ts'
import { judgeCalibration } from './judge-calibration.ts'
import { judgeFalls } from './judge-falls.ts'
import { judgeFights } from './judge-fights.ts'
import { judgeFootage } from './judge-footage.ts'
import { judgeTaught } from './judge-taught.ts'
import type { RealOptions, RealPart } from './real-part.ts'

const parts: Readonly<Record<string, (options: RealOptions) => Promise<RealPart>>> = {
  falls: judgeFalls,
  footage: judgeFootage,
  actions: judgeActions,
  fights: judgeFights,
  calibration: judgeCalibration,
  taught: judgeTaught,
  cost: measureCost,
}

/**
 * The catalogue's model of people and the model of skeletons that ships, on film of real people of which neither has seen
 * anything: falls and daily life at home, visitors and an empty car park, ten actions of nine people, fights before
 * surveillance cameras; what is learned from some of it by the loop; and what they cost.
 */
export async function run({ log, smoke, only }: BenchOptions): Promise<BenchReport> {
  const { archive, reason } = humanModels()
  if (archive === null) throw new Error(reason)
  const dir = mkdtempSync(join(tmpdir(), 'vireo-bench-real-'))
  try {
    const people = await installPeople(archive, join(dir, 'people'))
    const skeleton = join(import.meta.dirname, '../../../models/skeleton')
    const figures: Record<string, number> = {}
    const bars: BenchReport['bars'][number][] = []
    for (const [name, judge] of Object.entries(parts)) {
      if (only && !only.includes(name)) continue
      const made = await judge({ people, skeleton, dir, smoke, log: (line) => log(`${name}: ${line}`) })
      Object.assign(figures, made.figures)
      for (const [text, op, limit] of made.bars) bars.push(bar(text, made.figures[text]!, op, limit))
    }
    const shown = Object.entries(figures).map(([name, value]) => [name, rounded(value)])
    return { bench: 'real', machine: machine(), figures: Object.fromEntries(shown), bars }
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}
