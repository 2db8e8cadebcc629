import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Bundle } from '../../bundle/bundle-schema.ts'
import { writeWhole } from '../../store/write-whole.ts'
import { type AnomalyCalibration, calibrationSchema } from './anomaly-calibration.ts'

/** Where a camera's calibration for one version of a model lies, under a folder that is Vireo's to write to. */
export function calibrationPath(
  dir: string,
  { name, version }: Pick<Bundle, 'name' | 'version'>,
  cameraId: string,
): string {
  return join(dir, `${name}@${version}`, `${encodeURIComponent(cameraId)}.json`)
}

/** Writes it so that a reader finds the old one or the whole new one. Throws STORE_WRITE. */
export async function writeCalibration(path: string, calibration: AnomalyCalibration): Promise<void> {
  await writeWhole({ path, content: `${JSON.stringify(calibration)}\n`, what: 'the calibration' })
}

/**
 * The calibration in a file, or why there is none that can be used: it is missing, damaged, or of another graph than
 * `graphSha256`.
 */
export function readCalibration(path: string, graphSha256: string): AnomalyCalibration | string {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    return code === 'ENOENT' ? 'there is none' : `it cannot be read (${code})`
  }
  try {
    const calibration = calibrationSchema.parse(JSON.parse(text))
    return calibration.graphSha256 === graphSha256 ? calibration : 'it was made with another graph'
  } catch {
    return 'it is damaged'
  }
}

/** The checksum of a bundle's graph, as bundle.json states it. */
export function graphSha256(bundle: Bundle): string {
  return bundle.files.find(({ path }) => path === bundle.graph)!.sha256
}
