import { foundCameras } from '../../src/camera/onvif/camera-snippet.ts'
import { parseDeviceAddress } from '../../src/camera/onvif/device-address.ts'
import { type SurveyedDevice, surveyDevices } from '../../src/camera/onvif/survey-devices.ts'
import { probeCamera } from '../../src/camera/probe.ts'
import { takePicture } from '../../src/camera/take-picture.ts'
import { addressProblem, encoded, isNetwork, splitAddress, withLogin } from '../../src/config/camera-login.ts'
import { AppError } from '../../src/core/errors.ts'
import type { Log } from '../../src/core/telemetry-port.ts'
import type { FoundDevice, SetupPort } from '../../src/http/setup-port.ts'
import { createOneAtATime } from './one-at-a-time.ts'
import { probeHints } from './probe-hints.ts'

const probeTimeoutMs = 12_000
const mostWaiting = 4

export interface CameraSetupOptions {
  readonly log: Log
  /** Others for tests. */
  readonly survey?: typeof surveyDevices
  readonly probe?: typeof probeCamera
  readonly picture?: typeof takePicture
}

/**
 * Looks for cameras and looks at them before anything is written down. One search and one look at a time: neither can
 * be used to flood a network. Passwords go to the camera, and nowhere else.
 */
export function createCameraSetup(options: CameraSetupOptions): Pick<SetupPort, 'discover' | 'probe'> {
  const { log, survey = surveyDevices, probe = probeCamera, picture = takePicture } = options
  const oneSearch = createOneAtATime('cameras are being looked for')
  const oneLook = createOneAtATime('a camera is being looked at', mostWaiting)

  return {
    async discover({ seconds, address, login }) {
      const where = address === undefined ? {} : { address: parseDeviceAddress(address) }
      const timeoutMs = seconds * 1000
      const { devices } = await oneSearch(() =>
        survey({ ...where, timeoutMs, ...(login && { credentials: login }) }),
      )
      return { devices: devices.map(deviceAnswer) }
    },
    async probe({ url, login, transport }) {
      const real = addressFor(url, login)
      return await oneLook(async () => {
        const timeoutMs = probeTimeoutMs
        const result = await probe(real, { timeoutMs, ...(transport && { transport }) })
        const { note: _note, pixelFormat: _format, ...stream } = result
        const how = result.transport === null ? {} : { transport: result.transport }
        const jpeg = await picture(real, { timeoutMs, ...how }).catch((thrown) => {
          log.debug({ err: thrown }, 'a camera that is being looked at gave no picture')
          return null
        })
        const hints = probeHints({ url: splitAddress(url).url, asked: transport ?? 'tcp', result })
        return { stream, picture: jpeg?.toString('base64') ?? null, hints }
      })
    },
  }
}

/** @throws AppError API_BAD_REQUEST for what is no address in a network */
function addressFor(url: string, login: { user: string; password: string } | undefined): string {
  if (!isNetwork(url))
    throw new AppError('API_BAD_REQUEST', 'url: give an address with rtsp, rtsps, http or https')
  const { url: plain, user, password } = splitAddress(url)
  const problem = addressProblem(plain)
  if (problem) throw new AppError('API_BAD_REQUEST', `url: ${problem}`)
  if (plain.includes('${') || url.includes('${'))
    throw new AppError('API_BAD_REQUEST', 'url: give it without variables, and the login beside it')
  return login
    ? withLogin(plain, encoded(login.user), encoded(login.password))
    : withLogin(plain, user, password)
}

function deviceAnswer(device: SurveyedDevice): FoundDevice {
  const { address, name, hardware, manufacturer, model, asked, notes, error, profiles } = device
  return {
    address,
    name,
    manufacturer,
    model: model ?? hardware,
    asked,
    notes,
    error,
    profiles: profiles.map(({ name: profile, codec, widthPx, heightPx, fps, streamUrl, role }) => ({
      name: profile,
      codec,
      widthPx,
      heightPx,
      fps,
      streamUrl,
      role,
    })),
    cameras: foundCameras([device], undefined),
  }
}
