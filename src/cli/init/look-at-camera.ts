import { probeCamera } from '../../camera/probe.ts'
import { takePicture } from '../../camera/take-picture.ts'
import { withLogin } from '../../config/camera-login.ts'
import type { CameraDraft, Passwords, SeenCamera } from './camera-draft.ts'

/** The address with its password, which goes nowhere but to the camera. */
export function realAddress({ url, user, variable }: CameraDraft, passwords: Passwords): string {
  return withLogin(url, user, variable === null ? null : (passwords.get(variable) ?? ''))
}

/** Connects to a camera: what does it send, and what does it show? @throws AppError as probeCamera */
export async function lookAtCamera(camera: CameraDraft, passwords: Passwords): Promise<SeenCamera> {
  const url = realAddress(camera, passwords)
  const probe = await probeCamera(url)
  const picture = await takePicture(url, probe.transport === null ? {} : { transport: probe.transport })
  return { ...camera, probe, picture }
}

/** H.264 1920×1080, 25 pictures a second */
export function seenText({ codec, widthPx, heightPx, fps }: SeenCamera['probe']): string {
  const rate = fps === null ? '' : `, ${Number(fps.toFixed(1))} pictures a second`
  return `${codec} ${widthPx}×${heightPx}${rate}`
}
