import type { LoadedBundle } from '../../../src/bundle/load-bundle.ts'
import { skeletonLabels } from '../../../src/simulate/motion/skeleton-labels.ts'
import type { KnownAction } from '../../../src/train/evaluate/gate-known.ts'
import type { WindowShape } from './labelled-bodies.ts'
import { createWindowScorer } from './score-windows.ts'
import { simulatedWindows } from './simulated-windows.ts'

/**
 * How well both versions recognise simulated actions that neither has learned from: of each that both know, the share of
 * its windows in which it is the likeliest of them.
 */
export async function knownActions(options: {
  before: LoadedBundle
  now: LoadedBundle
  shape: WindowShape
  threads: number
}): Promise<KnownAction[]> {
  const { before, now, shape, threads } = options
  const windows = simulatedWindows('held', shape)
  const count = windows.target.length / skeletonLabels.length
  const names = (loaded: LoadedBundle) => loaded.bundle.labels.map(({ name }) => name)
  const both = skeletonLabels.filter((label) => names(before).includes(label) && names(now).includes(label))
  const said = async (loaded: LoadedBundle) => {
    const scorer = await createWindowScorer(loaded, threads)
    const scores = await scorer.score(windows.clips, count).finally(() => scorer.close())
    const labels = names(loaded)
    const columns = both.map((label) => labels.indexOf(label))
    return Array.from({ length: count }, (_, row) => {
      const own = columns.map((column) => scores[row * labels.length + column]!)
      return own.indexOf(Math.max(...own))
    })
  }
  const [old, fresh] = [await said(before), await said(now)]
  return both.map((label, at) => {
    const column = skeletonLabels.indexOf(label)
    const rows = Array.from({ length: count }, (_, row) => row).filter(
      (row) => windows.target[row * skeletonLabels.length + column]! > 0.5,
    )
    const share = (answers: readonly number[]) =>
      rows.filter((row) => answers[row] === at).length / Math.max(1, rows.length)
    const changed = rows.filter((row) => (old[row] === at) !== (fresh[row] === at)).length
    return { label, windows: rows.length, before: share(old), now: share(fresh), changed }
  })
}
