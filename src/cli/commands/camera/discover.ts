import type { Command } from 'commander'
import type { InspectedProfile } from '../../../camera/onvif/inspect-device.ts'
import type { Survey, SurveyedDevice } from '../../../camera/onvif/survey-devices.ts'
import { AppError, errorClass } from '../../../core/errors.ts'

interface Options {
  timeoutMs: string
  interface?: string
  target?: string[]
  address?: string
  user?: string
  snapshot?: string
  json?: boolean
}

const variable = 'VIREO_ONVIF_PASSWORD'

/** `vireo camera discover`: which ONVIF devices are there, and what to write into the configuration for them. */
export function registerCameraDiscover(camera: Command): void {
  camera
    .command('discover')
    .description(
      `Find ONVIF cameras in the network. With --user, also their streams (password: ${variable} or standard input).`,
    )
    .option('--timeout-ms <n>', 'how long to wait for answers', '5000')
    .option('--interface <ip>', 'ask from this address of this machine only')
    .option('--target <host...>', 'send the probe to HOST[:PORT] instead of to everyone (other subnets)')
    .option('--address <host>', 'ask HOST[:PORT] or an http address only, without a probe')
    .option('--user <name>', 'user of the devices')
    .option('--snapshot <dir>', 'save a JPEG of each device into this folder')
    .option('--json', 'JSON output')
    .action(discover)
}

async function discover(options: Options): Promise<void> {
  const { address, user, snapshot, json } = options
  const timeoutMs = Number(options.timeoutMs)
  if (!Number.isInteger(timeoutMs) || timeoutMs < 100 || timeoutMs > 60_000)
    throw new AppError('API_BAD_REQUEST', `--timeout-ms ${options.timeoutMs}: give 100 to 60000`)
  if (address !== undefined && (options.target ?? options.interface) !== undefined)
    throw new AppError('API_BAD_REQUEST', '--address sends no probe: leave out --target and --interface')
  if (snapshot !== undefined && user === undefined && address === undefined)
    throw new AppError('API_BAD_REQUEST', '--snapshot needs --user (or --address of a device without users)')
  const { parseDeviceAddress } = await import('../../../camera/onvif/device-address.ts')
  const { surveyDevices } = await import('../../../camera/onvif/survey-devices.ts')
  const { cameraSnippet } = await import('../../../camera/onvif/camera-snippet.ts')
  const named = address === undefined ? undefined : parseDeviceAddress(address)
  const targets = options.target?.map(targetOf)
  const { readPassword } = await import('../../read-password.ts')
  const credentials =
    user === undefined ? undefined : { user, password: await readPassword(variable, `Password of ${user}: `) }
  const survey = await surveyDevices({
    timeoutMs,
    address: named,
    interfaces: options.interface === undefined ? undefined : [options.interface],
    targets,
    credentials,
    snapshotDir: snapshot,
  })
  const [first] = survey.devices
  if (named !== undefined && first?.error) throw new AppError(first.error.code, first.error.message)
  const yaml = cameraSnippet(survey.devices, user)
  process.stdout.write(json ? `${JSON.stringify({ ...survey, yaml })}\n` : describe(survey, yaml))
  const asked = survey.devices.filter((device) => device.asked)
  const failed = asked.find((device) => device.error !== null)?.error
  // The list is there; that none of the devices could be asked is still a failure to whoever calls.
  if (failed && asked.every((device) => device.error !== null))
    process.exitCode = errorClass(failed.code).exitCode
}

function targetOf(text: string): { address: string; port: number } {
  const [, host, port = '3702'] = /^([^\s:@/]+)(?::(\d{1,5}))?$/.exec(text) ?? []
  if (host === undefined || Number(port) < 1 || Number(port) > 65_535)
    throw new AppError('API_BAD_REQUEST', '--target: give HOST or HOST:PORT')
  return { address: host, port: Number(port) }
}

function describe({ devices, unreadable, overLimit }: Survey, yaml: string | null): string {
  const lines = devices.flatMap(describeDevice)
  if (devices.length === 0)
    lines.push(
      'No device answered. Devices answer only in the same network, and only with ONVIF switched on;',
      'try --interface, or --address with the address of one.',
    )
  if (unreadable > 0) lines.push(`${unreadable} answers could not be read.`)
  if (overLimit > 0) lines.push(`${overLimit} answers were too many and not looked at.`)
  const asked = devices.some((device) => device.asked)
  if (devices.length > 0 && !asked) lines.push('', 'Give --user to see their streams.')
  if (yaml !== null) lines.push('', 'For the configuration:', '', yaml.trimEnd())
  return `${lines.join('\n')}\n`
}

function describeDevice(device: SurveyedDevice): readonly string[] {
  const { name, hardware, location, manufacturer, model, firmware, error, snapshot } = device
  const title = name ?? ([manufacturer, model].filter((part) => part !== null).join(' ') || 'unnamed device')
  const facts = [
    hardware && `hardware ${hardware}`,
    location && `at ${location}`,
    name && model && `${manufacturer ?? ''} ${model}`.trim(),
    firmware && `firmware ${firmware}`,
  ].filter((fact) => fact)
  return [
    `${device.address}  ${title}${facts.length > 0 ? ` (${facts.join(', ')})` : ''}`,
    ...device.xaddrs.map((url) => `  service   ${url}`),
    ...device.profiles.map(describeProfile),
    ...(snapshot === null ? [] : [`  snapshot  ${snapshot}`]),
    ...device.notes.map((note) => `  note      ${note}`),
    ...(error === null ? [] : [`  failed    ${error.code}: ${error.message}`]),
  ]
}

const uses = { main: 'record', sub: 'analyse', both: 'record and analyse' }

function describeProfile(profile: InspectedProfile): string {
  const { codec, widthPx, heightPx, fps, streamUrl, role } = profile
  const picture =
    codec === null ? 'no video' : `${codec} ${widthPx ?? '?'}x${heightPx ?? '?'} ${fps ?? '?'} fps`
  const use = role === null ? '' : `  [${uses[role]}]`
  return `  profile   ${profile.name ?? profile.token}: ${picture}  ${streamUrl ?? 'no stream'}${use}`
}
