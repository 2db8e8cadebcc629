import { readFileSync } from 'node:fs'
import { mkdir, open, rename } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Bundle } from '../../bundle/bundle-schema.ts'
import { AppError } from '../../core/errors.ts'
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
  const part = `${path}.part`
  try {
    await mkdir(dirname(path), { recursive: true })
    const file = await open(part, 'w')
    try {
      await file.writeFile(`${JSON.stringify(calibration)}\n`)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(part, path)
  } catch (cause) {
    const reason = (cause as NodeJS.ErrnoException).code ?? (cause as Error).message
    throw new AppError('STORE_WRITE', `${path}: the calibration cannot be written (${reason})`, { cause })
  }
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
