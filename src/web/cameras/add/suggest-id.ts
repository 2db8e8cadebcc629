import { slugOf } from '../camera-fields.ts'

/** Parts of paths that all cameras of a maker have: they name none of them. */
const ofAll =
  /^(stream|streaming|ch|channel|channels|live|main|sub|h26|video|media|onvif|profile|unicast|cam$|camera$|av|mjpe?g|axis)/

/** A free name by the host of an address where that has one, or by the last part of its path; empty where neither tells. */
export function suggestId(url: string, taken: readonly string[]): string {
  const [, host = '', path = ''] = /^[a-z]+:\/\/(\[[^\]]*\]|[^/:?#]+)[^/?#]*([^?#]*)/i.exec(url.trim()) ?? []
  const numbers = /^[\d.]+$|^\[|^localhost$/i.test(host)
  const last = slugOf(path.split('/').filter(Boolean).at(-1) ?? '')
  const base = numbers
    ? /[a-z]{2}/.test(last) && !ofAll.test(last)
      ? last
      : ''
    : slugOf(host.split('.')[0] ?? '')
  if (base === '' || !taken.includes(base)) return base
  let number = 2
  while (taken.includes(`${base}-${number}`)) number += 1
  return `${base}-${number}`
}
