import { AppError } from '../../core/errors.ts'
import { chooseProfiles, type StreamProfile } from './choose-profiles.ts'
import type { DeviceClient } from './device-client.ts'
import { type MediaProfile, readProfiles } from './media-profile.ts'
import { textAt, wholeTextAt } from './soap-tree.ts'
import { cleanStreamUrl } from './stream-url.ts'

export interface InspectedProfile extends StreamProfile {
  /** Best for recording, best for analysis, or for both when the source has no other. */
  readonly role: 'main' | 'sub' | 'both' | null
}

/** What a device says of itself to those who may ask. */
export interface InspectedDevice {
  readonly manufacturer: string | null
  readonly model: string | null
  readonly firmware: string | null
  /** By how much the device's clock is ahead of ours, milliseconds (to about a second). */
  readonly clockOffsetMs: number | null
  readonly profiles: readonly InspectedProfile[]
  /** What the operator should know. */
  readonly notes: readonly string[]
}

const tolerableOffsetMs = 5000

/**
 * Asks a device for its identity, its media profiles and where their streams are. A refused login ends it at once:
 * devices lock accounts after a few.
 *
 * @throws AppError CAMERA_UNAUTHORIZED, CAMERA_UNREACHABLE, CAMERA_PROTOCOL
 */
export async function inspectDevice(client: DeviceClient): Promise<InspectedDevice> {
  const notes: string[] = []
  const clockOffsetMs = await client.syncClock()
  if (clockOffsetMs === null) notes.push('does not tell its time; its clock may be wrong')
  else if (Math.abs(clockOffsetMs) > tolerableOffsetMs)
    notes.push(
      `its clock is ${describeMs(Math.abs(clockOffsetMs))} ${clockOffsetMs > 0 ? 'ahead' : 'behind'}; set up NTP on it`,
    )
  const media = await client.findServices()
  const about = await orNote(client.deviceInformation(), notes, 'no device information')
  if (media === null) notes.push('has no media service, so it is no camera')
  const profiles = media === null ? [] : await readAllProfiles(client, media)
  const streams: StreamProfile[] = []
  for (const profile of profiles)
    streams.push({ ...profile, streamUrl: await streamUrl(client, profile, notes) })
  return {
    manufacturer: textAt(about, 'getDeviceInformationResponse', 'manufacturer'),
    model: textAt(about, 'getDeviceInformationResponse', 'model'),
    firmware: textAt(about, 'getDeviceInformationResponse', 'firmwareVersion'),
    clockOffsetMs,
    profiles: withRoles(streams),
    notes,
  }
}

/** There are devices that state the newer media service and fail in it. */
async function readAllProfiles(
  client: DeviceClient,
  media: 'media' | 'media2',
): Promise<readonly MediaProfile[]> {
  try {
    return readProfiles(await client.profiles())
  } catch (thrown) {
    if (media === 'media' || !isProtocol(thrown)) throw thrown
    client.useOlderMedia()
    return readProfiles(await client.profiles())
  }
}

async function streamUrl(
  client: DeviceClient,
  profile: MediaProfile,
  notes: string[],
): Promise<string | null> {
  if (profile.codec === null) return null
  const name = profile.name ?? profile.token
  const body = await orNote(client.streamUri(profile.token), notes, `no stream address for ${name}`)
  if (body === undefined) return null
  // Both media services.
  const text =
    wholeTextAt(body, 'getStreamUriResponse', 'mediaUri', 'uri') ||
    wholeTextAt(body, 'getStreamUriResponse', 'uri')
  const clean = cleanStreamUrl(text, client.credentials?.password)
  if (clean === null) {
    notes.push(`the stream address of ${name} cannot be used`)
    return null
  }
  if (clean.hidden) notes.push(`the stream address of ${name} holds a secret, shown as ***`)
  if (clean.host !== client.address.host)
    notes.push(
      `the stream of ${name} is at another address (${clean.host}), which would get the password too`,
    )
  return clean.url
}

/** What can be missing is missing; a refused login or a silent device ends everything. */
async function orNote<T>(asked: Promise<T>, notes: string[], missing: string): Promise<T | undefined> {
  try {
    return await asked
  } catch (thrown) {
    if (!isProtocol(thrown)) throw thrown
    notes.push(missing)
    return undefined
  }
}

function withRoles(streams: readonly StreamProfile[]): readonly InspectedProfile[] {
  const chosen = chooseProfiles(streams)
  return streams.map((stream) => {
    const main = chosen.some((choice) => choice.main === stream)
    const sub = chosen.some((choice) => choice.sub === stream)
    return { ...stream, role: main && sub ? 'both' : main ? 'main' : sub ? 'sub' : null }
  })
}

const isProtocol = (thrown: unknown) => thrown instanceof AppError && thrown.code === 'CAMERA_PROTOCOL'

function describeMs(ms: number): string {
  const seconds = Math.round(ms / 1000)
  if (seconds < 120) return `${seconds} s`
  return seconds < 7200 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`
}
