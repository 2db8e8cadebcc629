import { accessSync, constants, statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { AppError } from '../core/errors.ts'
import type { Failure } from './classify-failure.ts'

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

/** Why a file camera cannot be read, or null; network cameras are found out by connecting. */
export function fileFault(address: CameraAddress): Failure | null {
  if (address.kind !== 'file') return null
  try {
    const { size, isDirectory } = facts(address.path)
    if (isDirectory) return { code: 'CAMERA_NOT_FOUND', reason: 'this is a folder; give a file of it' }
    if (size === 0) return { code: 'MEDIA_NO_VIDEO', reason: 'the file is empty: there is no video in it' }
    accessSync(address.path, constants.R_OK)
    return null
  } catch (thrown) {
    const { code } = thrown as NodeJS.ErrnoException
    const reason =
      code === 'EACCES' || code === 'EPERM'
        ? 'the file may not be read by the user that runs Vireo'
        : 'there is no such file'
    return { code: 'CAMERA_NOT_FOUND', reason }
  }
}

/** A pipe or a device has no size either, but something to read. */
function facts(path: string): { readonly size: number; readonly isDirectory: boolean } {
  const found = statSync(path)
  return { size: found.isFile() ? found.size : 1, isDirectory: found.isDirectory() }
}

function checked(url: string, cameraId: string): string {
  if (!URL.canParse(url))
    throw new AppError(
      'CAMERA_URL',
      `camera ${cameraId}: the address is not a valid URL; percent-encode special characters of the password`,
    )
  return url
}
