import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Clock, systemClock } from '../../core/clock.ts'
import { type AppError, type ErrorCode, toAppError } from '../../core/errors.ts'
import { makeFolders } from '../../store/make-folders.ts'
import { chooseProfiles } from './choose-profiles.ts'
import { addressText, type DeviceAddress, serviceOf } from './device-address.ts'
import { type Credentials, createDeviceClient } from './device-client.ts'
import { type Discovery, discoverDevices, type UdpTarget } from './discover-devices.ts'
import { fetchSnapshot } from './fetch-snapshot.ts'
import { type InspectedDevice, inspectDevice } from './inspect-device.ts'
import type { FoundDevice } from './probe-match.ts'
import { slug } from './slug.ts'

/** A device of the list: what it broadcast, and what it told to those who may ask. */
export interface SurveyedDevice extends InspectedDevice {
  readonly name: string | null
  readonly hardware: string | null
  readonly location: string | null
  readonly endpoint: string | null
  /** Host, and port when it is not the usual one. */
  readonly address: string
  readonly xaddrs: readonly string[]
  /** Whether it was asked for more than it broadcasts. */
  readonly asked: boolean
  /** Path of the JPEG; null when there is none. */
  readonly snapshot: string | null
  /** Why it could not be asked. The other devices are not touched by it. */
  readonly error: { readonly code: ErrorCode; readonly message: string } | null
}

export interface Survey {
  readonly devices: readonly SurveyedDevice[]
  readonly unreadable: number
  readonly overLimit: number
}

export interface SurveyOptions {
  /** How long answers to the probe are collected, and how long a device may take for each answer, milliseconds. */
  readonly timeoutMs?: number
  /** Ask this device only, without a probe. */
  readonly address?: DeviceAddress
  readonly interfaces?: readonly string[]
  readonly targets?: readonly UdpTarget[]
  /** Without them discovered devices are listed and not asked. */
  readonly credentials?: Credentials
  /** Folder for one JPEG a device; made when it is missing. */
  readonly snapshotDir?: string
  readonly clock?: Clock
}

const atATime = 8
const nothingKnown: InspectedDevice = {
  manufacturer: null,
  model: null,
  firmware: null,
  clockOffsetMs: null,
  profiles: [],
  notes: [],
}

/**
 * Which devices are there and, with credentials, what they offer. Devices are asked side by side; one that fails
 * has its error in its row.
 *
 * @throws AppError of {@link discoverDevices}
 */
export async function surveyDevices(options: SurveyOptions = {}): Promise<Survey> {
  const { address, interfaces, targets, credentials, snapshotDir, timeoutMs = 5000 } = options
  if (snapshotDir !== undefined) makeFolders(snapshotDir)
  if (address !== undefined)
    return { devices: [await ask(namedRow(address), address, options)], unreadable: 0, overLimit: 0 }
  const found: Discovery = await discoverDevices({
    timeoutMs,
    ...(interfaces === undefined ? {} : { interfaces }),
    ...(targets === undefined ? {} : { targets }),
    clock: options.clock ?? systemClock,
  })
  const waiting = found.devices.map((device, index) => ({ device, index }))
  const devices: SurveyedDevice[] = []
  const worker = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift())
      devices[next.index] = await askFound(next.device, credentials, options)
  }
  await Promise.all(Array.from({ length: atATime }, worker))
  return { devices, unreadable: found.unreadable, overLimit: found.overLimit }
}

async function askFound(
  device: FoundDevice,
  credentials: Credentials | undefined,
  options: SurveyOptions,
): Promise<SurveyedDevice> {
  const service = serviceOf(device)
  const address = service === null ? device.address : addressText(service)
  const row = { ...nothingKnown, ...device, address, asked: false, snapshot: null, error: null }
  if (credentials === undefined) return row
  if (service !== null) return ask(row, service, options)
  const notes = ['names no address at which it answered, so it was not asked; name it with --address']
  return { ...row, notes }
}

function namedRow(address: DeviceAddress): SurveyedDevice {
  return {
    ...nothingKnown,
    name: null,
    hardware: null,
    location: null,
    endpoint: null,
    address: addressText(address),
    xaddrs: [],
    asked: false,
    snapshot: null,
    error: null,
  }
}

async function ask(
  row: SurveyedDevice,
  address: DeviceAddress,
  options: SurveyOptions,
): Promise<SurveyedDevice> {
  const { credentials, timeoutMs = 5000, clock = systemClock, snapshotDir } = options
  const client = createDeviceClient(address, { timeoutMs, clock, ...(credentials && { credentials }) })
  let inspected: InspectedDevice
  try {
    inspected = await inspectDevice(client)
  } catch (thrown) {
    return { ...row, asked: true, error: errorRow(toAppError(thrown)) }
  }
  const asked = { ...row, ...inspected, asked: true }
  const [chosen] = chooseProfiles(inspected.profiles)
  if (snapshotDir === undefined || chosen === undefined) return asked
  try {
    const allowClearPassword = options.address !== undefined
    const picture = await fetchSnapshot(client, { token: chosen.main.token, allowClearPassword })
    const snapshot = join(
      snapshotDir,
      `${slug(`${row.name ?? inspected.model ?? 'camera'} ${row.address}`)}.jpg`,
    )
    // What a camera sees is nobody else's business on this machine.
    await writeFile(snapshot, picture, { mode: 0o600 })
    return { ...asked, snapshot }
  } catch (thrown) {
    return { ...asked, notes: [...inspected.notes, `no snapshot: ${toAppError(thrown).message}`] }
  }
}

const errorRow = ({ code, message }: AppError) => ({ code, message })
