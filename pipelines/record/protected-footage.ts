import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Config } from '../../src/config/schema.ts'
import type { Clock } from '../../src/core/clock.ts'
import { dataFiles } from '../../src/core/data-dir.ts'
import type { Protection } from '../../src/record/tier/tiering.ts'
import { openDatasetFolder } from '../../src/review/dataset-folder.ts'
import { openReviewStore } from '../../src/review/review-store.ts'
import { everyItem } from '../../src/store/every-item.ts'
import { labelledFootage } from '../learn/prepare/labelled-footage.ts'

/**
 * Footage that people said something of, or that models learn from as labelled: it stays as it was recorded.
 *
 * @throws AppError when some of it cannot be read: then nothing is known to be free.
 */
export async function protectedFootage(config: Config, clock: Clock): Promise<Protection> {
  const { dataDir, learning } = config
  const paths = new Set<string>()
  const folder = openDatasetFolder(dataDir)
  for (const { name, versions } of folder.list())
    for (const version of versions)
      for (const { path } of folder.read(name, version).entries) paths.add(resolve(path))
  if (learning) {
    const background = learning.background[0] ?? 'background'
    const { set } = await labelledFootage({ sources: learning.labelled, dataDir, background })
    for (const { path } of set.items) paths.add(resolve(path))
  }
  const judged = Map.groupBy(judgedTimes(dataDir, clock), ({ cameraId }) => cameraId)
  return ({ cameraId, path }, fromMs, toMs) => {
    if (paths.has(resolve(path))) return 'labelled'
    const near = judged.get(cameraId)?.some((time) => time.fromMs < toMs && time.toMs > fromMs)
    return near ? 'event' : null
  }
}

function judgedTimes(dataDir: string, clock: Clock) {
  if (!existsSync(join(dataDir, dataFiles.reviews))) return []
  const reviews = openReviewStore({ dataDir, clock })
  try {
    const judged = everyItem((request) => reviews.list({ state: 'done' }, request))
    return [...judged].map(({ cameraId, startedMs, durationMs }) => ({
      cameraId,
      fromMs: startedMs,
      toMs: startedMs + durationMs,
    }))
  } finally {
    reviews.close()
  }
}
