import { layOut } from '../autodiff/parameters.ts'
import { createSkeletonNet, type SkeletonNetSettings } from './skeleton-net.ts'

/**
 * The network with more labels: all weights and the columns of known labels stay as they are; columns of new ones begin at
 * the mean of the others, so that a new label is as likely as an average one before anything is learned of it. Known labels
 * keep their order, new ones follow.
 */
export function growLabels(
  from: { settings: SkeletonNetSettings; weights: Float32Array },
  added: readonly string[],
): { settings: SkeletonNetSettings; weights: Float32Array } {
  const known = from.settings.labels.length
  const settings = { ...from.settings, labels: [...from.settings.labels, ...added] }
  const count = settings.labels.length
  const before = new Map(
    layOut(createSkeletonNet(from.settings).parameters).entries.map((entry) => [entry.name, entry]),
  )
  const layout = layOut(createSkeletonNet(settings).parameters)
  const weights = new Float32Array(layout.total)
  for (const entry of layout.entries) {
    const { start, count: numbers } = before.get(entry.name)!
    const values = from.weights.subarray(start, start + numbers)
    if (!entry.name.startsWith('head.')) {
      weights.set(values, entry.start)
      continue
    }
    // [rows, labels], of the bias one row.
    for (let row = 0; row * count < entry.count; row += 1) {
      const own = values.subarray(row * known, (row + 1) * known)
      weights.set(own, entry.start + row * count)
      const mean = own.reduce((sum, value) => sum + value, 0) / known
      weights.fill(mean, entry.start + row * count + known, entry.start + (row + 1) * count)
    }
  }
  return { settings, weights }
}
