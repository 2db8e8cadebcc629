import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { AppError } from '../core/errors.ts'

export type CameraAddress =
  | { readonly kind: 'rtsp' | 'http'; readonly url: string }
  | { readonly kind: 'file'; readonly path: string }

/** Tells network cameras from files. @throws AppError CAMERA_URL, never with the address's secrets in it. */
export function cameraAddress(url: string, cameraId: string): CameraAddress {
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(url)?.[1]?.toLowerCase()
  if (scheme === 'rtsp' || scheme === 'rtsps') return { kind: 'rtsp', url: checked(url, cameraId) }
  if (scheme === 'http' || scheme === 'https') return { kind: 'http', url: checked(url, cameraId) }
  if (scheme !== undefined && scheme !== 'file')
    throw new AppError(
      'CAMERA_URL',
      `camera ${cameraId}: ${scheme}:// is not supported; use rtsp, rtsps, http, https or a file`,
    )
  const path = scheme === 'file' ? fileURLToPath(url) : url
  return { kind: 'file', path }
}

/** Whether a file camera has its file; network cameras are found out by connecting. */
export function missingFile(address: CameraAddress): boolean {
  return address.kind === 'file' && !existsSync(address.path)
}

function checked(url: string, cameraId: string): string {
  if (!URL.canParse(url))
    throw new AppError(
      'CAMERA_URL',
      `camera ${cameraId}: the address is not a valid URL; percent-encode special characters of the password`,
    )
  return url
}
