import { Document } from 'yaml'
import { chooseProfiles } from './choose-profiles.ts'
import { slug } from './slug.ts'
import type { SurveyedDevice } from './survey-devices.ts'

/** A camera as it stands in a configuration. */
export interface SnippetCamera {
  readonly id: string
  readonly url: string
  readonly mainUrl?: string
}

/** Environment variable that the snippet takes the password from. */
export const passwordVariable = 'CAMERA_PASSWORD'

/**
 * The `cameras:` part of a configuration for what was found: one camera a source, analysed from its sub stream and
 * recorded from its main stream. The user stands in it, the password is an environment variable. Null when no
 * device gave a stream.
 */
export function cameraSnippet(devices: readonly SurveyedDevice[], user: string | undefined): string | null {
  const cameras = foundCameras(devices, user)
  if (cameras.length === 0) return null
  const document = new Document({ cameras })
  if (user !== undefined)
    document.commentBefore = ` ${passwordVariable}: the password, with special characters percent-encoded (@ is %40)`
  return document.toString({ lineWidth: 0 })
}

/** One camera for each source of the devices that gave a stream, each with an id of its own. */
export function foundCameras(
  devices: readonly SurveyedDevice[],
  user: string | undefined,
): readonly SnippetCamera[] {
  const taken = new Set<string>()
  return devices.flatMap((device) => camerasOf(device, user, taken))
}

function camerasOf(
  device: SurveyedDevice,
  user: string | undefined,
  taken: Set<string>,
): readonly SnippetCamera[] {
  const chosen = chooseProfiles(device.profiles)
  return chosen.map(({ main, sub }, index) => {
    const id = freeId(device, chosen.length > 1 ? `-${index + 1}` : '', taken)
    const url = withLogin(sub.streamUrl!, user)
    return sub === main ? { id, url } : { id, url, mainUrl: withLogin(main.streamUrl!, user) }
  })
}

function withLogin(url: string, user: string | undefined): string {
  if (user === undefined) return url
  // encodeURIComponent also keeps a ${…} in the user from being taken for a variable.
  return url.replace('://', () => `://${encodeURIComponent(user)}:\${${passwordVariable}}@`)
}

/** The device's name, with its address when others have the same name. */
function freeId(device: SurveyedDevice, suffix: string, taken: Set<string>): string {
  const address = slug(device.address).slice(0, 40)
  const name = slug(device.name ?? device.model ?? '') || `camera-${address}`
  const ids = [`${name.slice(0, 58)}${suffix}`, `${name.slice(0, 58 - address.length)}-${address}${suffix}`]
  for (let number = 2; ; number++) {
    const free = ids.find((id) => !taken.has(id))
    if (free !== undefined) {
      taken.add(free)
      return free
    }
    ids.push(`${name.slice(0, 52)}-${number}${suffix}`)
  }
}
