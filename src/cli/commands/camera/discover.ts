import type { Command } from 'commander'
import { cameraSnippet } from '../../../camera/onvif/camera-snippet.ts'
import type { DeviceAddress } from '../../../camera/onvif/device-address.ts'
import { surveyDevices } from '../../../camera/onvif/survey-devices.ts'
import { AppError, errorClass } from '../../../core/errors.ts'
import { presentFields } from '../../../core/present-fields.ts'
import { deviceAddress } from '../../options/device-address.ts'
import { type HostPort, hostPort, ipAddress } from '../../options/host-port.ts'
import { jsonOption } from '../../options/usual-options.ts'
import { whole } from '../../options/whole.ts'
import { printLine } from '../../print-line.ts'
import { readPassword } from '../../read-password.ts'
import { describeSurvey } from './describe-survey.ts'

interface Options {
  timeoutMs: number
  interface?: string
  target?: HostPort[]
  address?: DeviceAddress
  user?: string
  snapshot?: string
  json?: boolean
}

const variable = 'VIREO_ONVIF_PASSWORD'
const probePort = 3702

export function cameraDiscover(command: Command): void {
  command
    .option('--timeout-ms <n>', 'how long to wait for answers', whole({ least: 100, most: 60_000 }), 5000)
    .option('--interface <ip>', 'ask from this address of this machine only', ipAddress)
    .option(
      '--target <host...>',
      'send the probe to HOST[:PORT] instead of to everyone (other subnets)',
      hostPort(probePort),
    )
    .option('--address <host>', 'ask HOST[:PORT] or an http address only, without a probe', deviceAddress)
    .option('--user <name>', 'user of the devices')
    .option('--snapshot <dir>', 'save a JPEG of each device into this folder')
    .addOption(jsonOption())
    .action(discover)
}

async function discover(options: Options): Promise<void> {
  const { timeoutMs, address, target: targets, user, snapshot: snapshotDir, json } = options
  if (address !== undefined && (targets ?? options.interface) !== undefined)
    throw new AppError('API_BAD_REQUEST', '--address sends no probe: leave out --target and --interface')
  if (snapshotDir !== undefined && user === undefined && address === undefined)
    throw new AppError('API_BAD_REQUEST', '--snapshot needs --user (or --address of a device without users)')
  const credentials =
    user === undefined ? undefined : { user, password: await readPassword(variable, `Password of ${user}: `) }
  const survey = await surveyDevices({
    timeoutMs,
    ...presentFields({ address, targets, credentials, snapshotDir }),
    ...(options.interface !== undefined && { interfaces: [options.interface] }),
  })
  const [first] = survey.devices
  if (address !== undefined && first?.error) throw new AppError(first.error.code, first.error.message)
  const yaml = cameraSnippet(survey.devices, user)
  printLine(json ? JSON.stringify({ ...survey, yaml }) : describeSurvey(survey, yaml))
  const asked = survey.devices.filter((device) => device.asked)
  const failed = asked.find((device) => device.error !== null)?.error
  // The list is there; that none of the devices could be asked is still a failure to whoever calls.
  if (failed && asked.every((device) => device.error !== null))
    process.exitCode = errorClass(failed.code).exitCode
}
