import { type Bar, type BenchOptions, type BenchReport, machine, rounded } from '../report.ts'
import { sections } from './sections.ts'

/** What the console costs, and how quick it is: every section after the other. */
export async function run({ log, smoke, only }: BenchOptions): Promise<BenchReport> {
  const figures: Record<string, number> = {}
  const bars: Bar[] = []
  for (const [name, load] of Object.entries(sections)) {
    if (only && !only.includes(name)) continue
    log(`${name}…`)
    const found = await (await load()).run({ log, smoke })
    for (const [figure, value] of Object.entries(found.figures)) figures[figure] = rounded(value)
    bars.push(...found.bars.map((each) => ({ ...each, value: rounded(each.value) })))
  }
  return { bench: 'console', machine: machine(), figures, bars }
}
