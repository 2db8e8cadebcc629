import { basename, extname } from 'node:path'
import { slug } from '../../camera/onvif/slug.ts'
import { isNetwork } from '../../config/camera-login.ts'
import { AppError } from '../../core/errors.ts'

const accepted = /^[a-z0-9][a-z0-9-]{0,62}$/

/**
 * An id for each camera: the names that were given, in order, then one by its host, where that has a name, or by its
 * file, or a number.
 *
 * @throws AppError API_BAD_REQUEST for a name that is no slug, is there twice, or has no camera
 */
export function nameCameras(urls: readonly string[], names: readonly string[]): string[] {
  if (names.length > urls.length)
    throw new AppError('API_BAD_REQUEST', `--name: ${names.length} names for ${urls.length} cameras`)
  checkNames(names)
  const taken = new Set(names)
  return urls.map((url, at) => {
    const given = names[at]
    if (given !== undefined) return given
    const wanted = namedBy(url) || (urls.length === 1 ? 'camera' : `camera-${at + 1}`)
    const free = [wanted, ...Array.from({ length: urls.length + 1 }, (_, n) => `${wanted}-${n + 2}`)]
    const id = free.find((name) => !taken.has(name))!
    taken.add(id)
    return id
  })
}

/** @throws AppError API_BAD_REQUEST for a name that is no slug, or is there twice */
export function checkNames(names: readonly string[]): void {
  const wrong = names.find((name) => !accepted.test(name))
  if (wrong !== undefined)
    throw new AppError('API_BAD_REQUEST', `--name ${wrong}: give lower-case letters, digits and hyphens`)
  const twice = names.find((name, at) => names.indexOf(name) !== at)
  if (twice !== undefined) throw new AppError('API_BAD_REQUEST', `--name ${twice}: is there twice`)
}

function namedBy(url: string): string {
  if (!isNetwork(url)) return slug(basename(url, extname(url))).slice(0, 50)
  const host = URL.canParse(url) ? new URL(url).hostname : ''
  const isNumber = /^[\d.]+$|^\[/.test(host)
  return isNumber ? '' : slug(host.split('.')[0] ?? '').slice(0, 50)
}
