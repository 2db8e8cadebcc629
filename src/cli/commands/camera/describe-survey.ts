import type { InspectedProfile } from '../../../camera/onvif/inspect-device.ts'
import type { Survey, SurveyedDevice } from '../../../camera/onvif/survey-devices.ts'

/** The devices that were found, and what to write into the configuration for them. */
export function describeSurvey({ devices, unreadable, overLimit }: Survey, yaml: string | null): string {
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
  return lines.join('\n')
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
