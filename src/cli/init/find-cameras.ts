import { foundCameras } from '../../camera/onvif/camera-snippet.ts'
import { parseDeviceAddress } from '../../camera/onvif/device-address.ts'
import { surveyDevices } from '../../camera/onvif/survey-devices.ts'
import { addressProblem, encoded, isNetwork, splitAddress } from '../../config/camera-login.ts'
import { refusePassword } from '../../config/check/refuse-password.ts'
import { AppError } from '../../core/errors.ts'
import type { Ask } from './ask.ts'
import type { CameraDraft, Passwords } from './camera-draft.ts'
import { chooseCameras } from './choose-cameras.ts'
import { checkNames, nameCameras } from './name-cameras.ts'

/** Variable of the password that all cameras have; one with another password has its own. */
export const passwordVariable = 'CAMERA_PASSWORD'

export interface FindOptions {
  readonly camera?: readonly string[]
  readonly name?: readonly string[]
  readonly user?: string
  readonly discover?: boolean
  /** An ONVIF device to ask, without a probe. */
  readonly address?: string
}

export interface Finder {
  /** Null where nobody can be asked. */
  readonly ask: Ask | null
  readonly say: (text: string) => void
  /** The password of a user, asked for once. */
  readonly password: (user: string) => Promise<string>
  readonly passwords: Passwords
}

/** The cameras that were named, or those that answer in the network. @throws AppError when there is none */
export async function findCameras(options: FindOptions, finder: Finder): Promise<CameraDraft[]> {
  const { camera = [], discover, address } = options
  if (camera.length > 0) {
    for (const url of camera) refusePasswordIn(url)
    return draftsOf(camera, options, finder)
  }
  const found = discover || address !== undefined || finder.ask ? await discovered(options, finder) : []
  if (found.length > 0) return found
  if (!finder.ask)
    throw new AppError(
      'CAMERA_NOT_FOUND',
      'no camera answered; name one with --camera rtsp://HOST/PATH --user NAME',
    )
  finder.say('No camera answered. Give the address of one, as its manual or its app shows it.')
  for (;;) {
    const url = await finder.ask.text('Address (rtsp://user@host/path)')
    const problem = url === '' ? null : addressProblem(url)
    if (problem) finder.say(`That address ${problem}.`)
    else if (url !== '') return draftsOf([url], options, finder)
  }
}

/** Everybody on this machine can read what a command was given. */
function refusePasswordIn(url: string): void {
  try {
    refusePassword(url)
  } catch (cause) {
    throw new AppError(
      'API_BAD_REQUEST',
      '--camera: leave the password out (--camera rtsp://host/path --user NAME): others on this machine can read what a command was given. It is asked for, or taken from VIREO_CAMERA_PASSWORD or standard input',
      { cause },
    )
  }
}

async function draftsOf(
  urls: readonly string[],
  { name = [], user: usual }: FindOptions,
  { password, passwords }: Finder,
): Promise<CameraDraft[]> {
  const split = urls.map(splitAddress)
  const ids = nameCameras(
    split.map(({ url }) => url),
    name,
  )
  const drafts: CameraDraft[] = []
  for (const [at, { url, user: own, password: typed, variable: named }] of split.entries()) {
    const user = own ?? (usual === undefined || !isNetwork(url) ? null : encoded(usual))
    const variable = user === null ? null : (named ?? passwordVariable)
    if (user !== null && variable !== null && !passwords.has(variable))
      passwords.set(variable, typed ?? process.env[variable] ?? encoded(await password(user)))
    drafts.push({ id: ids[at]!, url, user, variable })
  }
  return drafts
}

async function discovered(options: FindOptions, finder: Finder): Promise<CameraDraft[]> {
  const { ask, say, password, passwords } = finder
  const where = {
    ...(options.address !== undefined && { address: parseDeviceAddress(options.address) }),
  }
  let { user } = options
  checkNames(options.name ?? [])
  if (ask) {
    say('Looking for ONVIF cameras in the network (5 s)…')
    const { devices } = options.address === undefined ? await surveyDevices(where) : { devices: [null] }
    if (devices.length === 0) return []
    for (const device of devices)
      if (device) say(`  ${device.address}  ${device.name ?? device.hardware ?? 'unnamed device'}`)
    user ??= await ask.text('User of the cameras', 'admin')
  }
  if (user === undefined) throw new AppError('API_BAD_REQUEST', 'give the user of the cameras with --user')
  const secret = await password(user)
  say('Asking them for their streams…')
  const { devices } = await surveyDevices({ ...where, credentials: { user, password: secret } })
  for (const { address, error } of devices) if (error) say(`  ${address}: ${error.message}`)
  const cameras = foundCameras(devices, undefined)
  if (cameras.length > 0) passwords.set(passwordVariable, encoded(secret))
  const chosen = ask && cameras.length > 1 ? await chooseCameras(cameras, ask, say) : cameras
  return chosen.map((one, at) => ({
    ...one,
    ...(options.name?.[at] !== undefined && { id: options.name[at] }),
    url: splitAddress(one.url).url,
    ...(one.mainUrl !== undefined && { mainUrl: splitAddress(one.mainUrl).url }),
    user: encoded(user),
    variable: passwordVariable,
  }))
}
