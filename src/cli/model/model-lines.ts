import type { ListedModel } from '../../../pipelines/model/list-models.ts'
import { type ModelContract, seesPictures } from '../../core/bundle.ts'

/** A model of the configuration or of the registry, for people. */
export function modelLines(row: ListedModel): string[] {
  if ('registered' in row) {
    const { registered, live, previous, shadow, versions } = row
    const roleOf = (version: string) =>
      version === live ? 'live' : version === shadow ? 'shadow' : version === previous ? 'previous' : ''
    return [
      `${registered} in the registry:`,
      ...versions.map(
        ({ version, createdMs }) =>
          `  ${version.padEnd(14)} ${roleOf(version).padEnd(9)} ${new Date(createdMs).toISOString()}`,
      ),
    ]
  }
  const head = row.configured.padEnd(16)
  if (!row.ok) return [`${head} ${row.code}: ${row.message}`]
  return [
    `${head} ${row.kind} ${row.version}, ${inputOf(row)}, ${row.labels.length} labels, ${row.path}`,
    ...(row.precision ? [`${' '.repeat(17)}${row.precision.reason}`] : []),
  ]
}

function inputOf(model: ModelContract): string {
  const { kind, frames, sampleFps, strideFrames, widthPx, heightPx } = model
  if (seesPictures(model))
    return `${frames} frames at ${sampleFps}/s every ${strideFrames}, ${widthPx}x${heightPx}`
  const what = kind === 'audio' ? 'sound' : 'keypoints'
  return `${frames / sampleFps} s of ${what} every ${strideFrames / sampleFps} s`
}
